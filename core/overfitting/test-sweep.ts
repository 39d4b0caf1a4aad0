import { normals } from "../random.ts";
import type { Axis } from "../sweep/grid.ts";
import { TRIAL_COLUMNS, type TrialColumn } from "../sweep/table.ts";
import { BLOCKS } from "../sweep/trials.ts";
import type { JudgedSweep } from "./assess.ts";
import { blockSumsOf } from "./block-sums.ts";
import { sharpeEstimateOf } from "./sharpe-estimate.ts";

const PERIODS = 252;

/** A sweep over one parameter whose trials have the given returns; ranked by the Sharpe ratio. */
export function sweepOf(returns: readonly Float64Array[], holding: Float64Array): JudgedSweep {
  const bars = holding.length;
  const trials = returns.length;
  const values = Float64Array.from({ length: bars * trials }, (_, i) => returns[i % trials]![Math.floor(i / trials)]!);
  const sharpe = Float64Array.from(returns, (one) => sharpeEstimateOf(one, 0).sharpe * Math.sqrt(PERIODS));
  const fills = Float64Array.from(returns, (one) => (one.some((r) => r !== 0) ? 2 : 0));
  const trades = Float64Array.from(returns, (one) => one.filter((r, i) => r === 0 && i > 0 && one[i - 1] !== 0).length);
  const axis: Axis = { name: "period", values: returns.map((_, i) => i + 1) };
  const undefinedColumn = new Float64Array(trials).fill(Number.NaN);
  const columns: Partial<Record<TrialColumn, Float64Array>> = {};
  for (const name of TRIAL_COLUMNS) columns[name] = name === "sharpe" ? sharpe : undefinedColumn;
  const best = sharpe.reduce((first, one, i) => (Number.isNaN(sharpe[first]!) || one > sharpe[first]! ? i : first), 0);
  return {
    table: {
      grid: { axes: [axis], trials, skipped: 0, choices: Int32Array.from(returns, (_, i) => i) },
      columns: columns as Record<TrialColumn, Float64Array>,
    },
    trials: { bars, blockSums: blockSumsOf({ values, rows: bars, columns: trials }, BLOCKS).sums, fills, trades, sharpe },
    objective: "sharpe",
    best,
    returns: returns[best] ?? new Float64Array(bars),
    holding,
    rates: { riskFreePerPeriod: 0, marPerPeriod: 0, periodsPerYear: PERIODS },
  };
}

/** Normal returns of 1 % a bar around a mean. */
export function noise(seed: number, bars: number, center = 0): Float64Array {
  const next = normals(seed);
  return Float64Array.from({ length: bars }, () => center + 0.01 * next());
}

/** Trials that hold at random, whatever the market does: where a normal value is above `below`, so half of the time for 0. */
export function blindTrials(seed: number, trials: number, holding: Float64Array, below = 0): Float64Array[] {
  const next = normals(seed);
  return Array.from({ length: trials }, () => holding.map((h) => (next() > below ? h : 0)));
}
