import { normalInverse } from "../statistics/normal.ts";
import { type SharpeEstimate, sharpeVarianceFactor } from "../statistics/probabilistic-sharpe.ts";
import { finiteOrNaN } from "../statistics/ratio.ts";

/**
 * Number of returns after which a Sharpe ratio of this size is above a threshold with the given confidence; not rounded.
 *
 * @param estimate   per period; its own number of observations plays no part
 * @param threshold  per period
 * @param confidence probability, 0.5 < confidence < 1
 * @returns NaN when the estimate is not above the threshold, its variance is not positive, or the number is too large for a double
 * @see Bailey and López de Prado, "The Sharpe Ratio Efficient Frontier", Journal of Risk 15(2), 2012
 */
export function minTrackRecordLength(
  estimate: Omit<SharpeEstimate, "observations">,
  threshold: number,
  confidence = 0.95,
): number {
  const factor = sharpeVarianceFactor(estimate);
  if (!(estimate.sharpe > threshold && factor > 0)) return Number.NaN;
  return finiteOrNaN(1 + factor * (normalInverse(confidence) / (estimate.sharpe - threshold)) ** 2);
}
