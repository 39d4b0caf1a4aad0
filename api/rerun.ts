import { type AppError, fail } from "../core/errors.ts";
import type { Job, UserId } from "../core/jobs/job.ts";
import type { JobStore, StoredResult, StoredSweep, StoredWalkForward } from "../core/jobs/store.ts";
import { ok, type Result } from "../core/result.ts";
import type { BacktestOutput, BacktestTask } from "./compute/task.ts";
import { RESOURCES } from "./resource.ts";
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
  readonly nowMs: () => number;
  readonly run: (task: BacktestTask) => Promise<Result<BacktestOutput, AppError>>;
}

/** The result of a backtest. Errors: `conflict` for a job that has none (yet), `not_found` for one that went meanwhile or is of another kind. */
export function resultOf(jobs: JobStore, user: UserId, job: Job): Promise<Result<StoredResult, AppError>> {
  return leftBy(job, () => jobs.result(user, job.id));
}

/** The result of a sweep. Errors: as `resultOf`. */
export function sweepResultOf(jobs: JobStore, user: UserId, job: Job): Promise<Result<StoredSweep, AppError>> {
  return leftBy(job, () => jobs.sweep(user, job.id));
}

/** The result of a walk-forward. Errors: as `resultOf`. */
export function walkForwardResultOf(jobs: JobStore, user: UserId, job: Job): Promise<Result<StoredWalkForward, AppError>> {
  return leftBy(job, () => jobs.walkForward(user, job.id));
}

async function leftBy<T>(job: Job, read: () => Promise<T | undefined>): Promise<Result<T, AppError>> {
  const left = job.state.status === "completed" ? await read() : undefined;
  return left === undefined ? withoutResult(job) : ok(left);
}

function withoutResult({ kind, state: { status } }: Job) {
  const { word } = RESOURCES[kind];
  if (status === "failed") return fail("conflict", `the ${word} has no result: it failed`);
  if (status === "cancelled") return fail("conflict", `the ${word} has no result: it was cancelled`);
  if (status !== "completed") return fail("conflict", `the ${word} has no result yet: it is ${status}`);
  return fail("not_found", "there is no such job");
}

/**
 * A finished job once more on its stored bars. Errors: `conflict` where those are not stored, and those of the run.
 * @param expected the hash of its result
 */
export async function rerun(job: Job, expected: string, ports: RerunPorts): Promise<Result<Comparison, AppError>> {
  const bars = keptBarsOf(job);
  if (bars === null) return fail("conflict", "the bars of this job are not stored: it cannot be run on them again");
  const again = await ports.run({
    kind: "backtest",
    jobId: job.id,
    createdAtMs: job.createdAtMs,
    nowMs: ports.nowMs(),
    request: job.request,
    bars,
    curveText: false,
  });
  if (!again.ok) return again;
  const head: unknown = JSON.parse(again.value.head);
  const engine = typeof head === "object" && head !== null && "engine" in head ? head.engine : null;
  const actual = again.value.resultHash;
  return ok({ match: expected === actual, expected, actual, engine });
}
