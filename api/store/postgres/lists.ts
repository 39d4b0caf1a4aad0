import type { BatchId, JobId, JobStatus, NewBatch } from "../../../core/jobs/job.ts";
import type { BatchSummary, JobFilter, JobSummary, StoredBatch, SweepSummary } from "../../../core/jobs/store.ts";
import { type FiguresRow, jobSummary, type SweepRow, sweepSummary } from "../listed-rows.ts";
import type { Tx } from "./lanes.ts";

/* Lists of a user's jobs and batches, read in a transaction of the user. */

interface BatchRow {
  readonly id: BatchId;
  readonly kind: NewBatch["kind"];
  readonly created_at_ms: number;
}

type CountedRow = BatchRow & Readonly<Record<JobStatus, number>>;

const LISTED = "SELECT jobs.id, status, symbol, strategy, created_at_ms";
const WITH_FIGURES = `${LISTED}, sharpe, total_return, max_drawdown
  FROM jobs LEFT JOIN results ON results.user_id = jobs.user_id AND results.job_id = jobs.id WHERE`;
const SWEEPS = `${LISTED}, trial_count AS trials, skipped, objective, best
  FROM jobs LEFT JOIN trials ON trials.user_id = jobs.user_id AND trials.job_id = jobs.id WHERE kind = 'sweep'`;
const OF_BATCH = `${WITH_FIGURES} batch_id = $1 ORDER BY jobs.id`;
const BATCH = "SELECT id, kind, created_at_ms FROM batches WHERE id = $1";
const BATCHES = `SELECT page.id, page.kind, page.created_at_ms, count(*) FILTER (WHERE status = 'queued') AS queued,
    count(*) FILTER (WHERE status = 'running') AS running, count(*) FILTER (WHERE status = 'completed') AS completed,
    count(*) FILTER (WHERE status = 'failed') AS failed, count(*) FILTER (WHERE status = 'cancelled') AS cancelled
  FROM (SELECT * FROM batches WHERE id < $1 ORDER BY id DESC LIMIT $2) AS page
    JOIN jobs ON jobs.user_id = page.user_id AND batch_id = page.id
  GROUP BY page.id, page.kind, page.created_at_ms ORDER BY page.id DESC`;
/** Comes after every id. */
const END = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/** Newest first, as all lists are. */
export function listOf(kind: "backtest" | "walk_forward") {
  return async (tx: Tx, filter: JobFilter, limit: number, after: JobId | null): Promise<readonly JobSummary[]> =>
    (await page<FiguresRow>(tx, `${WITH_FIGURES} kind = '${kind}'`, filter, limit, after)).map(jobSummary);
}

export async function sweepList(tx: Tx, filter: JobFilter, limit: number, after: JobId | null): Promise<readonly SweepSummary[]> {
  return (await page<SweepRow>(tx, SWEEPS, filter, limit, after)).map(sweepSummary);
}

export async function batchOf(tx: Tx, id: BatchId): Promise<StoredBatch | undefined> {
  const [[batch], items] = await Promise.all([tx.query<BatchRow>(BATCH, [id]), tx.query<FiguresRow>(OF_BATCH, [id])]);
  return batch && { ...newBatch(batch), items: items.map(jobSummary) };
}

export async function batchList(tx: Tx, limit: number, after: BatchId | null): Promise<readonly BatchSummary[]> {
  const rows = await tx.query<CountedRow>(BATCHES, [after ?? END, limit]);
  return rows.map((row) => {
    const { queued, running, completed, failed, cancelled } = row;
    return { ...newBatch(row), counts: { queued, running, completed, failed, cancelled } };
  });
}

function page<Row extends object>(
  tx: Tx,
  select: string,
  { status, symbol, strategy }: JobFilter,
  limit: number,
  after: JobId | null,
): Promise<readonly Row[]> {
  const params: (string | number)[] = [];
  const conditions = [
    ["status =", status],
    ["symbol =", symbol],
    ["strategy =", strategy],
    ["jobs.id <", after],
  ] as const;
  const wanted = conditions.map(([sql, value]) => (value === null ? "" : ` AND ${sql} $${params.push(value)}`));
  return tx.query<Row>(`${select}${wanted.join("")} ORDER BY jobs.id DESC LIMIT $${params.push(limit)}`, params);
}

function newBatch({ id, kind, created_at_ms: createdAtMs }: BatchRow): NewBatch {
  return { id, kind, createdAtMs };
}
