import { quantile } from "../statistics/quantile.ts";
import { type Resampling, stationaryBootstrap } from "./stationary-bootstrap.ts";

/**
 * Shows every resample of a return series, in the order drawn.
 *
 * @param visit takes the resample, as long as the series and in one array that is filled anew each time, and its number from 0
 */
export function resample(
  returns: Float64Array,
  resampling: Resampling,
  visit: (sample: Float64Array, number: number) => void,
): void {
  const draw = stationaryBootstrap(returns.length, resampling);
  const sample = new Float64Array(returns.length);
  for (let k = 0; k < resampling.resamples; k++) {
    const indices = draw();
    for (let i = 0; i < sample.length; i++) sample[i] = returns[indices[i]!]!;
    visit(sample, k);
  }
}

/** Lower and upper end. */
export type Interval = readonly [low: number, high: number];

/**
 * Percentile interval of the values that a statistic took over resamples: its quantiles (1 - c) / 2 and 1 - (1 - c) / 2.
 *
 * @param values     NaN (undefined in that resample) is left out
 * @param confidence c, 0 to 1
 * @returns NaN twice when no value is defined
 */
export function percentileInterval(values: Float64Array, confidence: number): Interval {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const tail = (1 - confidence) / 2;
  return [quantile(sorted, tail), quantile(sorted, 1 - tail)];
}
