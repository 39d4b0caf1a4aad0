import { type AppError, fail } from "../../core/errors.ts";
import type { Job, JobKind } from "../../core/jobs/job.ts";
import type { StoredResult, StoredSweep } from "../../core/jobs/store.ts";
import { ok, type Result } from "../../core/result.ts";
import type { Ctx } from "../http/env.ts";
import { isJobId } from "../ids.ts";
import type { Parts } from "../parts.ts";
import { resultOf, sweepResultOf } from "../rerun.ts";
import { RESOURCES } from "../resource.ts";

type Stores = Pick<Parts, "jobs" | "user">;

/**
 * The job of this kind that the path names. Errors: `not_found`, the same for ids that are none, were never given out, are of the other kind or
 * belong to somebody else.
 */
export async function findJob(c: Ctx, { jobs, user }: Stores, kind: JobKind): Promise<Result<Job, AppError>> {
  const id = c.req.param("id") ?? "";
  const job = isJobId(id) ? await jobs.find(user, id) : undefined;
  if (job?.kind !== kind) return noJob(kind);
  c.set("jobId", job.id);
  return ok(job);
}

/** A backtest with its result. Errors: `not_found`, and `conflict` for one that has none (yet). */
export async function findResult(
  c: Ctx,
  stores: Stores,
): Promise<Result<{ readonly job: Job; readonly result: StoredResult }, AppError>> {
  const job = await findJob(c, stores, "backtest");
  if (!job.ok) return job;
  const result = await resultOf(stores.jobs, stores.user, job.value);
  return result.ok ? ok({ job: job.value, result: result.value }) : result;
}

/** A sweep with its result. Errors: as `findResult`. */
export async function findSweep(
  c: Ctx,
  stores: Stores,
): Promise<Result<{ readonly job: Job; readonly sweep: StoredSweep }, AppError>> {
  const job = await findJob(c, stores, "sweep");
  if (!job.ok) return job;
  const sweep = await sweepResultOf(stores.jobs, stores.user, job.value);
  return sweep.ok ? ok({ job: job.value, sweep: sweep.value }) : sweep;
}

export function noJob(kind: JobKind) {
  return fail("not_found", `there is no such ${RESOURCES[kind].word}`);
}
