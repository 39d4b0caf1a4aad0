import { meanOf } from "../exact/mean.ts";
import { windowParam } from "../strategies/strategy.ts";
import { blankColumn, defineIndicator } from "./indicator.ts";

/** The smoothing factor of an exponential average of `period` bars. */
export function emaAlpha(period: number): number {
  return 2 / (period + 1);
}

/**
 * prev + alpha * (x - prev) from bar `seedBar` on, NaN before it. The seed is the mean of the `period` values that end at
 * `seedBar`; equal values give exactly that value. `alpha` 1 copies the values.
 */
export function smoothedLine(values: Float64Array, period: number, alpha: number, seedBar: number): Float64Array {
  const n = values.length;
  const line = blankColumn(n);
  if (seedBar >= n) return line;
  let average = meanOf(values, seedBar - period + 1, seedBar + 1);
  line[seedBar] = average;
  for (let i = seedBar + 1; i < n; i++) {
    average = alpha === 1 ? values[i]! : average + alpha * (values[i]! - average);
    line[i] = average;
  }
  return line;
}

/** Exponential average, seeded at bar period - 1 with the mean of the first `period` values. */
export function emaLine(values: Float64Array, period: number): Float64Array {
  return smoothedLine(values, period, emaAlpha(period), period - 1);
}

export const ema = defineIndicator({
  doc: "Exponential moving average with alpha 2 / (period + 1), seeded with the mean of the first `period` closes.",
  params: { period: windowParam(20, "alpha is 2 / (period + 1)") },
  outputs: ["value"],
  barsNeeded: ({ period }) => period,
  compute: ({ close }, { period }) => ({ value: emaLine(close, period) }),
});
