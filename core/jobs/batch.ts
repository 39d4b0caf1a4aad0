import type { JobStatus } from "./job.ts";
import type { BatchSummary } from "./store.ts";

type JobCounts = BatchSummary["counts"];

/** How many jobs are in which state. */
export function countsOf(jobs: readonly { readonly status: JobStatus }[]): JobCounts {
  const counts = { queued: 0, running: 0, completed: 0, failed: 0, cancelled: 0 } satisfies Record<JobStatus, number>;
  for (const { status } of jobs) counts[status]++;
  return counts;
}

/** The jobs that are not final, in their order. */
export function openIn<T extends { readonly status: JobStatus }>(jobs: readonly T[]): readonly T[] {
  return jobs.filter(({ status }) => status === "queued" || status === "running");
}

/**
 * What a batch is in. While jobs wait or run: `queued` as long as none has begun, then `running`. When all are final: `completed` where at
 * least one is, else `failed` where at least one is, else `cancelled`.
 */
export function batchStatus({ queued, running, completed, failed }: JobCounts): JobStatus {
  if (queued + running > 0) return running + completed + failed > 0 ? "running" : "queued";
  return completed > 0 ? "completed" : failed > 0 ? "failed" : "cancelled";
}
