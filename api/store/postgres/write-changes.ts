import {
  arePacked,
  isPacked,
  type JobId,
  type JobOutput,
  type PackedCurve,
  type SweepOutput,
  type UserId,
} from "../../../core/jobs/job.ts";
import * as machine from "../../../core/jobs/machine.ts";
import { decodeCurve, encodeCurve } from "../curve-blob.ts";
import { columnsOf } from "../rows.ts";
import { encodeTrials } from "../trial-blob.ts";
import { insertRows, type NewRow, updateRow } from "./blobs.ts";
import type { EquityPointsWriter } from "./equity-writer.ts";
import type { Tx } from "./lanes.ts";
import type { Changes } from "./ledger.ts";
import { uuids } from "./lock-rows.ts";

/** What is told of the outcome of jobs, inside of the transaction that writes it. */
export interface Hooks {
  /** When the result is written and the curve, or the trials of a sweep, are not. */
  readonly onPoint?: (point: "mid_equity") => void;
  readonly equityPoints: EquityPointsWriter | null;
}

const BATCHES = `INSERT INTO batches (user_id, id, kind, created_at_ms)
  SELECT $1, id, kind, created_at_ms FROM json_to_recordset($2::text::json) AS x (id uuid, kind text, created_at_ms bigint)`;
const ACCEPTED = `WITH given AS MATERIALIZED (SELECT * FROM json_to_recordset($2::text::json) AS x (id uuid, kind text, status text, attempt int,
    tries int, due_at_ms bigint, created_at_ms bigint, symbol text, strategy text, bars_source text, bars_hash text, batch_id uuid, request text)),
  put AS (INSERT INTO jobs (user_id, id, kind, status, attempt, tries, due_at_ms, created_at_ms, symbol, strategy, bars_source, bars_hash, batch_id)
    SELECT $1, id, kind, status, attempt, tries, due_at_ms, created_at_ms, symbol, strategy, bars_source, bars_hash, batch_id FROM given)
  INSERT INTO requests (user_id, job_id, request) SELECT $1, id, request FROM given`;
const KEYS = `INSERT INTO idempotency_keys (user_id, key, body_hash, job_id, created_at_ms)
  SELECT $1, key, body_hash, job_id, created_at_ms
  FROM json_to_recordset($2::text::json) AS x (key text, body_hash text, job_id uuid, created_at_ms bigint) ORDER BY key`;
/** One by one, as they are looked up in lock-rows.ts. */
const CHANGED = `UPDATE jobs SET status = $2, attempt = $3, tries = $4, due_at_ms = $5, worker = $6, problem = $7, bars_hash = $8
  WHERE id = $1`;
/** What is not a part's own is that of its sweep. */
const PARTS = `WITH given AS MATERIALIZED (SELECT * FROM json_to_recordset($2::text::json) AS x (id uuid, part int, first bigint, count bigint)),
  put AS (INSERT INTO jobs (user_id, id, kind, status, attempt, tries, due_at_ms, created_at_ms, symbol, strategy, bars_source, bars_hash)
    SELECT sweep.user_id, given.id, 'sweep_part', $3, $4, $5, $6, sweep.created_at_ms, symbol, strategy, bars_source, bars_hash
    FROM given, jobs sweep WHERE sweep.id = $1)
  INSERT INTO sweep_parts (user_id, job_id, sweep_id, part, first_trial, trial_count)
    SELECT sweep.user_id, given.id, $1, part, first, count FROM given, jobs sweep WHERE sweep.id = $1`;
const DROP_PARTS = "DELETE FROM jobs WHERE id = ANY (ARRAY(SELECT job_id FROM sweep_parts WHERE sweep_id = ANY ($1::uuid[])))";
const REMOVE = "DELETE FROM jobs WHERE id = ANY ($1::uuid[])";
/** The lock waits for whoever removes another job of the batch, who may be the last to leave one. */
const LOCK_BATCHES = "SELECT FROM batches WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE";
const DROP_BATCHES = `DELETE FROM batches WHERE id = ANY ($1::uuid[])
  AND NOT EXISTS (SELECT FROM jobs WHERE jobs.user_id = batches.user_id AND batch_id = batches.id)`;
const DROP_BARS = "SELECT drop_bars(ARRAY(SELECT json_array_elements_text($1::text::json)))";

