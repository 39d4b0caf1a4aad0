import type { Interval } from "../bars.ts";

/** The columns of a raw row, as messages name them. */
export type RawColumn = "time" | "open" | "high" | "low" | "close" | "volume" | "adj_close";

/** A cell that holds no number: text, or NaN among numbers. `text` is what was found, shortened. */
export interface OddCell {
  readonly row: number;
  readonly column: RawColumn;
  readonly text: string;
  readonly kind: "text" | "nan";
}

/** A repair, an assumption or a doubt that goes into the result. `rows` are the numbers of the first few rows concerned. */
export interface BarWarning {
  readonly code: string;
  readonly message: string;
  readonly count: number;
  readonly rows: readonly number[];
}

/** Marks a row of `RawBars.offsetMinutes` whose time was written without an offset. */
export const NO_OFFSET = -32768;

/**
 * Bars as a source gave them, one row each, in the source's order and not yet judged: what every reader hands to the gate.
 *
 * - `timeMs`: epoch ms UTC of the instant (offset applied; naive times are UTC); NaN where the row has none.
 * - prices and volume: NaN is an empty cell, an infinity stays one. `volume` is null where the source has no such column.
 * - `offsetMinutes`: the offset each time was written with, or NO_OFFSET; null when no row has one.
 * - `oddCells`: cells that hold something else than a number or nothing; their place in the column holds NaN.
 * - `interval`: what the source vouches for; null where it has to be inferred from the times.
 * - `rows`: how row i is called in messages: `${word} ${i + first}`.
 * - `notes`: what the reader itself assumed or changed.
 */
export interface RawBars {
  readonly timeMs: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array | null;
  readonly offsetMinutes: Int16Array | null;
  readonly oddCells: readonly OddCell[];
  readonly interval: Interval | null;
  readonly rows: { readonly word: string; readonly first: number };
  readonly notes: readonly BarWarning[];
}

/** The text of an offending cell, short enough for a message. */
export function excerpt(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}
