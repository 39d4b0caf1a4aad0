import { ZERO_DISPERSION } from "../engine/abi.ts";
import { mean, sumOfProducts } from "../statistics/moments.ts";
import type { Metric } from "./metric.ts";
import type { Series } from "./series.ts";

/** The growth path in logarithms, one point per return that exists; empty when some return is at or below -1. */
function logPath(returns: Float64Array, observations: number): Float64Array {
  const path = new Float64Array(observations);
  let count = 0;
  let level = 0;
  for (let i = 0; i < returns.length; i++) {
    const value = returns[i]!;
    if (Number.isNaN(value)) continue;
    if (value <= -1) return path.subarray(0, 0);
    if (value !== 0) level += Math.log1p(value);
    path[count++] = level;
  }
  return path;
}

/**
 * R squared of the least squares line through equally spaced points.
 *
 * @returns 0 to 1; NaN below 2 points or when their standard deviation is at most ZERO_DISPERSION
 */
function straightness(path: Float64Array): number {
  const n = path.length;
  if (n < 2) return Number.NaN;
  const center = mean(path);
  const spread = sumOfProducts(path, center, path, center);
  if (!(Math.sqrt(spread / (n - 1)) > ZERO_DISPERSION)) return Number.NaN;
  const middle = (n - 1) / 2;
  let shared = 0;
  for (let i = 0; i < n; i++) shared += (i - middle) * (path[i]! - center);
  const positions = (n * (n * n - 1)) / 12;
  return Math.min(1, (shared / positions) * (shared / spread));
}

export const stability: Metric<Series> = {
  doc: "R squared of a straight line through the cumulated log(1 + return); undefined below 2 returns, when a return is -1 or less, or when the line is flat.",
  unit: "ratio",
  compute: ({ returns, statistics }) => straightness(logPath(returns, statistics.observations)),
};
