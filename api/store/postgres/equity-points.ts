import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Sql } from "postgres";
import { copyPieces, POINT_COLUMNS } from "./equity-copy.ts";
import type { EquityPointsWriter } from "./equity-writer.ts";

/** What holds the points: a hypertable of TimescaleDB, a plain table, or nothing yet. */
export type EquityLayout = "hypertable" | "plain" | "missing";

/** Fills the table `equity_points` by one COPY for all of the curves, once it may: see equity_points_gate. */
export const equityPointsWriter: EquityPointsWriter = {
  async write(tx, jobs) {
    const [, copy] = await Promise.all([
      tx`SELECT FROM equity_points_gate`.execute(),
      tx`COPY equity_points (${tx.unsafe(POINT_COLUMNS)}) FROM STDIN (FORMAT binary)`.writable(),
    ]);
    await pipeline(Readable.from(copyPieces(jobs)), copy);
  },
};

/** What `equity_points` is, for whoever may connect. */
export async function equityLayout(sql: Sql): Promise<EquityLayout> {
  const [known] = await sql<{ table: boolean; timescale: boolean }[]>`
    SELECT
      EXISTS (SELECT FROM pg_tables WHERE schemaname = 'backgrid' AND tablename = 'equity_points') AS table,
      to_regclass('timescaledb_information.hypertables') IS NOT NULL AS timescale`;
  if (known?.table !== true) return "missing";
  if (!known.timescale) return "plain";
  const found = await sql`
    SELECT FROM timescaledb_information.hypertables WHERE hypertable_schema = 'backgrid' AND hypertable_name = 'equity_points'`;
  return found.length > 0 ? "hypertable" : "plain";
}

/** A chunk with the curves of a busy week takes minutes to compress; nobody waits for it. */
const PATIENCE = "15min";

/**
 * A bit of what is to be done behind the points now and then: takes those of removed jobs away, compresses a chunk of a hypertable that gets no more. Holds no reader
 * up, and may run in many processes at once. Whether there is more to do.
 */
export async function tendEquityPoints(sql: Sql): Promise<boolean> {
  const more = [];
  for (const chore of ["remove_equity_points", "compress_equity_points"]) {
    const [row] = await sql.begin(async (tx) => {
      await tx`SELECT set_config('statement_timeout', ${PATIENCE}, true)`;
      return tx<{ more: boolean }[]>`SELECT ${tx(chore)}() AS more`;
    });
    more.push(row?.more === true);
  }
  return more.includes(true);
}
