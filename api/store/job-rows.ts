import type { Database } from "bun:sqlite";
import type { BatchId, Job, JobId, JobState, UserId } from "../../core/jobs/job.ts";
import { columnsOf, type JobRow, jobOf, type StateColumns, stateOf } from "./rows.ts";

export interface PresentState {
  readonly state: JobState;
  readonly tries: number;
  readonly barsHash: string | null;
}

/** Jobs and their states in the tables of one connection; for use inside of a transaction where something is written. */
export interface JobRows {
  find(user: UserId, id: JobId): Job | undefined;
  state(user: UserId, id: JobId): PresentState | undefined;
  setState(user: UserId, id: JobId, state: JobState, tries: number): void;
  setBars(user: UserId, id: JobId, hash: string): void;
  insert(user: UserId, job: Job, batch: BatchId | null): void;
  remove(user: UserId, id: JobId): void;
}

const STATE = "status, attempt, tries, due_at_ms, worker, problem";
const JOB = `jobs.id, kind, ${STATE}, created_at_ms, symbol, strategy, bars_source, bars_hash`;
type Value = string | number | null;

export function jobRows(db: Database): JobRows {
  const find = db.prepare<JobRow, [UserId, JobId]>(
    `SELECT ${JOB}, request FROM jobs JOIN requests ON requests.user_id = jobs.user_id AND requests.job_id = jobs.id
     WHERE jobs.user_id = ? AND jobs.id = ?`,
  );
  const state = db.prepare<StateColumns & { readonly bars_hash: string | null }, [UserId, JobId]>(
    `SELECT ${STATE}, bars_hash FROM jobs WHERE user_id = ? AND id = ?`,
  );
  const setState = db.prepare<null, Value[]>(
    "UPDATE jobs SET status = ?, attempt = ?, tries = ?, due_at_ms = ?, worker = ?, problem = ? WHERE user_id = ? AND id = ?",
  );
  const setBars = db.prepare<null, [string, UserId, JobId]>("UPDATE jobs SET bars_hash = ? WHERE user_id = ? AND id = ?");
  const insert = db.prepare<null, Value[]>(
    `INSERT INTO jobs (user_id, id, kind, ${STATE}, created_at_ms, symbol, strategy, bars_source, bars_hash, batch_id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertRequest = db.prepare<null, [UserId, JobId, string]>(
    "INSERT INTO requests (user_id, job_id, request) VALUES (?, ?, ?)",
  );
  const remove = db.prepare<null, [UserId, JobId]>("DELETE FROM jobs WHERE user_id = ? AND id = ?");

  return {
    find(user, id) {
      const row = find.get(user, id);
      return row === null ? undefined : jobOf(row);
    },
    state(user, id) {
      const row = state.get(user, id);
      return row === null ? undefined : { state: stateOf(row), tries: row.tries, barsHash: row.bars_hash };
    },
    setState(user, id, next, tries) {
      const row = columnsOf(next, tries);
      setState.run(row.status, row.attempt, row.tries, row.due_at_ms, row.worker, row.problem, user, id);
    },
    setBars(user, id, hash) {
      setBars.run(hash, user, id);
    },
    insert(user, job, batch) {
      const { status, attempt, tries, due_at_ms, worker, problem } = columnsOf(job.state, 0);
      insert.run(
        ...[user, job.id, job.kind, status, attempt, tries, due_at_ms, worker, problem],
        ...[job.createdAtMs, job.symbol, job.strategy, job.bars.source, job.bars.hash, batch],
      );
      insertRequest.run(user, job.id, job.request);
    },
    remove(user, id) {
      remove.run(user, id);
    },
  };
}
