import { normalCdf } from "./normal.ts";

/** What is known of a Sharpe ratio, all of one period and none of it annualised. */
export interface SharpeEstimate {
  /** Mean over standard deviation of the period returns. */
  readonly sharpe: number;
  /** Number of returns. */
  readonly observations: number;
  readonly skewness: number;
  /** Fourth standardised moment; a normal law has 3. */
  readonly kurtosis: number;
}

/**
 * Variance of a Sharpe estimate times (observations - 1): 1 - skewness * s + (kurtosis - 1) / 4 * s^2.
 *
 * @see Lo, "The Statistics of Sharpe Ratios", Financial Analysts Journal 58(4), 2002; Mertens, 2002, for laws that are not normal
 */
export function sharpeVarianceFactor({ sharpe, skewness, kurtosis }: Omit<SharpeEstimate, "observations">): number {
  return 1 - skewness * sharpe + ((kurtosis - 1) / 4) * sharpe * sharpe;
}

/**
 * Probability that the true Sharpe ratio exceeds a threshold, both per period.
 *
 * @returns 0 to 1; NaN when observations < 2, an input is NaN or the variance of the estimate is not positive
 * @see Bailey and López de Prado, "The Sharpe Ratio Efficient Frontier", Journal of Risk 15(2), 2012
 */
export function probabilisticSharpe(estimate: SharpeEstimate, threshold: number): number {
  const factor = sharpeVarianceFactor(estimate);
  if (estimate.observations < 2 || !(factor > 0)) return Number.NaN;
  return normalCdf(((estimate.sharpe - threshold) * Math.sqrt(estimate.observations - 1)) / Math.sqrt(factor));
}
