import type { ParamValue, ParamValues, Strategy } from "../strategies/strategy.ts";

/** The values of one parameter, in the order of the request, each once. */
export interface Axis {
  readonly name: string;
  readonly values: readonly ParamValue[];
}

/**
 * The trials of a sweep in grid order: axes in request order, the last runs fastest; combinations that break a rule or a constraint are left out.
 * Every parameter of the strategy is an axis: those that the request does not vary have one value, and come last.
 */
export interface Grid {
  readonly axes: readonly Axis[];
  readonly trials: number;
  /** Combinations left out; with `trials` they are the product of the axes' lengths. */
  readonly skipped: number;
  /** Length trials x axes, row by row: which value of each axis a trial has. */
  readonly choices: Int32Array;
}

/** The parameters of a trial, in the order of the axes. */
export function paramsOf({ axes, choices }: Grid, trial: number): ParamValues {
  return Object.fromEntries(axes.map(({ name, values }, k) => [name, values[choices[trial * axes.length + k]!]!]));
}

/** The most bars that any trial needs before its first wanted state. */
export function slowestTrial(grid: Grid, strategy: Pick<Strategy, "barsNeeded">): number {
  let most = 0;
  for (let trial = 0; trial < grid.trials; trial++) most = Math.max(most, strategy.barsNeeded(paramsOf(grid, trial)));
  return most;
}
