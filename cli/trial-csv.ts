import { TRIAL_COLUMNS, type TrialTable } from "../core/sweep/table.ts";
import { csvCell } from "./csv-cell.ts";

/** So many lines are made at a time. */
const LINES = 4096;

/** All trials in grid order, headed by the names of the API, in parts of many lines: numbers in full precision, an undefined one empty. */
export function* trialCsv({ grid, columns }: TrialTable): Generator<string> {
  const { axes, choices, trials } = grid;
  yield `${[...axes.map(({ name }) => `params.${name}`), ...TRIAL_COLUMNS].join(",")}\n`;
  const figures = TRIAL_COLUMNS.map((name) => columns[name]);
  for (let start = 0; start < trials; start += LINES) {
    let text = "";
    for (let trial = start; trial < Math.min(start + LINES, trials); trial++) {
      const params = axes.map(({ values }, k) => values[choices[trial * axes.length + k]!]!);
      text += `${[...params, ...figures.map((column) => csvCell(column[trial]!))].join(",")}\n`;
    }
    yield text;
  }
}
