import { batchStatus, countsOf } from "../core/jobs/batch.ts";
import { JOB_STATUSES, type NewBatch } from "../core/jobs/job.ts";
import type { BatchSummary, JobSummary, StoredBatch } from "../core/jobs/store.ts";
import { LISTED_JOB_FIELDS, listedJob } from "./job-answer.ts";
import { idOf, RESOURCES } from "./resource.ts";

/** A batch and its jobs. */
export function batchAnswer({ items, ...batch }: StoredBatch) {
  return { ...listedBatch({ ...batch, counts: countsOf(items) }), items: items.map((item) => batchItem(batch.kind, item)) };
}

/** A batch in a list. */
export function listedBatch({ id, kind, createdAtMs, counts }: BatchSummary) {
  const created = new Date(createdAtMs).toISOString();
  return { batch_id: id, kind: RESOURCES[kind].word, status: batchStatus(counts), created_at: created, counts };
}

/** One of its jobs: as in a list of jobs, under the id that its kind has. */
export function batchItem(kind: NewBatch["kind"], item: JobSummary) {
  const { job_id: id, ...shown } = listedJob(item);
  return { ...idOf({ kind, id }), ...shown };
}

export function batchItemFields(kind: NewBatch["kind"]): readonly string[] {
  return [RESOURCES[kind].idName, ...LISTED_JOB_FIELDS.filter((name) => name !== "job_id")];
}

export const LISTED_BATCH_FIELDS = ["batch_id", "kind", "status", "created_at", ...JOB_STATUSES.map((name) => `counts.${name}`)];
