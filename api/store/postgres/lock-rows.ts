import type { BatchId, JobBars, JobId, WorkKind } from "../../../core/jobs/job.ts";
import { type StateColumns, stateOf } from "../rows.ts";
import type { Tx } from "./lanes.ts";
import type { Entry, Found } from "./ledger.ts";

/** What operations must see before they can be carried out. */
export interface Needs {
  /** The states of these jobs. */
  readonly jobs?: readonly JobId[];
  /** Of these, what is needed to run them. */
  readonly work?: readonly JobId[];
  /** The states of these parts of sweeps, of those that are parts. */
  readonly parts?: readonly JobId[];
  /** The states of their sweeps, and how many of its parts each waits for. */
  readonly sweepsOf?: readonly JobId[];
  readonly partWork?: readonly JobId[];
  /** Whether these sweeps have parts. */
  readonly splits?: readonly JobId[];
  readonly keys?: readonly string[];
  /** Whether these are stored. */
  readonly bars?: readonly string[];
}

interface StateRow extends StateColumns {
  readonly id: JobId;
  readonly kind: WorkKind;
  readonly bars_hash: string | null;
  readonly batch_id: BatchId | null;
  readonly sweep_id: JobId | null;
}

interface WorkRow {
  readonly id: JobId;
  readonly created_at_ms: number;
  readonly symbol: string;
  readonly strategy: string;
  readonly bars_source: JobBars["source"];
  readonly request: string;
}

interface PartWorkRow extends WorkRow {
  readonly sweep_id: JobId;
  readonly part: number;
  readonly first_trial: number;
  readonly trial_count: number;
}

interface KeyRow {
  readonly key: string;
  readonly body_hash: string;
  readonly job_id: JobId;
}

const STATE = "jobs.id, kind, status, attempt, tries, due_at_ms, worker, problem, bars_hash, batch_id";
const WORK_COLUMNS = "created_at_ms, symbol, strategy, bars_source, request";
const SWEEPS = "SELECT sweep_id FROM sweep_parts WHERE job_id = ANY ($1::uuid[])";
const NAMES = "ARRAY(SELECT json_array_elements_text($1::text::json))";
/**
 * The rows of a subquery for one `wanted.key` after the other, in their order. Each is looked up by itself: a condition on all of them would, for
 * as long as the tables have no statistics, have all rows of the user looked through.
 */
const forEach = (keys: string, subquery: string) =>
  `SELECT found.* FROM unnest(${keys}) AS wanted (key) CROSS JOIN LATERAL (${subquery}) AS found`;
/* Rows are locked in one order, so that two transactions cannot wait for each other: jobs by their ids, then parts by theirs. */
const JOB = `SELECT ${STATE}, NULL AS sweep_id FROM jobs WHERE id = wanted.key AND kind <> 'sweep_part' FOR UPDATE`;
const JOBS = forEach("$1::uuid[]", JOB);
const JOBS_AND_SWEEPS = forEach(`ARRAY(${SWEEPS} UNION SELECT unnest($2::uuid[]) ORDER BY 1)`, JOB);
const PARTS = forEach(
  "$1::uuid[]",
  `SELECT ${STATE}, sweep_id FROM jobs JOIN sweep_parts p ON p.user_id = jobs.user_id AND p.job_id = jobs.id
   WHERE jobs.id = wanted.key FOR UPDATE OF jobs`,
);
const WORK = forEach(
  "$1::uuid[]",
  `SELECT id, ${WORK_COLUMNS} FROM jobs JOIN requests r ON r.user_id = jobs.user_id AND r.job_id = jobs.id
   WHERE id = wanted.key OFFSET 0`,
);
const PART_WORK = forEach(
  "$1::uuid[]",
  `SELECT p.job_id AS id, p.sweep_id, part, first_trial, trial_count, ${WORK_COLUMNS}
   FROM sweep_parts p JOIN jobs ON jobs.user_id = p.user_id AND jobs.id = p.sweep_id
   JOIN requests r ON r.user_id = p.user_id AND r.job_id = p.sweep_id WHERE p.job_id = wanted.key OFFSET 0`,
);
/** Counted behind the locks on the sweeps, by which the parts are finished one after the other. */
const UNFINISHED = `SELECT sweep_id, count(*) AS parts FROM sweep_parts p JOIN jobs ON jobs.user_id = p.user_id AND jobs.id = p.job_id
  WHERE sweep_id = ANY (ARRAY(${SWEEPS})) AND status <> 'completed' GROUP BY sweep_id`;
