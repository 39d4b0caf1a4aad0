import type { BatchId, Job, JobId, NewPart, PartOutput } from "../../../core/jobs/job.ts";
import type { IdempotencyKey } from "../../../core/jobs/store.ts";
import { type JobRow, jobOf } from "../rows.ts";
import { readLong, shortOrLength } from "./blobs.ts";
import type { Tx } from "./lanes.ts";

/* Of jobs themselves, read in a transaction of their user. */

interface KeyRow {
  readonly body_hash: string;
  readonly job_id: JobId;
}

interface PartRow {
  readonly job_id: JobId;
  readonly part: number;
  readonly first_trial: number;
  readonly trial_count: number;
  readonly finished: boolean;
}

interface BlobRow {
  readonly data: Uint8Array | null;
  readonly data_bytes: number | null;
}

const JOB = `SELECT jobs.id, kind, status, attempt, tries, due_at_ms, worker, problem, created_at_ms, symbol, strategy, bars_source, bars_hash,
    request
  FROM jobs JOIN requests ON requests.user_id = jobs.user_id AND requests.job_id = jobs.id WHERE jobs.id = $1`;
const KEY = "SELECT body_hash, job_id FROM idempotency_keys WHERE key = $1";
const BATCH_OF = "SELECT batch_id FROM jobs WHERE id = $1 AND batch_id IS NOT NULL";
const PARTS = `SELECT job_id, part, first_trial, trial_count, status = 'completed' AS finished
  FROM sweep_parts p JOIN jobs ON jobs.user_id = p.user_id AND jobs.id = p.job_id WHERE sweep_id = $1 ORDER BY part`;
const PART_OUTPUT = `SELECT ${shortOrLength("data")} FROM (SELECT trials AS data FROM sweep_parts WHERE job_id = $1) AS part`;
const BARS = `SELECT ${shortOrLength("data")} FROM bars WHERE hash = $1`;

export async function jobIn(tx: Tx, id: JobId): Promise<Job | undefined> {
  const [row] = await tx.query<JobRow>(JOB, [id]);
  return row && jobOf(row);
}

export async function replayOf(tx: Tx, { key, bodyHash }: IdempotencyKey): Promise<JobId | "mismatch" | undefined> {
  const [row] = await tx.query<KeyRow>(KEY, [key]);
  if (row === undefined) return undefined;
  return row.body_hash === bodyHash ? row.job_id : "mismatch";
}

export async function batchIdOf(tx: Tx, id: JobId): Promise<BatchId | undefined> {
  const [row] = await tx.query<{ readonly batch_id: BatchId }>(BATCH_OF, [id]);
  return row?.batch_id;
}

export async function partsIn(tx: Tx, sweep: JobId): Promise<readonly (NewPart & { readonly finished: boolean })[]> {
  const rows = await tx.query<PartRow>(PARTS, [sweep]);
  return rows.map(({ job_id: id, part, first_trial: first, trial_count: count, finished }) => ({
    id,
    part,
    first,
    count,
    finished,
  }));
}

/** Undefined where the part is not finished. */
export async function partOutputIn(tx: Tx, id: JobId): Promise<PartOutput | undefined> {
  const trials = await blob(tx, PART_OUTPUT, { table: "sweep_parts", column: "trials", where: "job_id = $1" }, id);
  return trials && { trials };
}

export function barsIn(tx: Tx, hash: string): Promise<Uint8Array | undefined> {
  return blob(tx, BARS, { table: "bars", column: "data", where: "hash = $1" }, hash);
}

async function blob(tx: Tx, text: string, at: Parameters<typeof readLong>[1], key: string): Promise<Uint8Array | undefined> {
  const [row] = await tx.query<BlobRow>(text, [key]);
  if (row === undefined || row.data_bytes === null) return undefined;
  return row.data ?? readLong(tx, at, key, row.data_bytes);
}
