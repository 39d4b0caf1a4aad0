import type { Dataset, DatasetStore, StoredBars } from "../../../core/jobs/store.ts";
import { type DatasetRow, datasetOf } from "../rows.ts";
import type { Tx } from "./lanes.ts";
import type { Transactions } from "./transactions.ts";
import { dropBars, insertBars } from "./write-changes.ts";

const COLUMNS = `symbol, "interval", adjusted, row_count, from_time, to_time, hash, bars_hash, warnings, created_at_ms`;
const FIND = `SELECT ${COLUMNS} FROM datasets WHERE symbol = $1`;
const LIST = `SELECT ${COLUMNS} FROM datasets WHERE symbol > $1 ORDER BY symbol LIMIT $2`;
/** One at a time puts the dataset of a symbol, or removes it, also one that is not there yet. */
const LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
const PUT = `INSERT INTO datasets (user_id, ${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
  ON CONFLICT (user_id, symbol) DO UPDATE SET ("interval", adjusted, row_count, from_time, to_time, hash, bars_hash, warnings, created_at_ms)
    = (excluded."interval", excluded.adjusted, excluded.row_count, excluded.from_time, excluded.to_time, excluded.hash, excluded.bars_hash,
       excluded.warnings, excluded.created_at_ms)`;
const REMOVE = "DELETE FROM datasets WHERE symbol = $1 RETURNING bars_hash";

interface BarsRow {
  readonly bars_hash: string;
}

export function postgresDatasets({ read, long }: Transactions): DatasetStore {
  async function put(tx: Tx, user: string, dataset: Dataset, stored: StoredBars): Promise<boolean> {
    const [known] = await tx.query("SELECT FROM bars WHERE hash = $1", [stored.hash]);
    if (known === undefined) await insertBars(tx, stored.hash, stored.bytes);
    tx.query(LOCK, [`${user} ${dataset.symbol}`]);
    const [old] = await tx.query<BarsRow>("SELECT bars_hash FROM datasets WHERE symbol = $1", [dataset.symbol]);
    const { symbol, interval, adjusted, rows, from, to, hash, warnings, createdAtMs } = dataset;
    tx.query(PUT, [user, symbol, interval, adjusted ? 1 : 0, rows, from, to, hash, stored.hash, warnings, createdAtMs]);
    if (old !== undefined) dropBars(tx, [old.bars_hash]);
    return old === undefined;
  }

  return {
    put: (user, dataset, stored) => long(user, (tx) => put(tx, user, dataset, stored)),
    find: (user, symbol) =>
      read(user, async (tx) => {
        const [row] = await tx.query<DatasetRow>(FIND, [symbol]);
        return row && datasetOf(row);
      }),
    list: (user, limit, after) =>
      read(user, async (tx) => (await tx.query<DatasetRow>(LIST, [after ?? "", limit])).map(datasetOf)),
    remove: (user, symbol) =>
      long(user, async (tx) => {
        tx.query(LOCK, [`${user} ${symbol}`]);
        const [old] = await tx.query<BarsRow>(REMOVE, [symbol]);
        if (old !== undefined) dropBars(tx, [old.bars_hash]);
        return old !== undefined;
      }),
  };
}
