import type { Curve, JobId, PackedTrials } from "../../../core/jobs/job.ts";
import type { StoredResult, StoredSweep, StoredWalkForward } from "../../../core/jobs/store.ts";
import type { TrialColumn, TrialTable } from "../../../core/sweep/table.ts";
import { decodeCurve, decodePreview, type PackedPoints, type PackedPreview } from "../curve-blob.ts";
import { decodeTrials } from "../trial-blob.ts";
import { readLong, shortOrLength } from "./blobs.ts";
import type { Tx } from "./lanes.ts";

/* What finished jobs left, read in the transaction of a user. */

interface ResultRow {
  readonly sharpe: number | null;
  readonly total_return: number | null;
  readonly max_drawdown: number | null;
  readonly result_hash: string;
  readonly head: string;
  readonly trades: string;
}

interface HeadRow {
  readonly head: string;
  readonly result_hash: string;
}

interface SweepRow extends HeadRow {
  readonly objective: TrialColumn;
}

type CurveRow = Omit<PackedPoints, "times" | "equity"> & {
  readonly times: Uint8Array | null;
  readonly times_bytes: number;
  readonly equity: Uint8Array | null;
  readonly equity_bytes: number;
};

type TrialsRow = Omit<PackedTrials, "choices" | "figures"> & {
  readonly choices: Uint8Array | null;
  readonly choices_bytes: number;
  readonly figures: Uint8Array | null;
  readonly figures_bytes: number;
};

const RESULT = `SELECT sharpe, total_return, max_drawdown, result_hash, head, trades
  FROM results JOIN trades USING (user_id, job_id) WHERE job_id = $1`;
const CURVE = `SELECT version, points, initial_cash AS "initialCash", daily, checksum, ${shortOrLength("times")}, ${shortOrLength("equity")}
  FROM curves WHERE job_id = $1`;
const PREVIEW = `SELECT version, initial_cash AS "initialCash", daily, preview_checksum AS "previewChecksum", preview
  FROM curves WHERE job_id = $1`;
const SWEEP = "SELECT head, result_hash, objective FROM results JOIN trials USING (user_id, job_id) WHERE job_id = $1";
const TRIALS = `SELECT version, trial_count AS count, skipped, checksum, axes, ${shortOrLength("choices")}, ${shortOrLength("figures")}
  FROM trials WHERE job_id = $1`;
const WALK_FORWARD = `SELECT head, result_hash FROM results JOIN jobs ON jobs.user_id = results.user_id AND jobs.id = job_id
  WHERE job_id = $1 AND kind = 'walk_forward'`;

export async function resultOf(tx: Tx, id: JobId): Promise<StoredResult | undefined> {
  const [row] = await tx.query<ResultRow>(RESULT, [id]);
  if (row === undefined) return undefined;
  const { sharpe, total_return: totalReturn, max_drawdown: maxDrawdown, result_hash: resultHash, head, trades } = row;
  return { sharpe, totalReturn, maxDrawdown, resultHash, head, trades };
}

export async function sweepOf(tx: Tx, id: JobId): Promise<StoredSweep | undefined> {
  const [row] = await tx.query<SweepRow>(SWEEP, [id]);
  return row && { head: row.head, resultHash: row.result_hash, objective: row.objective };
}

export async function walkForwardOf(tx: Tx, id: JobId): Promise<StoredWalkForward | undefined> {
  const [row] = await tx.query<HeadRow>(WALK_FORWARD, [id]);
  return row && { head: row.head, resultHash: row.result_hash };
}

/** What turns the bytes into a preview, so that damage is told to the one who asked. */
export async function previewOf(tx: Tx, id: JobId): Promise<(() => Curve) | undefined> {
  const [row] = await tx.query<PackedPreview>(PREVIEW, [id]);
  return row && (() => decodePreview(row));
}

/** As `previewOf`; "long" for a curve that is read by `longCurveOf`. */
export async function curveOf(tx: Tx, id: JobId): Promise<(() => Curve) | "long" | undefined> {
  const [row] = await tx.query<CurveRow>(CURVE, [id]);
  if (row === undefined) return undefined;
  const { times, equity } = row;
  return times === null || equity === null ? "long" : () => decodeCurve({ ...row, times, equity });
}

export async function longCurveOf(tx: Tx, id: JobId): Promise<(() => Curve) | undefined> {
  const [row] = await tx.query<CurveRow>(CURVE, [id]);
  if (row === undefined) return undefined;
  const at = (column: string) => ({ table: "curves", column, where: "job_id = $1" });
  const times = row.times ?? (await readLong(tx, at("times"), id, row.times_bytes));
  const equity = row.equity ?? (await readLong(tx, at("equity"), id, row.equity_bytes));
  return times && equity && (() => decodeCurve({ ...row, times, equity }));
}

export async function trialsOf(tx: Tx, id: JobId): Promise<(() => TrialTable) | undefined> {
  const [row] = await tx.query<TrialsRow>(TRIALS, [id]);
  if (row === undefined) return undefined;
  const at = (column: string) => ({ table: "trials", column, where: "job_id = $1" });
  const choices = row.choices ?? (await readLong(tx, at("choices"), id, row.choices_bytes));
  const figures = row.figures ?? (await readLong(tx, at("figures"), id, row.figures_bytes));
  return choices && figures && (() => decodeTrials({ ...row, choices, figures }));
}
