import type { Sql } from "postgres";
import type { JobId, UserId } from "../../../core/jobs/job.ts";
import type { JobStore } from "../../../core/jobs/store.ts";
import { equityPointsWriter } from "./equity-points.ts";

interface Found {
  readonly user_id: UserId;
  readonly job_id: JobId;
  readonly filled: boolean;
}

const BEFORE_ALL = "00000000-0000-0000-0000-000000000000";
const ALREADY_THERE = "23505";

/**
 * Fills the points of completed jobs that have none from their curves, a transaction a job, while the service runs. What was done stays done: begun again after it
 * was interrupted, or twice at once, it does what is left. How many jobs it filled.
 * @param since   jobs created from then on, epoch ms; 0 for all
 * @param batch   jobs looked up at a time
 * @param onFilled called after each job that it filled
 */
export async function backfillEquityPoints(
  sql: Sql,
  jobs: Pick<JobStore, "curve">,
  { since, batch, onFilled }: { readonly since: number; readonly batch: number; readonly onFilled: (filled: number) => void },
): Promise<number> {
  let filled = 0;
  let after: { readonly user_id: string; readonly job_id: string } | undefined = { user_id: BEFORE_ALL, job_id: BEFORE_ALL };
  while (after !== undefined) {
    const found: readonly Found[] = await sql<Found[]>`
      SELECT user_id, job_id, filled FROM jobs_with_curves(${after.user_id}, ${after.job_id}, ${since}, ${batch})`;
    for (const job of found) {
      if (!job.filled && (await fill(sql, jobs, job))) onFilled(++filled);
    }
    after = found.at(-1);
  }
  return filled;
}

/** False when the job was removed meanwhile, and when another filled it. */
async function fill(sql: Sql, jobs: Pick<JobStore, "curve">, { user_id: user, job_id: id }: Found): Promise<boolean> {
  const curve = await jobs.curve(user, id);
  if (curve === undefined) return false;
  const tx = await sql.reserve();
  try {
    await tx`BEGIN`;
    try {
      await tx`SELECT set_config('app.user_id', ${user}, true)`;
      const there = await tx`SELECT FROM jobs WHERE user_id = ${user} AND id = ${id} FOR KEY SHARE`;
      if (there.length > 0) await equityPointsWriter.write(tx, [{ user, id, curve }]);
      await tx`COMMIT`;
      return there.length > 0;
    } catch (error) {
      await tx`ROLLBACK`;
      if (error instanceof Error && "code" in error && error.code === ALREADY_THERE) return false;
      throw error;
    }
  } finally {
    tx.release();
  }
}
