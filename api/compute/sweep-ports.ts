import type { AppError } from "../../core/errors.ts";
import type { PartReader } from "../../core/jobs/store.ts";
import type { BarQuery } from "../../core/ports.ts";
import { ok, type Result } from "../../core/result.ts";
import type { Judge } from "../../core/run/judged-series.ts";
import type { SweepPorts } from "../../core/run/sweep.ts";
import type { WiredSweeper } from "../wiring.ts";
import { sha256 } from "./sha256.ts";
import type { ParseSweepText } from "./sweep-requests.ts";
import type { OnProgress, SweepPartTask, SweepTask, WalkForwardTask } from "./task.ts";
import { type RowSources, rowsOf } from "./task-rows.ts";

/** What a process needs to run sweeps. */
export interface SweepParts extends RowSources {
  /** Where the parts of a sweep are read from. */
  readonly partReader: PartReader;
  readonly parse: ParseSweepText;
  /** Remembers what the gate found about rows. */
  readonly judge: Judge;
  /** Made when it is asked for first, and kept. Errors: `unavailable`. */
  readonly sweeper: () => Promise<Result<WiredSweeper, AppError>>;
  /** The most trials x bars; undefined is the standard. */
  readonly mostBarTrials: number | undefined;
  /** The most memory, in bytes; undefined is the standard. */
  readonly mostBytes: number | undefined;
}

/** What a sweep needs from outside, and why it does not run as it should; null where it does. */
export interface PreparedSweep {
  readonly ports: SweepPorts;
  readonly fallbackReason: string | null;
}

const PROGRESS_EVERY_MS = 100;

/**
 * Errors: those of `rowsOf` and of the sweeper.
 * @param query      what a sample is asked for
 * @param onProgress is told some ten times a second at most
 */
export async function preparedSweep(
  task: SweepTask | SweepPartTask | WalkForwardTask,
  query: BarQuery,
  parts: SweepParts,
  onProgress: OnProgress,
): Promise<Result<PreparedSweep, AppError>> {
  const provided = await rowsOf(task.bars, query, parts);
  if (!provided.ok) return provided;
  const wired = await parts.sweeper();
  if (!wired.ok) return wired;
  const { engine, sweeper, fallbackReason } = wired.value;
  const { judge, mostBarTrials, mostBytes } = parts;
  const ports = {
    ...{ provider: { bars: async () => provided }, engine, sweeper, nowMs: task.nowMs, judge, sha256 },
    ...(mostBarTrials === undefined ? {} : { mostBarTrials }),
    ...(mostBytes === undefined ? {} : { mostBytes }),
    hooks: { onProgress: nowAndThen(onProgress) },
  };
  return ok({ ports, fallbackReason });
}

function nowAndThen(tell: OnProgress): OnProgress {
  let toldMs = -Infinity;
  return (done, total) => {
    const nowMs = performance.now();
    if (nowMs - toldMs < PROGRESS_EVERY_MS) return;
    toldMs = nowMs;
    tell(done, total);
  };
}
