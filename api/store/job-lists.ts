import type { Database, Statement } from "bun:sqlite";
import type { BatchId, JobId, UserId } from "../../core/jobs/job.ts";
import type { JobFilter, JobSummary, SweepSummary } from "../../core/jobs/store.ts";
import { type FiguresRow, jobSummary, type SweepRow, sweepSummary } from "./listed-rows.ts";

const LISTED = "SELECT jobs.id, status, symbol, strategy, created_at_ms";
const FIGURES = "sharpe, total_return, max_drawdown";
const RESULTS = "LEFT JOIN results ON results.user_id = jobs.user_id AND results.job_id = jobs.id";
const BACKTESTS = `${LISTED}, ${FIGURES} FROM jobs ${RESULTS} WHERE kind = 'backtest' AND`;
/** Without the name of the index a filter would have its own looked through, among all backtests. */
const SWEEPS = `${LISTED}, trial_count AS trials, skipped, objective, best
  FROM jobs INDEXED BY jobs_sweeps
  LEFT JOIN trials ON trials.user_id = jobs.user_id AND trials.job_id = jobs.id WHERE kind = 'sweep' AND`;

const OF_BATCH = `${LISTED}, ${FIGURES} FROM jobs INDEXED BY jobs_by_batch ${RESULTS} WHERE jobs.user_id = ? AND batch_id = ? ORDER BY jobs.id`;
const WALK_FORWARDS = `${LISTED}, ${FIGURES} FROM jobs INDEXED BY jobs_walk_forwards ${RESULTS} WHERE kind = 'walk_forward' AND`;

type Listing<T> = (user: UserId, filter: JobFilter, limit: number, after: JobId | null) => readonly T[];

export interface JobLists {
  readonly backtests: Listing<JobSummary>;
  readonly sweeps: Listing<SweepSummary>;
  readonly walkForwards: Listing<JobSummary>;
  /** The jobs of a batch, oldest first. */
  readonly ofBatch: (user: UserId, batch: BatchId) => readonly JobSummary[];
}

/** Lists jobs, newest first unless said otherwise. */
export function jobLists(db: Database): JobLists {
  const backtests = listing<FiguresRow>(db, BACKTESTS);
  const sweeps = listing<SweepRow>(db, SWEEPS);
  const walkForwards = listing<FiguresRow>(db, WALK_FORWARDS);
  const ofBatch = db.prepare<FiguresRow, [UserId, BatchId]>(OF_BATCH);
  return {
    ofBatch: (user, batch) => ofBatch.all(user, batch).map(jobSummary),
    backtests: (...given) => backtests(...given).map(jobSummary),
    walkForwards: (...given) => walkForwards(...given).map(jobSummary),
    sweeps: (...given) => sweeps(...given).map(sweepSummary),
  };
}

/** Each combination of conditions is prepared once. */
function listing<Row>(db: Database, select: string): Listing<Row> {
  const prepared = new Map<string, Statement<Row, (string | number)[]>>();
  return (user, filter, limit, after) => {
    const conditions = [
      ["jobs.status = ?", filter.status],
      ["jobs.symbol = ?", filter.symbol],
      ["jobs.strategy = ?", filter.strategy],
      ["jobs.id < ?", after],
    ] as const;
    const wanted = conditions.flatMap(([sql, value]) => (value === null ? [] : [{ sql, value }]));
    const where = ["jobs.user_id = ?", ...wanted.map(({ sql }) => sql)].join(" AND ");
    let statement = prepared.get(where);
    if (statement === undefined) {
      statement = db.prepare(`${select} ${where} ORDER BY jobs.id DESC LIMIT ?`);
      prepared.set(where, statement);
    }
    return statement.all(user, ...wanted.map(({ value }) => value), limit);
  };
}
