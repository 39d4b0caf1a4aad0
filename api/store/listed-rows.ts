import type { JobId, JobStatus } from "../../core/jobs/job.ts";
import type { JobSummary, SweepSummary } from "../../core/jobs/store.ts";
import type { TrialColumn } from "../../core/sweep/table.ts";

/* Rows of lists of jobs, as both databases give them. */

interface ListedRow {
  readonly id: JobId;
  readonly status: JobStatus;
  readonly symbol: string;
  readonly strategy: string;
  readonly created_at_ms: number;
}

/** Of a job with one result, or none yet. */
export interface FiguresRow extends ListedRow {
  readonly sharpe: number | null;
  readonly total_return: number | null;
  readonly max_drawdown: number | null;
}

export interface SweepRow extends ListedRow {
  readonly trials: number | null;
  readonly skipped: number | null;
  readonly objective: TrialColumn | null;
  readonly best: number | null;
}

export function jobSummary(row: FiguresRow): JobSummary {
  return { ...listed(row), sharpe: row.sharpe, totalReturn: row.total_return, maxDrawdown: row.max_drawdown };
}

export function sweepSummary(row: SweepRow): SweepSummary {
  const { trials, skipped, objective, best } = row;
  return { ...listed(row), trials, skipped, objective, best };
}

function listed({ id, status, symbol, strategy, created_at_ms: createdAtMs }: ListedRow) {
  return { id, status, symbol, strategy, createdAtMs };
}
