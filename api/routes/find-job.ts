import { type AppError, fail } from "../../core/errors.ts";
import type { Job } from "../../core/jobs/job.ts";
import type { StoredResult } from "../../core/jobs/store.ts";
import { ok, type Result } from "../../core/result.ts";
import type { Ctx } from "../http/env.ts";
import { isJobId } from "../ids.ts";
import type { Parts } from "../parts.ts";
import { resultOf } from "../rerun.ts";

type Stores = Pick<Parts, "jobs" | "user">;

/** The job that the path names. Errors: `not_found`, the same for ids that are none, were never given out or belong to somebody else. */
export async function findJob(c: Ctx, { jobs, user }: Stores): Promise<Result<Job, AppError>> {
  const id = c.req.param("id") ?? "";
  const job = isJobId(id) ? await jobs.find(user, id) : undefined;
  if (job === undefined) return noJob();
  c.set("jobId", job.id);
  return ok(job);
}

/** A job with its result. Errors: `not_found`, and `conflict` for a job that has none (yet). */
export async function findResult(
  c: Ctx,
  stores: Stores,
): Promise<Result<{ readonly job: Job; readonly result: StoredResult }, AppError>> {
  const job = await findJob(c, stores);
  if (!job.ok) return job;
  const result = await resultOf(stores.jobs, stores.user, job.value);
  return result.ok ? ok({ job: job.value, result: result.value }) : result;
}

export function noJob() {
  return fail("not_found", "there is no such job");
}
