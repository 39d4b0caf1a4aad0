import type { Database } from "bun:sqlite";
import type { BatchId, JobId, NewBatch, UserId } from "../../core/jobs/job.ts";
import type { BatchSummary } from "../../core/jobs/store.ts";

/** Batches in the table of one connection, and which jobs are theirs. */
export interface BatchRows {
  insert(user: UserId, batch: NewBatch): void;
  find(user: UserId, id: BatchId): NewBatch | undefined;
  /** The batch that a job belongs to. */
  of(user: UserId, job: JobId): BatchId | undefined;
  /** Newest first, `after` excluded. */
  list(user: UserId, limit: number, after: BatchId | null): readonly BatchSummary[];
  /** Deletes a batch of which no job is left. */
  drop(user: UserId, id: BatchId): void;
}

interface BatchRow {
  readonly id: BatchId;
  readonly kind: NewBatch["kind"];
  readonly created_at_ms: number;
}

interface CountedRow extends BatchRow {
  readonly queued: number;
  readonly running: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
}

/** Comes after every id. */
const END = "~";

export function batchRows(db: Database): BatchRows {
  const insert = db.prepare<null, [UserId, BatchId, string, number]>(
    "INSERT INTO batches (user_id, id, kind, created_at_ms) VALUES (?, ?, ?, ?)",
  );
  const find = db.prepare<BatchRow, [UserId, BatchId]>(
    "SELECT id, kind, created_at_ms FROM batches WHERE user_id = ? AND id = ?",
  );
  const ofJob = db.prepare<{ readonly batch_id: BatchId | null }, [UserId, JobId]>(
    "SELECT batch_id FROM jobs WHERE user_id = ? AND id = ?",
  );
  const list = db.prepare<CountedRow, [UserId, string, number]>(
    `SELECT page.id, page.kind, page.created_at_ms, sum(status = 'queued') AS queued, sum(status = 'running') AS running,
       sum(status = 'completed') AS completed, sum(status = 'failed') AS failed, sum(status = 'cancelled') AS cancelled
     FROM (SELECT * FROM batches WHERE user_id = ? AND id < ? ORDER BY id DESC LIMIT ?) AS page
       JOIN jobs INDEXED BY jobs_by_batch ON jobs.user_id = page.user_id AND batch_id = page.id
     GROUP BY page.id ORDER BY page.id DESC`,
  );
  const drop = db.prepare<null, [UserId, BatchId]>(
    `DELETE FROM batches WHERE user_id = ?1 AND id = ?2
       AND NOT EXISTS (SELECT 1 FROM jobs INDEXED BY jobs_by_batch WHERE user_id = ?1 AND batch_id = ?2)`,
  );

  return {
    insert(user, { id, kind, createdAtMs }) {
      insert.run(user, id, kind, createdAtMs);
    },
    find(user, id) {
      const row = find.get(user, id);
      return row === null ? undefined : batchOf(row);
    },
    of: (user, job) => ofJob.get(user, job)?.batch_id ?? undefined,
    list: (user, limit, after) =>
      list.all(user, after ?? END, limit).map((row) => {
        const { queued, running, completed, failed, cancelled } = row;
        return { ...batchOf(row), counts: { queued, running, completed, failed, cancelled } };
      }),
    drop(user, id) {
      drop.run(user, id);
    },
  };
}

function batchOf({ id, kind, created_at_ms: createdAtMs }: BatchRow): NewBatch {
  return { id, kind, createdAtMs };
}