/** Sends all that a ledger has come to; the transaction waits for it. */
export async function writeChanges(tx: Tx, user: UserId, changes: Changes, hooks: Hooks): Promise<void> {
  const { batches, accepted, keys, changed, parts, outputs, partOutputs, partless, removed, lessened, lessNamed } = changes;
  for (const bars of changes.bars.values()) await insertBars(tx, bars.hash, bars.bytes);
  if (batches.length > 0)
    tx.query(BATCHES, [
      user,
      JSON.stringify(batches.map(({ createdAtMs, ...rest }) => ({ ...rest, created_at_ms: createdAtMs }))),
    ]);
  if (accepted.length > 0) tx.query(ACCEPTED, [user, JSON.stringify(accepted.map(acceptedRow))]);
  if (keys.length > 0) tx.query(KEYS, [user, JSON.stringify(keys.map(keyRow))]);
  for (const { id, state, tries, barsHash } of changed) {
    const { status, attempt, tries: tried, due_at_ms, worker, problem } = columnsOf(state, tries);
    tx.query(CHANGED, [id, status, attempt, tried, due_at_ms, worker, problem, barsHash]);
  }
  for (const { sweep, parts: given } of parts) {
    const { status, attempt, tries, due_at_ms } = columnsOf(machine.accept(), 0);
    tx.query(PARTS, [sweep.id, JSON.stringify(given), status, attempt, tries, due_at_ms]);
  }
  await writeOutputs(tx, user, outputs, hooks);
  for (const { id, output } of partOutputs) await updateRow(tx, "sweep_parts", { trials: output.trials }, id);
  if (partless.size > 0) tx.query(DROP_PARTS, [uuids([...partless])]);
  if (removed.size > 0) tx.query(REMOVE, [uuids([...removed])]);
  if (lessened.size > 0) {
    tx.query(LOCK_BATCHES, [uuids([...lessened])]);
    tx.query(DROP_BATCHES, [uuids([...lessened])]);
  }
  if (lessNamed.size > 0) dropBars(tx, [...lessNamed]);
}

/** Sends bars that may have been stored meanwhile. */
export function insertBars(tx: Tx, hash: string, data: Uint8Array): Promise<void> {
  return insertRows(tx, [{ table: "bars", values: { hash, data } }], " ON CONFLICT DO NOTHING");
}

/** Deletes those of these bars that nothing names any more. */
export function dropBars(tx: Tx, hashes: readonly string[]): void {
  tx.query(DROP_BARS, [JSON.stringify(hashes)]);
}

async function writeOutputs(tx: Tx, user: UserId, outputs: Changes["outputs"], { onPoint, equityPoints }: Hooks): Promise<void> {
  const curves: { readonly id: JobId; readonly packed: PackedCurve }[] = [];
  for (const { id, output } of outputs) {
    let rows = resultRows(user, id, output);
    if (onPoint !== undefined) {
      await insertRows(tx, rows);
      // All that was sent before is written once this is answered.
      await tx.query("SELECT 1");
      onPoint("mid_equity");
      rows = [];
    }
    if (output.kind === "sweep") rows.push(trialsRow(user, id, output));
    else {
      const packed = isPacked(output.curve) ? output.curve : encodeCurve(output.curve);
      curves.push({ id, packed });
      rows.push(curveRow(user, id, packed));
    }
    await insertRows(tx, rows);
  }
  if (equityPoints === null || curves.length === 0) return;
  await equityPoints.write(
    tx.sql,
    curves.map(({ id, packed }) => ({ user, id, curve: decodeCurve(packed) })),
  );
}

function resultRows(user_id: UserId, job_id: JobId, output: JobOutput): NewRow[] {
  const { sharpe, totalReturn, maxDrawdown } = output.headline;
  const values = {
    ...{ user_id, job_id, sharpe, total_return: totalReturn, max_drawdown: maxDrawdown },
    ...{ result_hash: output.resultHash, head: output.head },
  };
  const result = { table: "results", values };
  return output.kind === "backtest"
    ? [result, { table: "trades", values: { user_id, job_id, trades: output.trades } }]
    : [result];
}

function curveRow(user_id: UserId, job_id: JobId, curve: PackedCurve): NewRow {
  const { version, points, daily, checksum, preview, times, equity } = curve;
  const values = {
    ...{ user_id, job_id, version, points, initial_cash: curve.initialCash, daily },
    ...{ checksum, preview_checksum: curve.previewChecksum, preview, times, equity },
  };
  return { table: "curves", values };
}

function trialsRow(user_id: UserId, job_id: JobId, { trials: given, objective, best }: SweepOutput): NewRow {
  const { count, skipped, version, checksum, axes, choices, figures } = arePacked(given) ? given : encodeTrials(given);
  const values = {
    ...{ user_id, job_id, trial_count: count, skipped, objective, best },
    ...{ version, checksum, axes, choices, figures },
  };
  return { table: "trials", values };
}

function acceptedRow({ job, batch }: Changes["accepted"][number]) {
  const { status, attempt, tries, due_at_ms } = columnsOf(machine.accept(), 0);
  const { id, kind, symbol, strategy, request } = job;
  return {
    ...{ id, kind, status, attempt, tries, due_at_ms, created_at_ms: job.createdAtMs, symbol, strategy },
    ...{ bars_source: job.bars.source, bars_hash: job.bars.hash, batch_id: batch, request },
  };
}

function keyRow({ key, job }: Changes["keys"][number]) {
  return { key: key.key, body_hash: key.bodyHash, job_id: job.id, created_at_ms: job.createdAtMs };
}
