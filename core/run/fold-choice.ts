import type { SeriesSettings } from "../metrics/series.ts";
import { bestTrial, closeToBest, gridOfTrials } from "../sweep/choose.ts";
import { completeTable } from "../sweep/complete.ts";
import type { Grid } from "../sweep/grid.ts";
import type { Sweeper, SweepHooks, SweepTask } from "../sweep/sweeper.ts";
import { TRIAL_COLUMNS, type TrialColumn, type TrialTable } from "../sweep/table.ts";
import type { Trials } from "../sweep/trials.ts";

/** The figures of one trial or run by the names of TRIAL_COLUMNS; NaN is undefined. */
export type TrialFigures = Readonly<Record<TrialColumn, number>>;

/** The trial that a fold chose, and its figures in sample. */
export interface Choice {
  readonly trial: number;
  readonly figures: TrialFigures;
}

/**
 * Sweeps the bars of an in-sample window and chooses the best trial, the first in grid order of several. Where figures lie so close that kernels may disagree
 * on their order, single runs decide: the choice is the same by every kernel.
 *
 * @returns null where the objective is undefined for every trial; undefined when it was aborted
 */
export async function chooseTrial(
  task: SweepTask,
  objective: TrialColumn,
  settings: SeriesSettings,
  sweeper: Sweeper,
  hooks: SweepHooks,
): Promise<Choice | null | undefined> {
  const tableOf = (trials: Trials, grid: Grid) => completeTable(trials, grid, { ...settings, timeMs: task.bars.timeMs });
  const trials = await sweeper.sweep(task, hooks);
  if (trials === undefined) return undefined;
  const table = tableOf(trials, task.grid);
  const close = closeToBest(table.columns[objective], objective, trials);
  const [first] = close;
  if (first === undefined) return null;
  if (close.length === 1) return { trial: first, figures: figuresOf(table, first) };
  const grid = gridOfTrials(task.grid, close);
  const again = await sweeper.sweep({ ...task, grid, kernel: "plain" }, hooks.signal && { signal: hooks.signal });
  if (again === undefined) return undefined;
  const trial = close[bestTrial(tableOf(again, grid).columns[objective], objective) ?? 0]!;
  return { trial, figures: figuresOf(table, trial) };
}

function figuresOf({ columns }: TrialTable, trial: number): TrialFigures {
  const figures: Partial<Record<TrialColumn, number>> = {};
  for (const name of TRIAL_COLUMNS) figures[name] = columns[name][trial]!;
  return figures as TrialFigures;
}
