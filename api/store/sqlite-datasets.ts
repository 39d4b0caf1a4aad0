import type { Database } from "bun:sqlite";
import type { UserId } from "../../core/jobs/job.ts";
import type { Dataset, DatasetStore, StoredBars } from "../../core/jobs/store.ts";
import type { GroupCommit } from "./group-commit.ts";
import { type DatasetRow, datasetOf } from "./rows.ts";
import type { BarRows } from "./sqlite-bars.ts";

const COLUMNS = "symbol, interval, adjusted, row_count, from_time, to_time, hash, bars_hash, warnings, created_at_ms";

export function sqliteDatasets(db: Database, bars: BarRows, commits: GroupCommit): DatasetStore {
  const find = db.prepare<DatasetRow, [UserId, string]>(`SELECT ${COLUMNS} FROM datasets WHERE user_id = ? AND symbol = ?`);
  const list = db.prepare<DatasetRow, [UserId, string, number]>(
    `SELECT ${COLUMNS} FROM datasets WHERE user_id = ? AND symbol > ? ORDER BY symbol LIMIT ?`,
  );
  const remove = db.prepare<null, [UserId, string]>("DELETE FROM datasets WHERE user_id = ? AND symbol = ?");
  const insert = db.prepare<null, (string | number)[]>(
    `INSERT INTO datasets (user_id, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );

  function removeRow(user: UserId, symbol: string): DatasetRow | null {
    const old = find.get(user, symbol);
    if (old !== null) remove.run(user, symbol);
    return old;
  }

  function put(user: UserId, dataset: Dataset, stored: StoredBars): boolean {
    const old = removeRow(user, dataset.symbol);
    bars.put(stored);
    insert.run(
      user,
      dataset.symbol,
      dataset.interval,
      dataset.adjusted ? 1 : 0,
      dataset.rows,
      dataset.from,
      dataset.to,
      dataset.hash,
      stored.hash,
      dataset.warnings,
      dataset.createdAtMs,
    );
    if (old !== null) bars.drop(old.bars_hash);
    return old === null;
  }

  return {
    put: (user, dataset, stored) => commits.write(() => put(user, dataset, stored)),
    async find(user, symbol) {
      const row = find.get(user, symbol);
      return row === null ? undefined : datasetOf(row);
    },
    list: async (user, limit, after) => list.all(user, after ?? "", limit).map(datasetOf),
    remove: (user, symbol) =>
      commits.write(() => {
        const old = removeRow(user, symbol);
        if (old !== null) bars.drop(old.bars_hash);
        return old !== null;
      }),
  };
}
