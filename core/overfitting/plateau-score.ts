import { quantile } from "../statistics/quantile.ts";
import type { Axis, Grid } from "../sweep/grid.ts";

/**
 * How flat the grid is around its best trial: the share of the winner's objective that its direct neighbours keep, on median, 0 to 1. Neighbours lie at most
 * one value away along every numeric parameter, diagonals included, and equal the winner in parameters that are choices. What a neighbour keeps is the lesser
 * of the two objectives over the greater, so that it reads the same where smaller is better; nothing where its objective is undefined or not above 0.
 *
 * @param objective length grid.trials, NaN is undefined
 * @param best      index of the winner
 * @returns 0 to 1; NaN when the winner has no neighbour, or its objective is not above 0
 */
export function plateauScore(grid: Grid, objective: Float64Array, best: number): number {
  const won = objective[best]!;
  const { axes, choices, trials } = grid;
  const steps = axes.map(positionsOf);
  const isNeighbour = (trial: number) =>
    trial !== best &&
    steps.every((position, k) => {
      const at = choices[trial * axes.length + k]!;
      const of = choices[best * axes.length + k]!;
      return at === of || Math.abs(position[at]! - position[of]!) === 1;
    });
  const kept: number[] = [];
  for (let trial = 0; trial < trials; trial++) {
    if (isNeighbour(trial)) kept.push(keptOf(objective[trial]!, won));
  }
  return won > 0 ? quantile(Float64Array.from(kept).sort(), 0.5) : Number.NaN;
}

/** Where each value of an axis stands in ascending order; NaN for choices, which have no neighbours. */
function positionsOf({ values }: Axis): Float64Array {
  const positions = new Float64Array(values.length).fill(Number.NaN);
  const numeric = values.flatMap((value, at) => (typeof value === "number" ? [{ value, at }] : []));
  for (const [position, { at }] of numeric.sort((a, b) => a.value - b.value).entries()) positions[at] = position;
  return positions;
}

function keptOf(neighbour: number, won: number): number {
  return neighbour > 0 ? Math.min(neighbour, won) / Math.max(neighbour, won) : 0;
}
