import { beta } from "../metrics/market-model.ts";
import { returnPairs } from "../metrics/return-pairs.ts";
import { normalInverse } from "../statistics/normal.ts";
import { probabilisticSharpe } from "../statistics/probabilistic-sharpe.ts";
import type { Likeness } from "./effective-trials.ts";
import { largestExceeds } from "./largest-of-correlated.ts";
import { sharpeEstimateOf } from "./sharpe-estimate.ts";

/**
 * What a strategy's returns owe to its timing: (r - rf) - beta (h - rf), what is left when the share that comes from holding the market is taken out. A rule
 * that is in the market half of the time has half of the market's luck, good or bad; this series has none of it.
 *
 * @param returns length n, simple returns, NaN is missing
 * @param holding length n, returns of holding on the same bars
 * @param riskFreePerPeriod rf, fraction
 * @returns the bars in which both exist; beta is 0 where holding does not move
 * @throws {RangeError} when the lengths differ
 */
export function timingReturns(returns: Float64Array, holding: Float64Array, riskFreePerPeriod: number): Float64Array {
  const pairs = returnPairs(returns, holding, { periodsPerYear: 1, riskFree: 0 });
  const slope = beta.compute(pairs);
  const share = Number.isNaN(slope) ? 0 : slope;
  return pairs.returns.map((r, i) => r - riskFreePerPeriod - share * (pairs.benchmark[i]! - riskFreePerPeriod));
}

/**
 * How often a search among so many strategies without skill finds one whose timing looks as good as this: the chance that the largest of their t statistics,
 * as alike as their timing is, exceeds that of the best. Alikeness counts: neighbours in a grid are nearly one strategy, and what all trials of a sweep have in
 * common can be lucky as a whole.
 *
 * @param timing   as `timingReturns`
 * @param likeness of the trials' timing: that of holding taken out
 * @returns 0 to 1; NaN without dispersion, below 4 returns, and when no trial differs from holding
 * @see Treynor and Black, "How to Use Security Analysis to Improve Portfolio Selection", Journal of Business 46(1), 1973
 */
export function luckProbability(timing: Float64Array, likeness: Likeness): number {
  const psr = probabilisticSharpe(sharpeEstimateOf(timing, 0), 0);
  if (Number.isNaN(psr) || likeness.differing === 0) return Number.NaN;
  if (psr === 0 || psr === 1) return 1 - psr;
  return largestExceeds(normalInverse(psr), likeness);
}
