import { parseWrittenTime, type SlashOrder } from "../core/time.ts";
import { CellText } from "./cell-text.ts";
import { isEmptyWord, parseNumberCell } from "./cells.ts";
import type { ColumnPlan } from "./columns.ts";
import { PRICE_AND_VOLUME, RawTable, type SlashDates } from "./raw-table.ts";

const LF = 10;
const CR = 13;
const DOT = 46;
const ZERO = 48;
const NINE = 57;

/** Roles of a column besides its place in PRICE_AND_VOLUME. */
const IGNORED = -1;
const TIME = -2;
const CLOCK = -3;

/** Up to 15 digits are an integer that a double holds exactly, and so are these; one division then rounds correctly. */
const MOST_EXACT_DIGITS = 15;
const POWERS_OF_TEN = Float64Array.from({ length: 16 }, (_, k) => Number(`1e${k}`));

/** A row whose shape stops the reading. */
export interface BrokenRow {
  readonly row: number;
  readonly message: string;
}

export interface CsvLayout {
  readonly plan: ColumnPlan;
  readonly delimiter: number;
  /** Dates with slashes are read in this order, and watched. */
  readonly order: SlashOrder;
  readonly dates: SlashDates;
}

/**
 * Reads rows from byte `from` on into a table, one line a row, blank lines included.
 *
 * @param bytes text whose last byte is a line break
 */
export function scanRows(bytes: Uint8Array, from: number, { plan, delimiter, order, dates }: CsvLayout): RawTable | BrokenRow {
  const table = new RawTable(rowEstimate(bytes, from));
  const roles = rolesOf(plan);
  const text = new CellText(bytes, delimiter);
  const end = bytes.length;
  let { timeMs, columns } = table;
  let capacity = timeMs.length;
  let row = 0;
  let at = from;

  while (at < end) {
    if (row === capacity) {
      table.grow();
      ({ timeMs, columns } = table);
      capacity = timeMs.length;
    }
    const lineStart = at;
    const firstOdd = table.oddCells.length;
    let date = "";
    let clock = "";
    let column = 0;
    let c = bytes[at]!;
    for (; c !== LF && c !== CR; ) {
      const role = column < roles.length ? roles[column]! : IGNORED;
      const cellStart = at;
      if (role >= 0) {
        let mantissa = 0;
        while (c >= ZERO && c <= NINE) {
          mantissa = mantissa * 10 + (c - ZERO);
          c = bytes[++at]!;
        }
        let digits = at - cellStart;
        let decimals = 0;
        if (c === DOT) {
          const afterDot = ++at;
          c = bytes[at]!;
          while (c >= ZERO && c <= NINE) {
            mantissa = mantissa * 10 + (c - ZERO);
            c = bytes[++at]!;
          }
          decimals = at - afterDot;
          digits += decimals;
        }
        const isDecimal = digits > 0 && (c === delimiter || c === LF || c === CR);
        if (isDecimal && digits <= MOST_EXACT_DIGITS) {
          columns[role]![row] = decimals === 0 ? mantissa : mantissa / POWERS_OF_TEN[decimals]!;
        } else if (isDecimal) {
          columns[role]![row] = Number(text.latin1(cellStart, at));
        } else {
          at = text.endOf(cellStart);
          if (at < 0) return { row, message: OPEN_QUOTE };
          readNumber(table, row, role, text.read(cellStart, at));
        }
      } else if (role === TIME && plan.clock < 0) {
        at = text.fastTime(cellStart);
        if (at >= 0) {
          timeMs[row] = text.timeMs;
          if (text.isUtc) table.setOffset(row, 0);
        } else {
          at = text.endOf(cellStart);
          if (at < 0) return { row, message: OPEN_QUOTE };
          readTime(table, row, text.read(cellStart, at), order, dates);
        }
      } else {
        at = text.endOf(cellStart);
        if (at < 0) return { row, message: OPEN_QUOTE };
        if (role === TIME) date = text.read(cellStart, at);
        else if (role === CLOCK) clock = text.read(cellStart, at);
      }
      column++;
      c = bytes[at]!;
      if (c !== delimiter) break;
      c = bytes[++at]!;
      if (c === LF || c === CR) column++;
    }
    if (column !== roles.length && !text.isBlank(lineStart, at)) {
      return { row, message: `the row has ${column} ${column === 1 ? "field" : "fields"}, the header has ${roles.length}` };
    }
    if (plan.clock >= 0) readTime(table, row, `${date} ${clock}`.trim(), order, dates);
    if (table.oddCells.length > firstOdd) table.forgiveMissingBar(row, firstOdd);
    row++;
    if (table.hasTooManyOddCells) break;
    at += c === CR && bytes[at + 1] === LF ? 2 : 1;
  }
  table.rows = row;
  return table;
}

const OPEN_QUOTE = "a quote is not closed on its line";

function readNumber(table: RawTable, row: number, role: number, text: string): void {
  const { value, odd } = parseNumberCell(text);
  table.columns[role]![row] = value;
  const name = PRICE_AND_VOLUME[role]!;
  if (odd === "text" || (odd === "nan" && name !== "volume" && name !== "adj_close")) table.addOdd(row, name, text, odd);
}

function readTime(table: RawTable, row: number, text: string, order: SlashOrder, dates: SlashDates): void {
  dates.see(text);
  const time = parseWrittenTime(text, order);
  if (time !== null) table.setTime(row, time);
  else if (!isEmptyWord(text)) table.addOdd(row, "time", text, "text");
}

function rolesOf(plan: ColumnPlan): readonly number[] {
  const roles = new Array<number>(plan.count).fill(IGNORED);
  const numbers = [plan.open, plan.high, plan.low, plan.close, plan.volume, plan.adjClose];
  numbers.forEach((column, role) => {
    if (column >= 0) roles[column] = role;
  });
  roles[plan.time] = TIME;
  if (plan.clock >= 0) roles[plan.clock] = CLOCK;
  return roles;
}

/** Rows to expect, from the length of the first ones; a little too many is cheaper than too few. */
function rowEstimate(bytes: Uint8Array, from: number): number {
  const sampleEnd = Math.min(bytes.length, from + 65_536);
  let lines = 1;
  for (let at = from; at < sampleEnd; at++) if (bytes[at] === LF || bytes[at] === CR) lines++;
  return Math.ceil(((bytes.length - from) / Math.max(sampleEnd - from, 1)) * lines * 1.05) + 16;
}
