import type { Interval } from "../bars.ts";
import type { BarRange } from "./range.ts";
import type { OddCell, RawBars } from "./raw-bars.ts";

/** A split as requested: `ratio` new shares for one old, before the first bar at or after `timeMs`. */
export interface ListedSplit {
  readonly timeMs: number;
  readonly ratio: number;
}

export interface GateSettings {
  /** The present; a bar that opens later is in the future. */
  readonly nowMs: number;
  /** What a bar with contradictory prices means: `fail` refuses the series, `warn` lists it and treats the bar as missing. */
  readonly dataQuality: "fail" | "warn";
  /** True where the prices are said to be adjusted for splits. */
  readonly adjusted: boolean;
  readonly splits: readonly ListedSplit[];
  readonly range: BarRange;
  /** Bars before the range that are let through as well, at most. */
  readonly warmupBars: number;
  /** The interval asked for; null takes the inferred one. */
  readonly interval: Interval | null;
}

/** The rows under judgement: in order of time, without blanks and exact duplicates, cut to the range and its warm-up. */
export interface GateSeries {
  readonly timeMs: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array | null;
  readonly interval: Interval;
  /** `RawBars.offsetMinutes` of each position. */
  readonly offsetMinutes: RawBars["offsetMinutes"];
  /** The odd cells of these rows, by position. */
  readonly oddCells: readonly (OddCell & { readonly position: number })[];
  /** What messages call the row at a position, such as "line 7". */
  readonly nameOf: (position: number) => string;
  /** The row's number alone. */
  readonly numberOf: (position: number) => number;
}

export const PRICES = ["open", "high", "low", "close"] as const;

/**
 * What a rule found. `refuse` stops the series, `missing` empties the bar's prices and warns, `warn` only warns.
 * `positions` are ascending and never empty; `summary` says what was found, `describe` words one place without the row's name.
 */
export interface Breach {
  readonly effect: "refuse" | "missing" | "warn";
  readonly positions: readonly number[];
  readonly summary: string;
  readonly describe: (position: number) => string;
}

/** One rule of the gate, over the whole series at once. */
export interface GateRule {
  readonly doc: string;
  readonly check: (series: GateSeries, settings: GateSettings) => readonly Breach[];
}

/** The usual outcome of a rule: one breach, or none without offenders. */
export function breach(
  effect: Breach["effect"],
  positions: readonly number[],
  summary: string,
  describe: Breach["describe"],
): readonly Breach[] {
  return positions.length === 0 ? [] : [{ effect, positions, summary, describe }];
}
