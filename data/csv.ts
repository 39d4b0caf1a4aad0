import { type AppError, fail } from "../core/errors.ts";
import type { RawBars } from "../core/gate/raw-bars.ts";
import type { Result } from "../core/result.ts";
import { readHeader } from "./csv-header.ts";
import { type CsvLayout, scanRows } from "./csv-scan.ts";
import { rawBarsOf, SlashDates } from "./raw-table.ts";
import { textBytes } from "./text-bytes.ts";

/**
 * Bars from delimited text with a header line: comma, semicolon or tab; LF, CRLF or CR; UTF-8 with or without byte order mark; quoted fields;
 * other columns are ignored. Rows are named by their line, the header is the first.
 *
 * @param adjusted scale the prices by adjusted close / close where there is such a column
 * Errors: `no_data` without rows, `bad_data` naming the line or the column.
 */
export function readCsv(file: Uint8Array, adjusted: boolean): Result<RawBars, AppError> {
  const text = textBytes(file);
  if (!text.ok) return text;
  const header = readHeader(text.value);
  if (!header.ok) return header;
  const { plan: full, delimiter, firstRow, line } = header.value;
  const plan = adjusted ? full : { ...full, adjClose: -1 };
  const rows = { word: "line", first: line };

  let dates = new SlashDates();
  let layout: CsvLayout = { plan, delimiter, order: "month_first", dates };
  let table = scanRows(text.value.bytes, firstRow, layout);
  if (dates.order === "day_first") {
    dates = new SlashDates();
    layout = { ...layout, order: "day_first", dates };
    table = scanRows(text.value.bytes, firstRow, layout);
  }
  if ("message" in table) {
    const path = `line ${table.row + line}`;
    return fail("bad_data", `${path}: ${table.message}`, [{ path, message: table.message }]);
  }
  return rawBarsOf(table, { rows, hasVolume: plan.volume >= 0, hasAdjClose: plan.adjClose >= 0, notes: dates.notes });
}
