import { ZERO_DISPERSION } from "../engine/abi.ts";
import type { ReturnMatrix } from "./block-sums.ts";
import { columnMeans, largestOf } from "./reality-check.ts";
import { type Resampling, stationaryBootstrap } from "./stationary-bootstrap.ts";

/** Hansen's test: the p-values differ in how far strategies that are plainly bad count as candidates. */
export interface SuperiorAbility {
  readonly statistic: number;
  readonly pLower: number;
  readonly pConsistent: number;
  readonly pUpper: number;
  /** Standard deviation of sqrt(n) x mean of each column, from the kernel of the bootstrap. */
  readonly omega: Float64Array;
}

/**
 * Hansen's test for superior predictive ability: could the best of several strategies, each measured in its own deviations, owe its mean to having been picked?
 *
 * @param excess returns in excess of the benchmark; columns without dispersion have no deviation and are left out
 * @returns NaN for statistic and p-values with fewer than 3 rows, or when no column has dispersion
 * Complexity: rows^2 x columns for the deviations.
 * @see Hansen, "A Test for Superior Predictive Ability", Journal of Business and Economic Statistics 23, 2005
 */
export function superiorAbility(excess: ReturnMatrix, resampling: Resampling): SuperiorAbility {
  const { rows } = excess;
  const root = Math.sqrt(rows);
  const means = columnMeans(excess, new Int32Array(rows).keys());
  const omega = means.map((center, k) => longRunDeviation(excess, k, center, 1 / resampling.meanBlock));
  const judged = [...omega.keys()].filter((k) => omega[k]! > ZERO_DISPERSION);
  if (rows < 3 || judged.length === 0) {
    return { statistic: Number.NaN, pLower: Number.NaN, pConsistent: Number.NaN, pUpper: Number.NaN, omega };
  }
  const largest = (numerator: (k: number) => number) =>
    Math.max(
      0,
      largestOf(judged.length, (at) => (root * numerator(judged[at]!)) / omega[judged[at]!]!),
    );
  const statistic = largest((k) => means[k]!);
  const plainlyBad = -Math.sqrt(2 * Math.log(Math.log(rows)));
  const lower = means.map((center) => Math.max(center, 0));
  const consistent = means.map((center, k) => ((root * center) / omega[k]! >= plainlyBad ? center : 0));
  const draw = stationaryBootstrap(rows, resampling);
  const above = { lower: 0, consistent: 0, upper: 0 };
  for (let i = 0; i < resampling.resamples; i++) {
    const drawn = columnMeans(excess, draw());
    const exceeds = (centre: Float64Array) => largest((k) => drawn[k]! - centre[k]!) > statistic;
    if (exceeds(lower)) above.lower++;
    if (exceeds(consistent)) above.consistent++;
    if (exceeds(means)) above.upper++;
  }
  const share = (count: number) => count / resampling.resamples;
  return { statistic, pLower: share(above.lower), pConsistent: share(above.consistent), pUpper: share(above.upper), omega };
}

/** Root of c_0 + 2 sum of kappa_i c_i, c_i the autocovariances (over n) of a column, kappa_i the weights of the stationary bootstrap with breaks of probability q. */
function longRunDeviation({ values, rows, columns }: ReturnMatrix, column: number, center: number, q: number): number {
  const deviations = Float64Array.from({ length: rows }, (_, row) => values[row * columns + column]! - center);
  let variance = 0;
  for (let lag = 0; lag < rows; lag++) {
    let covariance = 0;
    for (let i = lag; i < rows; i++) covariance += deviations[i]! * deviations[i - lag]!;
    const share = lag / rows;
    const kappa = (1 - share) * (1 - q) ** lag + share * (1 - q) ** (rows - lag);
    variance += ((lag === 0 ? 1 : 2 * kappa) * covariance) / rows;
  }
  return Math.sqrt(Math.max(0, variance));
}
