import type { Axis, Grid } from "../../core/sweep/grid.ts";
import { heatmap } from "../../core/sweep/heatmap.ts";
import { smallerIsBetter } from "../../core/sweep/rank.ts";
import type { TrialColumn, TrialTable } from "../../core/sweep/table.ts";

/** A cell by its positions on the axes. */
export interface Cell {
  readonly x: number;
  readonly y: number;
}

/** A figure of a sweep's trials over one or two of their parameters, as a picture shows it. */
export interface Surface {
  readonly metric: TrialColumn;
  readonly x: Axis;
  /** Null where one parameter alone varies. */
  readonly y: Axis | null;
  /** A figure for each cell, along x, then along y; NaN where every trial was skipped or has no such figure. */
  readonly values: Float64Array;
  /** Where the sweep's best trial lies. */
  readonly best: Cell | null;
  /** The other parameters that vary: a cell has the best over them. */
  readonly others: readonly string[];
  /** How many values of each axis a cell stands for: it has the best of its trials. */
  readonly block: Cell;
}

/** What a picture shows: a figure over one parameter or two. */
export interface View {
  readonly metric: TrialColumn;
  readonly x: Axis;
  readonly y: Axis | null;
}

/** The parameters of a grid that have more than one value. */
export function varied({ axes }: Pick<Grid, "axes">): Axis[] {
  return axes.filter(({ values }) => values.length > 1);
}

/**
 * The surface of a view.
 * @param best the sweep's best trial, null where there is none
 * @throws {RangeError} when the view is not one of the table
 */
export function surfaceOf(table: TrialTable, best: number | null, { metric, x, y }: View): Surface {
  const { grid } = table;
  const place = best === null ? null : { x: placeOf(grid, best, x), y: y === null ? 0 : placeOf(grid, best, y) };
  const others = varied(grid).flatMap(({ name }) => (name === x.name || name === y?.name ? [] : [name]));
  const values = y === null ? along(table, x, metric) : over(table, x, y, metric);
  return { metric, x, y, values, best: place, others, block: { x: 1, y: 1 } };
}

function over(table: TrialTable, x: Axis, y: Axis, metric: TrialColumn): Float64Array {
  const map = heatmap(table, x.name, y.name, metric);
  if (!map.ok) throw new RangeError(map.error.detail);
  return Float64Array.from(map.value.values.flat(), (value) => value ?? Number.NaN);
}

/** A figure along the one parameter that varies. */
function along({ grid, columns }: TrialTable, axis: Axis, metric: TrialColumn): Float64Array {
  const values = new Float64Array(axis.values.length).fill(Number.NaN);
  for (let trial = 0; trial < grid.trials; trial++) values[placeOf(grid, trial, axis)] = columns[metric][trial]!;
  return values;
}

/** How many cells a surface is wide. */
export function columnsOf({ x, block }: Surface): number {
  return Math.ceil(x.values.length / block.x);
}

/** How many cells a surface is high. */
export function rowsOf({ y, block }: Surface): number {
  return Math.ceil((y?.values.length ?? 1) / block.y);
}

/** A surface of single values with so few cells that at most `columns` by `rows` are left: each has the best of a block of values. */
export function coarser(surface: Surface, columns: number, rows: number): Surface {
  const { metric, values, best } = surface;
  const width = columnsOf(surface);
  const block = { x: Math.ceil(width / columns), y: Math.ceil(rowsOf(surface) / rows) };
  if (block.x === 1 && block.y === 1) return surface;
  const coarse = { ...surface, block };
  const across = columnsOf(coarse);
  const cells = new Float64Array(across * rowsOf(coarse)).fill(Number.NaN);
  const sign = smallerIsBetter(metric) ? -1 : 1;
  for (const [i, value] of values.entries()) {
    const cell = Math.floor(Math.floor(i / width) / block.y) * across + Math.floor((i % width) / block.x);
    if (!Number.isNaN(value) && !(value * sign <= cells[cell]! * sign)) cells[cell] = value;
  }
  return {
    ...coarse,
    values: cells,
    best: best === null ? null : { x: Math.floor(best.x / block.x), y: Math.floor(best.y / block.y) },
  };
}

function placeOf({ axes, choices }: Grid, trial: number, axis: Axis): number {
  return choices[trial * axes.length + axes.indexOf(axis)]!;
}
