import type { JobId } from "../../core/jobs/job.ts";
import type { DueJob } from "../../core/jobs/store.ts";
import { runsGrids } from "../compute/task.ts";

interface Place {
  readonly job: DueJob;
  /** Counts those who came. */
  readonly number: number;
}

/** Jobs that wait for their turn in this process: first in, first out, each once. */
export class Line {
  private readonly backtests = new Map<JobId, Place>();
  private readonly grids = new Map<JobId, Place>();
  private came = 0;

  get length(): number {
    return this.backtests.size + this.grids.size;
  }

  /** False when it stood in line already. */
  join(job: DueJob): boolean {
    if (this.has(job.id)) return false;
    const lane = runsGrids(job.kind) ? this.grids : this.backtests;
    lane.set(job.id, { job, number: this.came++ });
    return true;
  }

  has(id: JobId): boolean {
    return this.backtests.has(id) || this.grids.has(id);
  }

  leave(id: JobId): void {
    this.backtests.delete(id);
    this.grids.delete(id);
  }

  /** @param grids whether it may be one that runs grids */
  next(grids: boolean): DueJob | undefined {
    const backtest = firstOf(this.backtests);
    const grid = grids ? firstOf(this.grids) : undefined;
    const first = grid !== undefined && (backtest === undefined || grid.number < backtest.number) ? grid : backtest;
    if (first !== undefined) this.leave(first.job.id);
    return first?.job;
  }
}

function firstOf(lane: ReadonlyMap<JobId, Place>): Place | undefined {
  for (const place of lane.values()) return place;
  return undefined;
}
