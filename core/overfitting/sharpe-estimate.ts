import { mean, shapeOf, standardDeviation } from "../statistics/moments.ts";
import type { SharpeEstimate } from "../statistics/probabilistic-sharpe.ts";
import { ratio } from "../statistics/ratio.ts";

/**
 * What is known of the Sharpe ratio of a return series, per period.
 *
 * @param returns           length n, none missing
 * @param riskFreePerPeriod fraction
 * @returns a Sharpe ratio of NaN when n < 2 or without dispersion, skewness and kurtosis as `shapeOf`
 */
export function sharpeEstimateOf(returns: Float64Array, riskFreePerPeriod: number): SharpeEstimate {
  const n = returns.length;
  const center = mean(returns);
  const sd = standardDeviation(returns);
  const { skewness, kurtosisExcess } = shapeOf(returns, n, center, sd);
  return { sharpe: ratio(center - riskFreePerPeriod, sd), observations: n, skewness, kurtosis: kurtosisExcess + 3 };
}
