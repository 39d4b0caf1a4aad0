/** Bar spacings that Backgrid knows; nothing is resampled from one to another. */
export const INTERVALS = ["1m", "5m", "15m", "30m", "1h", "1d", "1wk", "1mo"] as const;
export type Interval = (typeof INTERVALS)[number];

/**
 * OHLCV columns, all of one length, oldest first.
 *
 * - `timeMs`: epoch ms UTC at the bar's open, strictly increasing; for bars of a day or longer, UTC midnight of the local date.
 * - a missing bar (no prices at the source) holds NaN in open, high, low and close; every other price is finite and > 0.
 * - `volume`: finite and >= 0; 0 where the source gives none.
 */
export interface Bars {
  readonly timeMs: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

export const BAR_COLUMNS = ["timeMs", "open", "high", "low", "close", "volume"] as const satisfies readonly (keyof Bars)[];

/** Columns of n bars, zero-filled. */
export function emptyBars(n: number): { -readonly [K in keyof Bars]: Float64Array } {
  return {
    timeMs: new Float64Array(n),
    open: new Float64Array(n),
    high: new Float64Array(n),
    low: new Float64Array(n),
    close: new Float64Array(n),
    volume: new Float64Array(n),
  };
}

/** Bars [from, to) as views on the same memory. */
export function sliceBars(bars: Bars, from: number, to: number): Bars {
  return {
    timeMs: bars.timeMs.subarray(from, to),
    open: bars.open.subarray(from, to),
    high: bars.high.subarray(from, to),
    low: bars.low.subarray(from, to),
    close: bars.close.subarray(from, to),
    volume: bars.volume.subarray(from, to),
  };
}
