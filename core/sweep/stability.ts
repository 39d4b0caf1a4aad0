import { mean } from "../statistics/moments.ts";
import type { Axis, Grid } from "./grid.ts";

/** How steadily one parameter is chosen from fold to fold; NaN where no two folds in a row have a choice. */
export interface Steadiness {
  /** Share of folds that keep the value of the fold before. */
  readonly kept: number;
  /** Mean distance to the value of the fold before, in values of the axis in ascending order: 0 is none, 1 from one end to the other. NaN for words. */
  readonly meanStep: number;
}

/**
 * How steadily the parameters that vary are chosen, by name in the order of the axes. A pair of folds counts where both have a choice.
 *
 * @param chosen one trial a fold; null where a fold has none
 */
export function parameterStability(grid: Grid, chosen: readonly (number | null)[]): Readonly<Record<string, Steadiness>> {
  const { axes, choices } = grid;
  const pairs = chosen.flatMap((now, k) => {
    const before = k === 0 ? null : chosen[k - 1]!;
    return now === null || before === null ? [] : [[before, now] as const];
  });
  const varied = axes.flatMap((axis, k) => {
    if (axis.values.length < 2) return [];
    const places = placesOf(axis);
    const at = (trial: number) => choices[trial * axes.length + k]!;
    const kept = pairs.filter(([before, now]) => at(before) === at(now)).length / pairs.length;
    const steps = pairs.map(([before, now]) => Math.abs(places[at(now)]! - places[at(before)]!) / (axis.values.length - 1));
    return [[axis.name, { kept, meanStep: mean(Float64Array.from(steps)) }] as const];
  });
  return Object.fromEntries(varied);
}

/** Where each value of an axis stands in ascending order; NaN for words, which have no order. */
function placesOf({ values }: Axis): readonly number[] {
  const numbers = values.filter((value) => typeof value === "number").toSorted((a, b) => a - b);
  return values.map((value) => (typeof value === "number" ? numbers.indexOf(value) : Number.NaN));
}
