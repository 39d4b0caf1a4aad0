import type { Sql } from "postgres";
import { decodeEntry, encodeEntry, type Series, seriesKey } from "../../../data/cache-entry.ts";
import type { Lease, SeriesStore } from "../../../data/series-store.ts";

/** Series in the tables market_data and market_data_leases. No connection is held while a lease is: it is a row with an end. */
export function postgresSeries(sql: Sql): SeriesStore {
  return {
    place: "PostgreSQL",
    async read(series) {
      const [row] = await sql<{ data: Uint8Array }[]>`SELECT data FROM market_data WHERE key = ${seriesKey(series)}`;
      return row === undefined ? undefined : decodeEntry(row.data, series);
    },
    async write(entry) {
      const { holding } = entry;
      await sql`
        INSERT INTO market_data (key, fetched_at_ms, data)
        VALUES (${seriesKey(holding)}, ${holding.fetchedAtMs}, ${encodeEntry(entry)})
        ON CONFLICT (key) DO UPDATE SET fetched_at_ms = excluded.fetched_at_ms, data = excluded.data`;
    },
    lease: (series, termMs) => leaseRow(sql, series, termMs),
  };
}

/** Terms end by the database's clock. */
function leaseRow(sql: Sql, series: Series, termMs: number): Lease {
  const key = seriesKey(series);
  const holder = crypto.randomUUID();
  const nowMs = () => sql`floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint`;
  return {
    async take() {
      const { count } = await sql`
        INSERT INTO market_data_leases AS held (key, holder, until_ms) VALUES (${key}, ${holder}, ${nowMs()} + ${termMs})
        ON CONFLICT (key) DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms WHERE held.until_ms <= ${nowMs()}`;
      return count === 1;
    },
    async renew() {
      await sql`UPDATE market_data_leases SET until_ms = ${nowMs()} + ${termMs} WHERE key = ${key} AND holder = ${holder}`;
    },
    async release() {
      await sql`DELETE FROM market_data_leases WHERE key = ${key} AND holder = ${holder}`;
    },
  };
}
