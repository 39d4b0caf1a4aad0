import type { Database } from "bun:sqlite";
import {
  arePacked,
  type Curve,
  isPacked,
  type JobId,
  type JobOutput,
  type PackedCurve,
  type PackedTrials,
  type SweepOutput,
  type UserId,
} from "../../core/jobs/job.ts";
import type { StoredResult, StoredSweep, StoredWalkForward } from "../../core/jobs/store.ts";
import type { TrialColumn, TrialTable } from "../../core/sweep/table.ts";
import { decodeCurve, decodePreview, encodeCurve, type PackedPoints, type PackedPreview } from "./curve-blob.ts";
import { decodeTrials, encodeTrials } from "./trial-blob.ts";

/** What finished jobs left, in the tables of one connection. */
export interface OutputRows {
  insert(user: UserId, id: JobId, output: JobOutput): void;
  result(user: UserId, id: JobId): StoredResult | undefined;
  /** @throws when version or checksum do not hold */
  curve(user: UserId, id: JobId): Curve | undefined;
  /** @throws when version or checksum do not hold */
  preview(user: UserId, id: JobId): Curve | undefined;
  sweep(user: UserId, id: JobId): StoredSweep | undefined;
  /** @throws when version or checksum do not hold */
  trials(user: UserId, id: JobId): TrialTable | undefined;
  walkForward(user: UserId, id: JobId): StoredWalkForward | undefined;
}

interface ResultRow {
  readonly sharpe: number | null;
  readonly total_return: number | null;
  readonly max_drawdown: number | null;
  readonly result_hash: string;
  readonly head: string;
  readonly trades: string;
}

interface SweepRow {
  readonly head: string;
  readonly result_hash: string;
  readonly objective: TrialColumn;
}

interface WalkForwardRow {
  readonly head: string;
  readonly result_hash: string;
}

const PREVIEW = "version, initial_cash, daily, preview_checksum, preview";
const BLOBS = "points, checksum, times, equity";
type Value = string | number | null | Uint8Array;
type Key = [UserId, JobId];

/** @param onLarge is called inside of the transaction that writes an output, before its curve or its trials */
export function outputRows(db: Database, onLarge: () => void): OutputRows {
  const insertResult = db.prepare<null, Value[]>(
    "INSERT INTO results (user_id, job_id, sharpe, total_return, max_drawdown, result_hash, head) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const insertTrades = db.prepare<null, Value[]>("INSERT INTO trades (user_id, job_id, trades) VALUES (?, ?, ?)");
  const insertCurve = db.prepare<null, Value[]>(
    `INSERT INTO curves (user_id, job_id, ${PREVIEW}, ${BLOBS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertTrials = db.prepare<null, Value[]>(
    `INSERT INTO trials (user_id, job_id, trial_count, skipped, objective, best, version, checksum, axes, choices, figures)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const result = db.prepare<ResultRow, Key>(
    `SELECT sharpe, total_return, max_drawdown, result_hash, head, trades
     FROM results JOIN trades USING (user_id, job_id) WHERE user_id = ? AND job_id = ?`,
  );
  const curve = db.prepare<PackedPoints, Key>(
    `SELECT version, initial_cash AS initialCash, daily, ${BLOBS} FROM curves WHERE user_id = ? AND job_id = ?`,
  );
  const preview = db.prepare<PackedPreview, Key>(
    `SELECT version, initial_cash AS initialCash, daily, preview_checksum AS previewChecksum, preview
     FROM curves WHERE user_id = ? AND job_id = ?`,
  );
  const sweep = db.prepare<SweepRow, Key>(
    "SELECT head, result_hash, objective FROM results JOIN trials USING (user_id, job_id) WHERE user_id = ? AND job_id = ?",
  );
  const trials = db.prepare<PackedTrials, Key>(
    "SELECT version, trial_count AS count, skipped, checksum, axes, choices, figures FROM trials WHERE user_id = ? AND job_id = ?",
  );
  const walkForward = db.prepare<WalkForwardRow, Key>(
    `SELECT head, result_hash FROM results JOIN jobs ON jobs.user_id = results.user_id AND jobs.id = results.job_id
     WHERE results.user_id = ? AND results.job_id = ? AND kind = 'walk_forward'`,
  );

  function putTrials(user: UserId, id: JobId, { trials: given, objective, best }: SweepOutput): void {
    const row = arePacked(given) ? given : encodeTrials(given);
    insertTrials.run(
      ...[user, id, row.count, row.skipped, objective, best, row.version, row.checksum],
      ...[row.axes, row.choices, row.figures],
    );
  }

  function putCurve(user: UserId, id: JobId, given: Curve | PackedCurve): void {
    const row = isPacked(given) ? given : encodeCurve(given);
    insertCurve.run(
      ...[user, id, row.version, row.initialCash, row.daily, row.previewChecksum, row.preview],
      ...[row.points, row.checksum, row.times, row.equity],
    );
  }

  return {
    insert(user, id, output) {
      const { sharpe, totalReturn, maxDrawdown } = output.headline;
      insertResult.run(user, id, sharpe, totalReturn, maxDrawdown, output.resultHash, output.head);
      if (output.kind === "backtest") insertTrades.run(user, id, output.trades);
      onLarge();
      if (output.kind === "sweep") putTrials(user, id, output);
      else putCurve(user, id, output.curve);
    },
    result(user, id) {
      const row = result.get(user, id);
      if (row === null) return undefined;
      const { sharpe, total_return: totalReturn, max_drawdown: maxDrawdown, result_hash: resultHash, head, trades } = row;
      return { sharpe, totalReturn, maxDrawdown, resultHash, head, trades };
    },
    curve(user, id) {
      const row = curve.get(user, id);
      return row === null ? undefined : decodeCurve(row);
    },
    preview(user, id) {
      const row = preview.get(user, id);
      return row === null ? undefined : decodePreview(row);
    },
    sweep(user, id) {
      const row = sweep.get(user, id);
      return row === null ? undefined : { head: row.head, resultHash: row.result_hash, objective: row.objective };
    },
    trials(user, id) {
      const row = trials.get(user, id);
      return row === null ? undefined : decodeTrials(row);
    },
    walkForward(user, id) {
      const row = walkForward.get(user, id);
      return row === null ? undefined : { head: row.head, resultHash: row.result_hash };
    },
  };
}