const SPLIT = "SELECT DISTINCT sweep_id FROM sweep_parts WHERE sweep_id = ANY ($1::uuid[])";
const KEYS = forEach(NAMES, "SELECT key, body_hash, job_id FROM idempotency_keys k WHERE k.key = wanted.key OFFSET 0");
const BARS = forEach(NAMES, "SELECT hash FROM bars WHERE hash = wanted.key OFFSET 0");

/** Locks the jobs that are needed and reads the rest, in one round trip with the beginning of the transaction. */
export async function lockRows(tx: Tx, needs: readonly Needs[]): Promise<Found> {
  const all = <K extends keyof Needs>(name: K) => [...new Set(needs.flatMap((one): readonly string[] => one[name] ?? []))].sort();
  const ask = <Row extends object>(text: string, ...params: readonly (readonly string[])[]) =>
    params.every(({ length }) => length === 0) ? [] : tx.query<Row>(text, params.map(uuids));
  const askByName = <Row extends object>(text: string, names: readonly string[]) =>
    names.length === 0 ? [] : tx.query<Row>(text, [JSON.stringify(names)]);
  const [jobs, sweepsOf] = [all("jobs"), all("sweepsOf")];

  const [nowMs, jobRows, partRows, work, partWork, split, unfinished, keys, bars] = await Promise.all([
    tx.nowMs,
    sweepsOf.length === 0 ? ask<StateRow>(JOBS, jobs) : ask<StateRow>(JOBS_AND_SWEEPS, sweepsOf, jobs),
    ask<StateRow>(PARTS, all("parts")),
    ask<WorkRow>(WORK, all("work")),
    ask<PartWorkRow>(PART_WORK, all("partWork")),
    ask<{ sweep_id: JobId }>(SPLIT, all("splits")),
    ask<{ sweep_id: JobId; parts: number }>(UNFINISHED, sweepsOf),
    askByName<KeyRow>(KEYS, all("keys")),
    askByName<{ hash: string }>(BARS, all("bars")),
  ]);
  return {
    nowMs,
    jobs: new Map([...jobRows, ...partRows].map((row) => [row.id, entryOf(row)])),
    work: new Map(work.map((row) => [row.id, workOf(row)])),
    partWork: new Map(
      partWork.map((row) => [
        row.id,
        { ...workOf(row), sweep: row.sweep_id, part: row.part, first: row.first_trial, count: row.trial_count },
      ]),
    ),
    keys: new Map(keys.map((row) => [row.key, { bodyHash: row.body_hash, id: row.job_id }])),
    bars: new Set(bars.map(({ hash }) => hash)),
    split: new Set(split.map((row) => row.sweep_id)),
    unfinished: new Map(unfinished.map((row) => [row.sweep_id, row.parts])),
  };
}

/** Ids as PostgreSQL writes an array. */
export function uuids(ids: readonly string[]): string {
  return `{${ids.join(",")}}`;
}

function entryOf(row: StateRow): Entry {
  const { id, kind, tries } = row;
  return { id, kind, tries, batchId: row.batch_id, sweep: row.sweep_id, state: stateOf(row), barsHash: row.bars_hash };
}

function workOf({ created_at_ms: createdAtMs, symbol, strategy, bars_source: source, request }: WorkRow) {
  return { createdAtMs, symbol, strategy, source, request };
}
