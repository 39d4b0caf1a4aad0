import { type AppError, fail } from "../core/errors.ts";
import { ok, type Result } from "../core/result.ts";
import { CellText } from "./cell-text.ts";
import { parseNumberCell } from "./cells.ts";
import { type ColumnPlan, planColumns } from "./columns.ts";
import type { TextBytes } from "./text-bytes.ts";

/** Comma, semicolon, tab. */
const DELIMITERS: readonly number[] = [44, 59, 9];
const LF = 10;
const CR = 13;

/** The columns, and where the rows begin: at byte `firstRow`, in line number `line`. */
export interface CsvHeader {
  readonly plan: ColumnPlan;
  readonly delimiter: number;
  readonly firstRow: number;
  readonly line: number;
}

/** Reads the line that names the columns, after blank ones. Errors: `bad_data` naming the line or the columns, `no_data` without a line after it. */
export function readHeader({ bytes, start }: TextBytes): Result<CsvHeader, AppError> {
  let line = 1;
  let at = start;
  while (isBreak(bytes[at])) {
    at = afterBreak(bytes, at);
    line++;
  }
  const delimiter = likeliestDelimiter(bytes, at);
  const lines = readLines(bytes, new CellText(bytes, delimiter), delimiter, at, 4);
  const first = lines[0];
  if (first === undefined) return fail("bad_data", `line ${line}: a quote is not closed on its line`);
  if (first.cells.filter((name) => name !== "" && parseNumberCell(name).odd === null).length >= 3) {
    const wanted = "the first line must name the columns: date, open, high, low, close, volume";
    return fail("bad_data", `line ${line} seems to hold data already; ${wanted}`);
  }
  const height = isThreeLineHeader(lines) ? 3 : 1;
  const names = height === 3 ? first.cells.with(0, lines[2]?.cells[0] ?? "") : first.cells;
  const plan = planColumns(names, (column) => /^\d{1,2}:\d{2}/.test(lines[height]?.cells[column] ?? ""));
  if (!plan.ok) return plan;
  const firstRow = lines[height - 1]?.next ?? bytes.length;
  if (firstRow >= bytes.length) return fail("no_data", "the file has a header and no rows");
  return ok({ plan: plan.value, delimiter, firstRow, line: line + height });
}

/** The header that yfinance writes for one ticker: `Price,Close,...`, `Ticker,AAPL,...`, `Date,,...`. */
function isThreeLineHeader([prices, tickers, dates]: readonly Line[]): boolean {
  if (prices?.cells[0]?.toLowerCase() !== "price" || tickers?.cells[0]?.toLowerCase() !== "ticker") return false;
  return new Set(tickers.cells.slice(1)).size === 1 && dates !== undefined;
}

/** The cells of a line and where the next one begins. */
interface Line {
  readonly cells: readonly string[];
  readonly next: number;
}

/** The first lines from a byte on, up to one with an open quote. */
function readLines(bytes: Uint8Array, text: CellText, delimiter: number, from: number, most: number): Line[] {
  const lines: Line[] = [];
  let at = from;
  while (lines.length < most && at < bytes.length) {
    const cells: string[] = [];
    for (let start = at; ; start = at + 1) {
      at = text.endOf(start);
      if (at < 0) return lines;
      cells.push(text.read(start, at));
      if (bytes[at] !== delimiter) break;
    }
    at = afterBreak(bytes, at);
    lines.push({ cells, next: at });
  }
  return lines;
}

/** The delimiter that the header line holds most of; a comma when it holds none. */
function likeliestDelimiter(bytes: Uint8Array, start: number): number {
  const counts = DELIMITERS.map(() => 0);
  for (let at = start; !isBreak(bytes[at]); at++) {
    const which = DELIMITERS.indexOf(bytes[at] ?? -1);
    if (which >= 0) counts[which]! += 1;
  }
  return DELIMITERS[counts.indexOf(Math.max(...counts))]!;
}

function isBreak(c: number | undefined): boolean {
  return c === LF || c === CR;
}

function afterBreak(bytes: Uint8Array, at: number): number {
  return bytes[at] === CR && bytes[at + 1] === LF ? at + 2 : at + 1;
}
