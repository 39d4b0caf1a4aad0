import { z } from "zod";
import type { AppError, ErrorCode } from "../../core/errors.ts";
import type { Job, JobBars, JobId, JobKind, JobState, JobStatus } from "../../core/jobs/job.ts";
import type { Dataset } from "../../core/jobs/store.ts";
import { HTTP_STATUS } from "../http-errors.ts";

/** The columns that hold a job's state. */
export interface StateColumns {
  readonly status: JobStatus;
  readonly attempt: number;
  readonly tries: number;
  readonly due_at_ms: number | null;
  readonly worker: string | null;
  readonly problem: string | null;
}

export interface JobRow extends StateColumns {
  readonly id: JobId;
  readonly kind: JobKind;
  readonly created_at_ms: number;
  readonly symbol: string;
  readonly strategy: string;
  readonly bars_source: JobBars["source"];
  readonly bars_hash: string | null;
  readonly request: string;
}

const storedProblem = z.object({
  code: z.custom<ErrorCode>((code) => typeof code === "string" && Object.hasOwn(HTTP_STATUS, code)),
  detail: z.string(),
  findings: z.array(z.object({ path: z.string(), message: z.string() })),
});

/** @throws when the columns are no state: the schema's checks leave that to a damaged file alone */
export function stateOf({ status, attempt, tries, due_at_ms, worker, problem }: StateColumns): JobState {
  switch (status) {
    case "queued":
      return { status, attempt, tries, readyAtMs: present(due_at_ms) };
    case "running":
      return { status, attempt, tries, leaseUntilMs: present(due_at_ms), worker: present(worker) };
    case "completed":
    case "cancelled":
      return { status, attempt };
    case "failed":
      return { status, attempt, problem: storedProblem.parse(JSON.parse(present(problem))) };
    default:
      status satisfies never;
      throw new Error(`a stored job is ${JSON.stringify(status)}`);
  }
}

/** A final state forgets how many tries there were, so the column keeps `tries`. */
export function columnsOf(state: JobState, tries: number): StateColumns {
  const { status, attempt } = state;
  return {
    status,
    attempt,
    tries: "tries" in state ? state.tries : tries,
    due_at_ms: status === "queued" ? state.readyAtMs : status === "running" ? state.leaseUntilMs : null,
    worker: status === "running" ? state.worker : null,
    problem: status === "failed" ? problemText(state.problem) : null,
  };
}

export function jobOf(row: JobRow): Job {
  return {
    id: row.id,
    kind: row.kind,
    createdAtMs: row.created_at_ms,
    symbol: row.symbol,
    strategy: row.strategy,
    request: row.request,
    bars: { source: row.bars_source, hash: row.bars_hash },
    state: stateOf(row),
  };
}

export interface DatasetRow {
  readonly symbol: string;
  readonly interval: string;
  readonly adjusted: number;
  readonly row_count: number;
  readonly from_time: string;
  readonly to_time: string;
  readonly hash: string;
  readonly bars_hash: string;
  readonly warnings: string;
  readonly created_at_ms: number;
}

export function datasetOf(row: DatasetRow): Dataset {
  return {
    symbol: row.symbol,
    interval: row.interval,
    adjusted: row.adjusted === 1,
    rows: row.row_count,
    from: row.from_time,
    to: row.to_time,
    hash: row.hash,
    barsHash: row.bars_hash,
    warnings: row.warnings,
    createdAtMs: row.created_at_ms,
  };
}

function problemText({ code, detail, findings }: AppError): string {
  return JSON.stringify({ code, detail, findings });
}

function present<T>(value: T | null): T {
  if (value === null) throw new Error("a stored job lacks a column that its status needs");
  return value;
}
