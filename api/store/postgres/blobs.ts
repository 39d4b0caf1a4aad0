import type { Param, Tx } from "./lanes.ts";

/** Bytes go over the wire as hex text: a longer value is sent and read in pieces of this length, so that nothing waits for the whole of it. */
export const PIECE_BYTES = 256 * 1024;

/* A value in pieces is put together inside of the database. The table is the connection's own and empty after each transaction. */
const PIECES =
  "CREATE TEMPORARY TABLE IF NOT EXISTS pieces (value bigint NOT NULL, n integer NOT NULL, piece bytea NOT NULL) ON COMMIT DELETE ROWS";
const PUT_PIECE = "INSERT INTO pieces (value, n, piece) VALUES ($1, $2, $3)";
const joined = (parameter: number) => `(SELECT string_agg(piece, ''::bytea ORDER BY n) FROM pieces WHERE value = $${parameter})`;
/** Numbers the values that are sent in pieces. */
let sent = 0;

export type Values = Readonly<Record<string, Param>>;

/** A row to be inserted into a table. */
export interface NewRow {
  readonly table: string;
  readonly values: Values;
}

/** Sends what the values hold of long ones, and gives the expression that stands for each; `params` gets the others. */
async function sendValues(tx: Tx, values: Values, params: Param[]): Promise<readonly string[]> {
  const expressions: string[] = [];
  for (const value of Object.values(values)) {
    if (!(value instanceof Uint8Array) || value.byteLength <= PIECE_BYTES) {
      expressions.push(`$${params.push(value)}`);
      continue;
    }
    tx.query(PIECES);
    const number = ++sent;
    for (let n = 0; n * PIECE_BYTES < value.byteLength; n++) {
      await tx.query(PUT_PIECE, [number, n, value.subarray(n * PIECE_BYTES, (n + 1) * PIECE_BYTES)]);
    }
    expressions.push(joined(params.push(number)));
  }
  return expressions;
}

/**
 * Rows of several tables, by one statement. Is done when that is sent; the transaction waits for it.
 * @param rows     at least one
 * @param conflict what follows the values of the last
 */
export async function insertRows(tx: Tx, rows: readonly NewRow[], conflict = ""): Promise<void> {
  const params: Param[] = [];
  const inserts: string[] = [];
  for (const { table, values } of rows) {
    const expressions = await sendValues(tx, values, params);
    inserts.push(`INSERT INTO ${table} (${Object.keys(values).join(", ")}) VALUES (${expressions.join(", ")})`);
  }
  const last = inserts.pop();
  const others = inserts.map((insert, k) => `i${k} AS (${insert})`);
  tx.query(`${others.length === 0 ? "" : `WITH ${others.join(", ")} `}${last}${conflict}`, params);
}

/** Sets columns of the row of a job, as `insertRows` does. */
export async function updateRow(tx: Tx, table: string, values: Values, id: string): Promise<void> {
  const params: Param[] = [];
  const expressions = await sendValues(tx, values, params);
  const columns = Object.keys(values).map((name, k) => `${name} = ${expressions[k]}`);
  tx.query(`UPDATE ${table} SET ${columns.join(", ")} WHERE job_id = $${params.push(id)}`, params);
}

/** A value of bytes: as it is where it is short, and its length. For the list of a SELECT. */
export function shortOrLength(column: string): string {
  return `octet_length(${column}) AS ${column}_bytes, CASE WHEN octet_length(${column}) <= ${PIECE_BYTES} THEN ${column} END AS ${column}`;
}

/** Reads a long value piece by piece; undefined when the row goes meanwhile. @param key of the row: `$1` in `where` */
export async function readLong(
  tx: Tx,
  { table, column, where }: { readonly table: string; readonly column: string; readonly where: string },
  key: string,
  length: number,
): Promise<Uint8Array | undefined> {
  const text = `SELECT substring(${column} FROM $2 FOR ${PIECE_BYTES}) AS piece FROM ${table} WHERE ${where}`;
  const whole = new Uint8Array(length);
  for (let at = 0; at < length; at += PIECE_BYTES) {
    const [row] = await tx.query<{ piece: Uint8Array }>(text, [key, at + 1]);
    if (row === undefined) return undefined;
    whole.set(row.piece, at);
  }
  return whole;
}
