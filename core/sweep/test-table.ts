import { uniforms } from "../random.ts";
import type { Constraint } from "./constraints.ts";
import { expandGrid } from "./expand.ts";
import { type Axis, type Grid, paramsOf } from "./grid.ts";
import { TRIAL_COLUMNS, type TrialColumn, type TrialTable } from "./table.ts";

/** A grid that must have trials. */
export function gridOf(axes: readonly Axis[], constraints: readonly Constraint[] = []): Grid {
  const grid = expandGrid(axes, constraints);
  if (!grid.ok) throw new Error(grid.error.detail);
  return grid.value;
}

/** A table whose columns are NaN, but for those that are given as a function of the parameters. */
export function tableOf(
  grid: Grid,
  figures: Partial<Record<TrialColumn, (params: ReturnType<typeof paramsOf>) => number>>,
): TrialTable {
  const column = (name: TrialColumn) =>
    Float64Array.from({ length: grid.trials }, (_, trial) => figures[name]?.(paramsOf(grid, trial)) ?? Number.NaN);
  return { grid, columns: Object.fromEntries(TRIAL_COLUMNS.map((name) => [name, column(name)])) as TrialTable["columns"] };
}

/** Figures with many ties, both zeros, undefined ones and infinitely small ones. */
export function oddFigures(seed: number, n: number): Float64Array {
  const next = uniforms(seed);
  const odd = [0, -0, Number.NaN, 5e-324, -5e-324, 1, -1, Number.MAX_VALUE, -Number.MAX_VALUE];
  return Float64Array.from({ length: n }, () => (next() < 0.5 ? odd[Math.floor(next() * odd.length)]! : next() * 4 - 2));
}
