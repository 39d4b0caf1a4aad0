import type { Database } from "bun:sqlite";
import { decodeCurve, encodeCurve, type PackedPoints } from "../../api/store/curve-blob.ts";
import type { Curve } from "../../core/jobs/job.ts";

/** One way to keep curves in SQLite. */
export interface CurveTable {
  readonly table: string;
  /** Writes one curve, inside of the caller's transaction. */
  prepare(db: Database): {
    write(id: string, curve: Curve): void;
    read(id: string): Curve;
    /** The points after a time: how many, and the last value. */
    readAfter(id: string, timeMs: number): { readonly points: number; readonly last: number };
  };
}

export const BLOBS: CurveTable = {
  table: `CREATE TABLE curves (id TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL, points INTEGER NOT NULL, initial_cash REAL NOT NULL,
    daily INTEGER NOT NULL, checksum TEXT NOT NULL, preview_checksum TEXT NOT NULL, preview BLOB NOT NULL, times BLOB NOT NULL,
    equity BLOB NOT NULL) STRICT`,
  prepare(db) {
    const insert = db.prepare("INSERT INTO curves VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    const select = db.prepare<PackedPoints, [string]>(
      "SELECT version, points, initial_cash AS initialCash, daily, checksum, times, equity FROM curves WHERE id = ?",
    );
    const read = (id: string) => {
      const row = select.get(id);
      if (row === null) throw new Error(`no curve ${id}`);
      return decodeCurve(row);
    };
    return {
      write(id, curve) {
        const row = encodeCurve(curve);
        const small = [row.version, row.points, row.initialCash, row.daily, row.checksum, row.previewChecksum];
        insert.run(id, ...small, row.preview, row.times, row.equity);
      },
      read,
      readAfter(id, timeMs) {
        const { timeMs: times, equity } = read(id);
        const from = times.findIndex((time) => time > timeMs);
        return { points: times.length - from, last: equity.at(-1) ?? Number.NaN };
      },
    };
  },
};

export const ROWS: CurveTable = {
  table:
    "CREATE TABLE points (id TEXT NOT NULL, time_ms INTEGER NOT NULL, equity REAL NOT NULL, PRIMARY KEY (id, time_ms)) STRICT, WITHOUT ROWID",
  prepare(db) {
    const insert = db.prepare("INSERT INTO points VALUES (?, ?, ?)");
    const select = db.prepare<[number, number], [string, number]>(
      "SELECT time_ms, equity FROM points WHERE id = ? AND time_ms > ? ORDER BY time_ms",
    );
    return {
      write(id, { timeMs, equity }) {
        for (let i = 0; i < timeMs.length; i++) insert.run(id, timeMs[i]!, equity[i]!);
      },
      read(id) {
        const rows = select.values(id, -1);
        const column = (at: 0 | 1) => Float64Array.from(rows, (row) => Number(row[at]));
        return { initialCash: 10_000, daily: true, timeMs: column(0), equity: column(1) };
      },
      readAfter(id, timeMs) {
        const rows = select.values(id, timeMs);
        return { points: rows.length, last: Number(rows.at(-1)?.[1]) };
      },
    };
  },
};
