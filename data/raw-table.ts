import { type AppError, fail } from "../core/errors.ts";
import { type BarWarning, excerpt, NO_OFFSET, type OddCell, type RawBars, type RawColumn } from "../core/gate/raw-bars.ts";
import { ok, type Result } from "../core/result.ts";
import type { SlashOrder, WrittenTime } from "../core/time.ts";

/** Beyond this many cells that are no numbers a table is not read any further. */
const MOST_ODD_CELLS = 10_000;

export const PRICE_AND_VOLUME = ["open", "high", "low", "close", "volume", "adj_close"] as const satisfies readonly RawColumn[];

/** A table of bars as it is filled by a reader, cells empty until they are set. Grows on demand. */
export class RawTable {
  timeMs: Float64Array;
  /** In the order of PRICE_AND_VOLUME. */
  columns: Float64Array[];
  offsetMinutes: Int16Array | null = null;
  readonly oddCells: OddCell[] = [];
  rows = 0;

  constructor(capacity: number) {
    this.timeMs = new Float64Array(capacity).fill(Number.NaN);
    this.columns = PRICE_AND_VOLUME.map(() => new Float64Array(capacity).fill(Number.NaN));
  }

  grow(): void {
    this.timeMs = longer(this.timeMs);
    this.columns = this.columns.map(longer);
    if (this.offsetMinutes !== null) {
      const offsets = new Int16Array(this.timeMs.length).fill(NO_OFFSET);
      offsets.set(this.offsetMinutes);
      this.offsetMinutes = offsets;
    }
  }

  setTime(row: number, time: WrittenTime): void {
    this.timeMs[row] = time.timeMs;
    if (time.offsetMinutes !== null) this.setOffset(row, time.offsetMinutes);
  }

  setOffset(row: number, minutes: number): void {
    this.offsetMinutes ??= new Int16Array(this.timeMs.length).fill(NO_OFFSET);
    this.offsetMinutes[row] = minutes;
  }

  addOdd(row: number, column: RawColumn, text: string, kind: OddCell["kind"]): void {
    this.oddCells.push({ row, column, text: excerpt(text), kind });
  }

  get hasTooManyOddCells(): boolean {
    return this.oddCells.length > MOST_ODD_CELLS;
  }

  /** NaN in all four prices is how some programs write a missing bar: forgets odd cells from `firstOdd` on that say no more than that. */
  forgiveMissingBar(row: number, firstOdd: number): void {
    for (let i = firstOdd; i < this.oddCells.length; i++) if (this.oddCells[i]!.kind === "text") return;
    for (let k = 0; k < 4; k++) if (!Number.isNaN(this.columns[k]![row]!)) return;
    this.oddCells.length = firstOdd;
  }
}

function longer(values: Float64Array): Float64Array {
  const copy = new Float64Array(2 * values.length + 16).fill(Number.NaN);
  copy.set(values);
  return copy;
}

export interface TableFacts {
  readonly rows: RawBars["rows"];
  readonly hasVolume: boolean;
  readonly hasAdjClose: boolean;
  readonly notes: readonly BarWarning[];
}

/**
 * The finished table as raw bars; with an adjusted close, all four prices are scaled by adjusted close / close, and a note says so.
 * Errors: `bad_data` when most of it is not numbers.
 */
export function rawBarsOf(table: RawTable, { rows, hasVolume, hasAdjClose, notes }: TableFacts): Result<RawBars, AppError> {
  const n = table.rows;
  const [open, high, low, close, volume, adjClose] = table.columns.map((column) => column.subarray(0, n));
  if (!open || !high || !low || !close || !volume || !adjClose) throw new TypeError("a raw table has six columns");
  if (hasAdjClose) {
    for (let i = 0; i < n; i++) {
      const factor = adjClose[i]! / close[i]!;
      if (Number.isNaN(adjClose[i]!) && !Number.isNaN(close[i]!)) table.addOdd(i, "adj_close", "", "text");
      open[i]! *= factor;
      high[i]! *= factor;
      low[i]! *= factor;
      close[i]! *= factor;
    }
  }
  if (table.hasTooManyOddCells) {
    const { row, column, text } = table.oddCells[0]!;
    const path = `${rows.word} ${row + rows.first}`;
    const message = `${column} is ${JSON.stringify(text)} where a number belongs, and so are more than ${MOST_ODD_CELLS} other cells`;
    return fail("bad_data", `${path}: ${message}`, [{ path, message }]);
  }
  return ok({
    timeMs: table.timeMs.subarray(0, n),
    open,
    high,
    low,
    close,
    volume: hasVolume ? volume : null,
    offsetMinutes: table.offsetMinutes?.subarray(0, n) ?? null,
    oddCells: table.oddCells,
    interval: null,
    rows,
    notes: hasAdjClose ? [...notes, ADJUSTED] : notes,
  });
}

const ADJUSTED: BarWarning = {
  code: "adjusted_prices",
  message: "open, high, low and close were scaled by adjusted close / close; send adjusted: false to keep them as written",
  count: 1,
  rows: [],
};

/** Watches dates such as 03/04/2020 for signs of which number is the month. */
export class SlashDates {
  private dayFirst = false;
  private monthFirst = false;
  private seen = false;

  see(text: string): void {
    const parts = /^(\d{1,2})\/(\d{1,2})\//.exec(text);
    if (parts === null) return;
    this.seen = true;
    if (Number(parts[1]) > 12) this.dayFirst = true;
    if (Number(parts[2]) > 12) this.monthFirst = true;
  }

  /** The order the dates speak for; without a sign, the month comes first. */
  get order(): SlashOrder {
    return this.dayFirst && !this.monthFirst ? "day_first" : "month_first";
  }

  get notes(): readonly BarWarning[] {
    if (!this.seen || this.dayFirst || this.monthFirst) return [];
    return [
      {
        code: "ambiguous_dates",
        message: "dates such as 03/04/2020 were read as month/day/year; nothing in the data tells",
        count: 1,
        rows: [],
      },
    ];
  }
}
