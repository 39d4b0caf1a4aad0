import { type AppError, fail } from "../core/errors.ts";
import type { Job, UserId } from "../core/jobs/job.ts";
import type { JobStore, StoredResult } from "../core/jobs/store.ts";
import { ok, type Result } from "../core/result.ts";
import type { BacktestOutput, BacktestTask } from "./compute/task.ts";
import { keptBarsOf } from "./runner/task-bars.ts";

/** Two runs of one job: the hash of the stored result, and that of the new one. */
export interface Comparison {
  readonly match: boolean;
  readonly expected: string;
  readonly actual: string;
  /** What ran it this time, as answers show it. */
  readonly engine: unknown;
}

export interface RerunPorts {
  readonly faults: readonly string[];
  readonly nowMs: () => number;
  readonly run: (task: BacktestTask) => Promise<Result<BacktestOutput, AppError>>;
}

/** The result of a job. Errors: `conflict` for a job that has none (yet), `not_found` for one that went meanwhile. */
export async function resultOf(jobs: JobStore, user: UserId, { id, state }: Job): Promise<Result<StoredResult, AppError>> {
  const { status } = state;
  if (status === "failed") return fail("conflict", "the job has no result: it failed");
  if (status === "cancelled") return fail("conflict", "the job has no result: it was cancelled");
  if (status !== "completed") return fail("conflict", `the job has no result yet: it is ${status}`);
  const result = await jobs.result(user, id);
  return result === undefined ? fail("not_found", "there is no such job") : ok(result);
}

/**
 * A finished job once more on its stored bars. Errors: `conflict` where those are not stored, and those of the run.
 * @param expected the hash of its result
 */
export async function rerun(job: Job, expected: string, ports: RerunPorts): Promise<Result<Comparison, AppError>> {
  const bars = keptBarsOf(job, ports.faults);
  if (bars === null) return fail("conflict", "the bars of this job are not stored: it cannot be run on them again");
  if (!bars.ok) return bars;
  const again = await ports.run({
    kind: "backtest",
    jobId: job.id,
    createdAtMs: job.createdAtMs,
    nowMs: ports.nowMs(),
    request: job.request,
    bars: bars.value,
    curveText: false,
  });
  if (!again.ok) return again;
  const head: unknown = JSON.parse(again.value.head);
  const engine = typeof head === "object" && head !== null && "engine" in head ? head.engine : null;
  const actual = again.value.resultHash;
  return ok({ match: expected === actual, expected, actual, engine });
}
