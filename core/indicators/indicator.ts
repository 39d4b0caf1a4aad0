import type { Bars } from "../bars.ts";
import type { ParamSpecs, ValuesOf } from "../strategies/strategy.ts";
import { overValidBars } from "./valid-bars.ts";

/** What an indicator may read. Without `session`, the session of a bar is the UTC day of its `timeMs`. */
export interface IndicatorColumns extends Pick<Bars, "timeMs" | "high" | "low" | "close" | "volume"> {
  /** One number a bar; a new session starts where it changes. */
  readonly session?: Float64Array;
}

export interface Indicator<P extends ParamSpecs = ParamSpecs, O extends string = string> {
  readonly doc: string;
  readonly params: P;
  readonly outputs: readonly O[];
  /** Number of bars (with prices) that it takes until every output has a value. */
  barsNeeded(params: ValuesOf<P>): number;
  /**
   * One column of length n per output, NaN where there is no value. Never looks ahead. A missing bar (NaN close) gives NaN
   * and leaves the state alone.
   */
  compute(columns: IndicatorColumns, params: ValuesOf<P>): Record<O, Float64Array>;
}

/** Completes an indicator whose `compute` knows only bars with prices: missing bars are taken out before it and put back after it. */
export function defineIndicator<const P extends ParamSpecs, const O extends string>(indicator: Indicator<P, O>): Indicator<P, O> {
  return {
    ...indicator,
    compute: (columns, params) => overValidBars(columns, (valid) => indicator.compute(valid, params)),
  };
}

/** A column of n bars without a value. */
export function blankColumn(n: number): Float64Array {
  return new Float64Array(n).fill(Number.NaN);
}
