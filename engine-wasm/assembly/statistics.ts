// Statistics of a series, as engine-ts/statistics.ts defines them.
import { ZERO_DISPERSION } from "../../core/engine/abi";
import { completeMoments } from "./moments";
import { least, mean, observations, partialMoments, shortfall, squares } from "./partial-moments";
import { Equity, Returns } from "./series";

/** Fields written to `out`, one double each: observations, mean, volatility, downside deviation, Sharpe, Sortino, max drawdown. */
export const STATISTICS_FIELDS: i32 = 7;

/** @param curve n + 1 doubles, the starting capital first */
export function equityStatistics(curve: usize, n: i32, riskFree: f64, mar: f64, periodsPerYear: f64, out: usize): void {
  if (!completeMoments<Equity>(curve, n, mar)) partialMoments<Equity>(curve, n, mar);
  describe(n, riskFree, mar, periodsPerYear, out);
}

/** @param returns n doubles, NaN where missing */
export function returnStatistics(returns: usize, n: i32, riskFree: f64, mar: f64, periodsPerYear: f64, out: usize): void {
  if (!completeMoments<Returns>(returns, n, mar)) partialMoments<Returns>(returns, n, mar);
  describe(n, riskFree, mar, periodsPerYear, out);
}

function describe(n: i32, riskFree: f64, mar: f64, periodsPerYear: f64, out: usize): void {
  const volatility = observations < 2 ? NaN : sqrt(squares / (observations - 1));
  const downside = sqrt(shortfall / observations);
  const root = sqrt(periodsPerYear);
  const downsideAnn = downside * root;
  store<f64>(out, observations);
  store<f64>(out, mean, 8);
  store<f64>(out, volatility, 16);
  store<f64>(out, downside, 24);
  store<f64>(out, volatility > ZERO_DISPERSION ? ((mean - riskFree) / volatility) * root : NaN, 32);
  store<f64>(out, observations >= 2 && downsideAnn > ZERO_DISPERSION ? ((mean - mar) * periodsPerYear) / downsideAnn : NaN, 40);
  store<f64>(out, n == 0 ? NaN : least - 1, 48);
}
