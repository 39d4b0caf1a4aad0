import type { ParamValues } from "../strategies/strategy.ts";
import { paramsOf } from "./grid.ts";
import { TRIAL_COLUMNS, type TrialColumn, type TrialTable } from "./table.ts";

/** A trial as it is shown: its parameters and its figures, null where undefined. */
export type TrialRow = { readonly params: ParamValues } & Readonly<Record<TrialColumn, number | null>>;

export function trialRow({ grid, columns }: TrialTable, trial: number): TrialRow {
  const row: Partial<Record<TrialColumn, number | null>> = {};
  for (const name of TRIAL_COLUMNS) {
    const value = columns[name][trial]!;
    row[name] = Number.isNaN(value) ? null : value;
  }
  return { params: paramsOf(grid, trial), ...(row as Record<TrialColumn, number | null>) };
}
