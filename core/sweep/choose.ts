import type { Grid } from "./grid.ts";
import { smallerIsBetter } from "./rank.ts";
import type { TrialColumn } from "./table.ts";
import type { Trials } from "./trials.ts";

/** Columns that are ratios of whole numbers, on which every kernel agrees to the bit. */
const EXACT: readonly TrialColumn[] = ["trades", "win_rate", "exposure"];
/** Kernels agree on a figure within less than this, relative and absolute. */
const NEAR = 1e-8;
const NEAR_ZERO = 1e-12;

/** The trial with the best figure, the first in grid order where several have it; null where the figure is undefined for all. */
export function bestTrial(figures: Float64Array, objective: TrialColumn): number | null {
  const sign = smallerIsBetter(objective) ? -1 : 1;
  let best: number | null = null;
  for (let trial = 0; trial < figures.length; trial++) {
    const figure = figures[trial]! * sign;
    if (!Number.isNaN(figure) && !(best !== null && figure <= figures[best]! * sign)) best = trial;
  }
  return best;
}

/**
 * The trials that may be the best one, ascending: those whose figures lie so close to the best figure that single runs may put them in another order. Of
 * trials with the same fills the first stands for all. Empty where the figure is undefined for all.
 *
 * @param figures length trials, NaN is undefined
 */
export function closeToBest(
  figures: Float64Array,
  objective: TrialColumn,
  { ledger, fills, kernel }: Pick<Trials, "ledger" | "fills" | "kernel">,
): readonly number[] {
  const best = bestTrial(figures, objective);
  if (best === null) return [];
  if (kernel === "plain" || EXACT.includes(objective)) return [best];
  const figure = figures[best]!;
  const within = NEAR * Math.abs(figure) + NEAR_ZERO;
  const seen = new Set<number>();
  const close: number[] = [];
  for (let trial = 0; trial < figures.length; trial++) {
    if (!(Math.abs(figures[trial]! - figure) <= within)) continue;
    const key = fills[trial]! * 2 ** 32 + ledger[trial]!;
    if (!seen.has(key)) close.push(trial);
    seen.add(key);
  }
  return close;
}

/** The grid of some of its trials, in the order given. */
export function gridOfTrials(grid: Grid, trials: readonly number[]): Grid {
  const width = grid.axes.length;
  const choices = new Int32Array(trials.length * width);
  for (const [k, trial] of trials.entries()) choices.set(grid.choices.subarray(trial * width, (trial + 1) * width), k * width);
  return { ...grid, trials: trials.length, choices };
}
