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
  let start = 1;
  let peak = 1;
  let worst = 0;
  for (let i = 0; i < n; i += 4) {
    const first = factor(i);
    const pair = first * factor(i + 1);
    const third = factor(i + 2);
    for (let k = 0; k < 4; k++) {
      const product = k === 0 ? first : k === 1 ? pair : pair * (k === 2 ? third : third * factor(i + 3));
      const equity = start * product;
      if (equity > peak) peak = equity;
      const drawdown = equity / peak - 1;
      if (drawdown < worst) worst = drawdown;
      if (k === 3) start = equity;
    }
  }
  return { ...moments(returns, rates), maxDrawdown: n === 0 ? Number.NaN : worst };
}

/**
 * Two passes: the mean, then squared distances from it and from the minimum acceptable return. Every sum runs over the returns
 * that exist in four lanes (lane = index mod 4).
 */
function moments(returns: Float64Array, rates: Rates): Omit<SeriesStatistics, "maxDrawdown"> {
  const { marPerPeriod } = rates;
  const sums = new Float64Array(4);
  const squares = new Float64Array(4);
  const shortfalls = new Float64Array(4);
  let observations = 0;
  for (let i = 0; i < returns.length; i++) {
    const r = returns[i]!;
    if (Number.isNaN(r)) continue;
    sums[i & 3]! += r;
    observations++;
  }
  const mean = total(sums) / observations;
  for (let i = 0; i < returns.length; i++) {
    const r = returns[i]!;
    if (Number.isNaN(r)) continue;
    squares[i & 3]! += (r - mean) * (r - mean);
    if (r < marPerPeriod) shortfalls[i & 3]! += (r - marPerPeriod) * (r - marPerPeriod);
  }
  const volatility = observations < 2 ? Number.NaN : Math.sqrt(total(squares) / (observations - 1));
  const downsideDeviation = Math.sqrt(total(shortfalls) / observations);
  return {
    observations,
    meanReturn: mean,
    volatility,
    downsideDeviation,
    ...ratios(observations, mean, volatility, downsideDeviation, rates),
  };
}

function total(lanes: Float64Array): number {
  return lanes[0]! + lanes[1]! + (lanes[2]! + lanes[3]!);
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
