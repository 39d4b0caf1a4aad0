import type { Grid } from "./grid.ts";

/** The figures of a trial as the API names them; fractions, drawdown <= 0, NaN is undefined. */
export const TRIAL_COLUMNS = [
  "total_return",
  "cagr",
  "sharpe",
  "sortino",
  "volatility_ann",
  "max_drawdown",
  "calmar",
  "trades",
  "win_rate",
  "profit_factor",
  "exposure",
] as const;
export type TrialColumn = (typeof TRIAL_COLUMNS)[number];

/** Every trial of a sweep as it is stored and shown: columns of length grid.trials, in grid order. */
export interface TrialTable {
  readonly grid: Grid;
  readonly columns: Readonly<Record<TrialColumn, Float64Array>>;
}
