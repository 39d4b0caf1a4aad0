import { Database } from "bun:sqlite";
import type { BarReader, BarVault, StoredBars } from "../../core/jobs/store.ts";
import type { GroupCommit } from "./group-commit.ts";

/** What the other tables of one connection do with bars, inside of their own transactions. */
export interface BarRows {
  has(hash: string): boolean;
  put(bars: StoredBars): void;
  get(hash: string): Uint8Array | undefined;
  /** Deletes bars that no job and no dataset names any more. */
  drop(hash: string): void;
}

interface Stored {
  readonly data: Uint8Array;
}

const GET = "SELECT data FROM bars WHERE hash = ?";

export function barRows(db: Database): BarRows {
  const has = db.prepare<{ readonly hash: string }, [string]>("SELECT hash FROM bars WHERE hash = ?");
  const put = db.prepare<null, [string, Uint8Array]>("INSERT INTO bars (hash, data) VALUES (?, ?)");
  const get = db.prepare<Stored, [string]>(GET);
  const drop = db.prepare<null, [string]>(
    `DELETE FROM bars WHERE hash = ?1
       AND NOT EXISTS (SELECT 1 FROM jobs WHERE bars_hash = ?1) AND NOT EXISTS (SELECT 1 FROM datasets WHERE bars_hash = ?1)`,
  );
  const rows: BarRows = {
    has: (hash) => has.get(hash) !== null,
    put({ hash, bytes }) {
      if (!rows.has(hash)) put.run(hash, bytes);
    },
    get: (hash) => get.get(hash)?.data,
    drop(hash) {
      drop.run(hash);
    },
  };
  return rows;
}

export function sqliteBars(rows: BarRows, commits: GroupCommit): BarVault {
  return {
    put: (bars) => commits.write(() => rows.put(bars)),
    get: async (hash) => rows.get(hash),
  };
}

/**
 * Bars of a store for another process that only reads, by its path.
 * @throws when the file cannot be opened
 */
export function openBarVault(path: string): BarReader & { close(): void } {
  const db = new Database(path, { readonly: true, strict: true });
  db.run("PRAGMA busy_timeout = 5000");
  const get = db.prepare<Stored, [string]>(GET);
  return {
    get: async (hash) => get.get(hash)?.data,
    close: () => db.close(true),
  };
}
