import type { AppError, Finding } from "../errors.ts";
import { refuse } from "../requests/findings.ts";
import { ok, type Result } from "../result.ts";
import { shown } from "../shown.ts";
import type { Axis } from "./grid.ts";
import { smallerIsBetter } from "./rank.ts";
import { TRIAL_COLUMNS, type TrialColumn, type TrialTable } from "./table.ts";

/** One figure over two parameters. */
export interface Heatmap {
  readonly x: Axis;
  readonly y: Axis;
  readonly metric: TrialColumn;
  /** values[y][x]: the best over the other parameters; null where every trial was skipped or has no such figure. */
  readonly values: readonly (readonly (number | null)[])[];
}

/** Errors: `invalid_request` for a name that is no parameter or no column, and for the same parameter twice. */
export function heatmap({ grid, columns }: TrialTable, x: string, y: string, metric: string): Result<Heatmap, AppError> {
  const { axes, choices, trials } = grid;
  const [across, down] = [axes.findIndex(({ name }) => name === x), axes.findIndex(({ name }) => name === y)];
  const column = TRIAL_COLUMNS.find((name) => name === metric);
  const findings: Finding[] = [];
  const among = (path: string, names: readonly string[], got: string) =>
    findings.push({ path, message: `${path} must be one of ${names.join(", ")}: got ${shown(got)}` });
  const names = axes.map(({ name }) => name);
  if (across === -1) among("x", names, x);
  if (down === -1) among("y", names, y);
  else if (across === down) findings.push({ path: "y", message: `y must be another parameter than x: got ${shown(y)} for both` });
  if (column === undefined) among("metric", TRIAL_COLUMNS, metric);
  if (findings.length > 0 || column === undefined) return refuse(findings);

  const [columnsAcross, rowsDown] = [axes[across]!, axes[down]!];
  const width = columnsAcross.values.length;
  const figures = columns[column];
  const sign = smallerIsBetter(column) ? -1 : 1;
  const best = new Float64Array(width * rowsDown.values.length).fill(Number.NaN);
  for (let trial = 0; trial < trials; trial++) {
    const row = trial * axes.length;
    const cell = choices[row + down]! * width + choices[row + across]!;
    const figure = figures[trial]!;
    if (!Number.isNaN(figure) && !(figure * sign <= best[cell]! * sign)) best[cell] = figure;
  }
  const values = rowsDown.values.map((_, j) =>
    Array.from(best.subarray(j * width, (j + 1) * width), (figure) => (Number.isNaN(figure) ? null : figure)),
  );
  return ok({ x: columnsAcross, y: rowsDown, metric: column, values });
}
