import type { Grid } from "./grid.ts";
import { ascending, descending } from "./rank.ts";
import { TRIAL_COLUMNS, type TrialColumn, type TrialTable } from "./table.ts";

/** What trials are put in order by: a column, or a parameter by its name. */
export type TrialSort = ({ readonly column: TrialColumn } | { readonly param: string }) & { readonly descending: boolean };

/** Trials whose figure is defined and at least (`gte`) or at most (`lte`) a value. */
export interface TrialFilter {
  readonly column: TrialColumn;
  readonly bound: "gte" | "lte";
  readonly value: number;
}

/** Which trials are wanted, in which order; without a sort in grid order. */
export interface TrialQuery {
  readonly sort: TrialSort | null;
  readonly filters: readonly TrialFilter[];
}

/** Every filter by the name that a query has for it: `sharpe_gte`, `sharpe_lte`, … */
export const TRIAL_FILTERS: readonly (Omit<TrialFilter, "value"> & { readonly name: string })[] = TRIAL_COLUMNS.flatMap(
  (column) => (["gte", "lte"] as const).map((bound) => ({ name: `${column}_${bound}`, column, bound })),
);

/** Every name that trials can be put in order by; `-` before it turns the order round. */
export function sortNames({ axes }: Pick<Grid, "axes">): string[] {
  return [...TRIAL_COLUMNS, ...axes.map(({ name }) => `params.${name}`)];
}

/** The order that a text such as `-sharpe` or `params.fast` asks for; undefined where it names nothing that trials have. */
export function trialSort(text: string, grid: Pick<Grid, "axes">): TrialSort | undefined {
  const descending = text.startsWith("-");
  const by = descending ? text.slice(1) : text;
  const column = TRIAL_COLUMNS.find((name) => name === by);
  if (column !== undefined) return { column, descending };
  const axis = grid.axes.find(({ name }) => `params.${name}` === by);
  return axis === undefined ? undefined : { param: axis.name, descending };
}

/** A page of the trials that a query finds. */
export interface TrialPage {
  readonly trials: Int32Array;
  /** How many the query finds in all. */
  readonly found: number;
}

/**
 * The trials of a query from the `offset`-th on, at most `limit`. A query always finds the same order: undefined figures come last whichever way it runs,
 * equal ones are in grid order; parameters that are words are in the order of the alphabet.
 *
 * @throws {RangeError} when the query sorts by a parameter that the grid does not have
 */
export function selectTrials(table: TrialTable, query: TrialQuery, offset: number, limit: number): TrialPage {
  const found = inOrder(table, query.sort).filter((trial) => query.filters.every((filter) => passes(table, filter, trial)));
  return { trials: found.slice(offset, offset + limit), found: found.length };
}

function passes({ columns }: TrialTable, { column, bound, value }: TrialFilter, trial: number): boolean {
  const figure = columns[column][trial]!;
  return bound === "gte" ? figure >= value : figure <= value;
}

function inOrder(table: TrialTable, sort: TrialSort | null): Int32Array {
  if (sort === null) return Int32Array.from({ length: table.grid.trials }, (_, trial) => trial);
  const values = "column" in sort ? table.columns[sort.column] : paramColumn(table.grid, sort.param);
  return sort.descending ? descending(values) : ascending(values);
}

/** A parameter of every trial: its value, or the place of its word in the alphabet. */
function paramColumn({ axes, choices, trials }: Grid, param: string): Float64Array {
  const k = axes.findIndex(({ name }) => name === param);
  if (k === -1) throw new RangeError(`the grid has no parameter ${param}`);
  const { values } = axes[k]!;
  const words = values.filter((value) => typeof value === "string").sort();
  const keys = values.map((value) => (typeof value === "number" ? value : words.indexOf(value)));
  return Float64Array.from({ length: trials }, (_, trial) => keys[choices[trial * axes.length + k]!]!);
}
