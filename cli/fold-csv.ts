import type { WalkForwardRun } from "../core/run/walk-forward.ts";
import { type WalkForwardAnswer, type WalkForwardReceipt, walkForwardAnswer } from "../core/run/walk-forward-answer.ts";
import { TRIAL_COLUMNS } from "../core/sweep/table.ts";
import { csvCell } from "./csv-cell.ts";

type AnsweredFold = WalkForwardAnswer["folds"][number];

const WINDOWS = ["in_sample", "out_of_sample"] as const;
const RANGE = ["from", "to", "bars"] as const;

/** One row per fold, headed by the names of the answer: numbers in full precision, an undefined one empty, and so is what a fold without a choice lacks. */
export function foldCsv(run: WalkForwardRun, receipt: WalkForwardReceipt): string {
  const names = run.request.grid.axes.map(({ name }) => name);
  const windowHeads = WINDOWS.flatMap((window) => [...RANGE, ...TRIAL_COLUMNS].map((name) => `${window}.${name}`));
  const heads = ["index", ...names.map((name) => `params.${name}`), ...windowHeads, "out_of_sample.left_open"];
  const rows = walkForwardAnswer(run, receipt).folds.map((fold) => rowOf(fold, names));
  return `${[heads, ...rows].map((cells) => cells.join(",")).join("\n")}\n`;
}

function rowOf(fold: AnsweredFold, names: readonly string[]): string[] {
  const windows = WINDOWS.flatMap((window) => [
    ...RANGE.map((name) => fold[window][name]),
    ...TRIAL_COLUMNS.map((name) => fold[window].metrics?.[name] ?? null),
  ]);
  const params = names.map((name) => fold.chosen?.[name] ?? null);
  return [fold.index, ...params, ...windows, fold.out_of_sample.left_open].map(csvCell);
}
