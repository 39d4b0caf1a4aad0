import { windowParam } from "../strategies/strategy.ts";
import { highestLine, lowestLine } from "./extremes.ts";
import { blankColumn, defineIndicator, type IndicatorColumns } from "./indicator.ts";
import { smaLine } from "./sma.ts";
import { overValues } from "./valid-bars.ts";

/** 100 * (close - lowest low) / (highest high - lowest low) of the last `period` bars; NaN without a range. */
function positionInRange({ high, low, close }: IndicatorColumns, period: number): Float64Array {
  const highest = highestLine(high, period);
  const lowest = lowestLine(low, period);
  const line = blankColumn(close.length);
  for (let i = period - 1; i < close.length; i++) {
    const range = highest[i]! - lowest[i]!;
    if (range > 0) line[i] = (100 * (close[i]! - lowest[i]!)) / range;
  }
  return line;
}

export const stoch = defineIndicator({
  doc: "Stochastic oscillator: where the close stands in the range of the last bars, 0 to 100, smoothed (k) and smoothed again (d).",
  params: {
    k_period: windowParam(14, "bars in the range"),
    k_smoothing: windowParam(3, "values averaged to k"),
    d_smoothing: windowParam(3, "values of k averaged to d"),
  },
  outputs: ["k", "d"],
  barsNeeded: ({ k_period, k_smoothing, d_smoothing }) => k_period + k_smoothing + d_smoothing - 2,
  compute: (columns, { k_period, k_smoothing, d_smoothing }) => {
    const k = overValues(positionInRange(columns, k_period), (raw) => smaLine(raw, k_smoothing));
    const d = overValues(k, (values) => smaLine(values, d_smoothing));
    return { k: k.map((value, i) => (Number.isNaN(d[i]!) ? Number.NaN : value)), d };
  },
});
