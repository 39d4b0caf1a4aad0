import { ZERO_DISPERSION } from "../core/engine/abi.ts";
import type { Rates, SeriesStatistics } from "../core/engine/contract.ts";

/**
 * Statistics of an equity curve, the starting capital first.
 * A return from equity <= 0 is missing; the drawdown's peak includes the starting capital.
 * @param equity length n + 1
 */
export function equityStatistics(equity: Float64Array, rates: Rates): SeriesStatistics {
  const n = Math.max(equity.length - 1, 0);
  const returns = new Float64Array(n);
  let peak = equity[0]!;
  let worst = 0;
  for (let i = 0; i < n; i++) {
    const before = equity[i]!;
    const now = equity[i + 1]!;
    returns[i] = before > 0 ? now / before - 1 : Number.NaN;
    if (now > peak) peak = now;
    const drawdown = now / peak - 1;
    if (drawdown < worst) worst = drawdown;
  }
  return { ...moments(returns, rates), maxDrawdown: n === 0 ? Number.NaN : worst };
}

/**
 * Statistics of a series of simple returns; NaN is a missing one. For the drawdown the returns compound from 1, four at a
 * time: products inside a group come first, so that one multiplication a group waits for the one before it.
 * @param returns length n
 */
export function returnStatistics(returns: Float64Array, rates: Rates): SeriesStatistics {
  const n = returns.length;
  const factor = (i: number) => (i < n && !Number.isNaN(returns[i]) ? 1 + returns[i]! : 1);
  let equity = 1;
  let peak = 1;
  let worst = 0;
  for (let i = 0; i < n; i += 4) {
    const [a, b, c, d] = [factor(i), factor(i + 1), factor(i + 2), factor(i + 3)];
    const pair = a * b;
    const group = [equity * a, equity * pair, equity * (pair * c), equity * (pair * (c * d))] as const;
    for (const value of group) {
      if (value > peak) peak = value;
      const drawdown = value / peak - 1;
      if (drawdown < worst) worst = drawdown;
    }
    equity = group[3];
  }
  return { ...moments(returns, rates), maxDrawdown: n === 0 ? Number.NaN : worst };
}

/** Two passes: the mean, then squared distances from it and from the minimum acceptable return. */
function moments(returns: Float64Array, rates: Rates): Omit<SeriesStatistics, "maxDrawdown"> {
  let observations = 0;
  for (const value of returns) if (!Number.isNaN(value)) observations++;
  const mean = laneSum(returns, (r) => r) / observations;
  const squares = laneSum(returns, (r) => (r - mean) * (r - mean));
  const shortfall = laneSum(returns, (r) => (r < rates.marPerPeriod ? (r - rates.marPerPeriod) * (r - rates.marPerPeriod) : 0));
  const volatility = observations < 2 ? Number.NaN : Math.sqrt(squares / (observations - 1));
  const downsideDeviation = Math.sqrt(shortfall / observations);
  return {
    observations,
    meanReturn: mean,
    volatility,
    downsideDeviation,
    ...ratios(observations, mean, volatility, downsideDeviation, rates),
  };
}

/** Annualised Sharpe and Sortino ratios; NaN when n < 2 or when the denominator is zero. */
function ratios(
  n: number,
  mean: number,
  volatility: number,
  downside: number,
  rates: Rates,
): { readonly sharpe: number; readonly sortino: number } {
  const { riskFreePerPeriod, marPerPeriod, periodsPerYear } = rates;
  const root = Math.sqrt(periodsPerYear);
  const downsideAnn = downside * root;
  return {
    sharpe: volatility > ZERO_DISPERSION ? ((mean - riskFreePerPeriod) / volatility) * root : Number.NaN,
    sortino: n >= 2 && downsideAnn > ZERO_DISPERSION ? ((mean - marPerPeriod) * periodsPerYear) / downsideAnn : Number.NaN,
  };
}

/** Sum over the returns that exist, in four lanes (lane = index mod 4), ended as (s0 + s1) + (s2 + s3). */
function laneSum(returns: Float64Array, term: (value: number) => number): number {
  const lanes: [number, number, number, number] = [0, 0, 0, 0];
  for (let i = 0; i < returns.length; i++) {
    const value = returns[i]!;
    if (!Number.isNaN(value)) lanes[i & 3]! += term(value);
  }
  return lanes[0] + lanes[1] + (lanes[2] + lanes[3]);
}
