import { type AppError, fail } from "../../core/errors.ts";
import type { Job, JobKind, UserId } from "../../core/jobs/job.ts";
import type { JobStore, StoredResult, StoredSweep, StoredWalkForward } from "../../core/jobs/store.ts";
import { ok, type Result } from "../../core/result.ts";
import type { Ctx } from "../http/env.ts";
import { isJobId } from "../ids.ts";
import type { Parts } from "../parts.ts";
import { resultOf, sweepResultOf, walkForwardResultOf } from "../rerun.ts";
import { RESOURCES } from "../resource.ts";

type Stores = Pick<Parts, "jobs" | "user">;

/**
 * The job of this kind that the path names. Errors: `not_found`, the same for ids that are none, were never given out, are of another kind or
 * belong to somebody else.
 */
export async function findJob(c: Ctx, { jobs, user }: Stores, kind: JobKind): Promise<Result<Job, AppError>> {
  const id = c.req.param("id") ?? "";
  const job = isJobId(id) ? await jobs.find(user, id) : undefined;
  if (job?.kind !== kind) return noJob(kind);
  c.set("jobId", job.id);
  return ok(job);
}

/** A job with what it left. */
interface Found<T> {
  readonly job: Job;
  readonly result: T;
}

/** A backtest with its result. Errors: `not_found`, and `conflict` for one that has none (yet). */
export function findResult(c: Ctx, stores: Stores): Promise<Result<Found<StoredResult>, AppError>> {
  return find(c, stores, "backtest", resultOf);
}

/** A sweep with its result. Errors: as `findResult`. */
export function findSweep(c: Ctx, stores: Stores): Promise<Result<Found<StoredSweep>, AppError>> {
  return find(c, stores, "sweep", sweepResultOf);
}

/** A walk-forward with its result. Errors: as `findResult`. */
export function findWalkForward(c: Ctx, stores: Stores): Promise<Result<Found<StoredWalkForward>, AppError>> {
  return find(c, stores, "walk_forward", walkForwardResultOf);
}

async function find<T>(
  c: Ctx,
  stores: Stores,
  kind: JobKind,
  read: (jobs: JobStore, user: UserId, job: Job) => Promise<Result<T, AppError>>,
): Promise<Result<Found<T>, AppError>> {
  const job = await findJob(c, stores, kind);
  if (!job.ok) return job;
  const result = await read(stores.jobs, stores.user, job.value);
  return result.ok ? ok({ job: job.value, result: result.value }) : result;
}

export function noJob(kind: JobKind) {
  return fail("not_found", `there is no such ${RESOURCES[kind].word}`);
}
