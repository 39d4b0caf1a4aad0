import type { JobId } from "../../core/jobs/job.ts";
import type { DueJob } from "../../core/jobs/store.ts";

interface Place {
  readonly job: DueJob;
  /** Counts those who came. */
  readonly number: number;
}

/** Jobs that wait for their turn in this process: first in, first out, each once. */
export class Line {
  private readonly backtests = new Map<JobId, Place>();
  private readonly sweeps = new Map<JobId, Place>();
  private came = 0;

  get length(): number {
    return this.backtests.size + this.sweeps.size;
  }

  /** False when it stood in line already. */
  join(job: DueJob): boolean {
    if (this.has(job.id)) return false;
    const lane = job.kind === "sweep" ? this.sweeps : this.backtests;
    lane.set(job.id, { job, number: this.came++ });
    return true;
  }

  has(id: JobId): boolean {
    return this.backtests.has(id) || this.sweeps.has(id);
  }

  leave(id: JobId): void {
    this.backtests.delete(id);
    this.sweeps.delete(id);
  }

  /** @param sweeps whether it may be one */
  next(sweeps: boolean): DueJob | undefined {
    const backtest = firstOf(this.backtests);
    const sweep = sweeps ? firstOf(this.sweeps) : undefined;
    const first = sweep !== undefined && (backtest === undefined || sweep.number < backtest.number) ? sweep : backtest;
    if (first !== undefined) this.leave(first.job.id);
    return first?.job;
  }
}

function firstOf(lane: ReadonlyMap<JobId, Place>): Place | undefined {
  for (const place of lane.values()) return place;
  return undefined;
}
