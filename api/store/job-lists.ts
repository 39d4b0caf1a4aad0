import type { Database, Statement } from "bun:sqlite";
import type { JobId, JobStatus, UserId } from "../../core/jobs/job.ts";
import type { JobFilter, JobSummary } from "../../core/jobs/store.ts";

interface SummaryRow {
  readonly id: JobId;
  readonly status: JobStatus;
  readonly symbol: string;
  readonly strategy: string;
  readonly created_at_ms: number;
  readonly sharpe: number | null;
  readonly total_return: number | null;
  readonly max_drawdown: number | null;
}

/** Lists jobs, newest first; each combination of conditions is prepared once. */
export function jobLists(
  db: Database,
): (user: UserId, filter: JobFilter, limit: number, after: JobId | null) => readonly JobSummary[] {
  const prepared = new Map<string, Statement<SummaryRow, (string | number)[]>>();
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
      statement = db.prepare(
        `SELECT jobs.id, status, symbol, strategy, created_at_ms, sharpe, total_return, max_drawdown
         FROM jobs LEFT JOIN results ON results.user_id = jobs.user_id AND results.job_id = jobs.id
         WHERE ${where} ORDER BY jobs.id DESC LIMIT ?`,
      );
      prepared.set(where, statement);
    }
    return statement.all(user, ...wanted.map(({ value }) => value), limit).map((row) => ({
      id: row.id,
      status: row.status,
      symbol: row.symbol,
      strategy: row.strategy,
      createdAtMs: row.created_at_ms,
      sharpe: row.sharpe,
      totalReturn: row.total_return,
      maxDrawdown: row.max_drawdown,
    }));
  };
}
