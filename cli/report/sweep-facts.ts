import type { VerdictCode } from "../../core/overfitting/verdict.ts";
import type { SweepRun } from "../../core/run/sweep.ts";
import { type Axis, paramsOf } from "../../core/sweep/grid.ts";
import { count } from "./numbers.ts";
import { type Surface, varied } from "./surface.ts";
import { trialMetrics } from "./trial-metrics.ts";

/** Up to so many values of a parameter are listed. */
const LISTED = 4;

/** The sweep's best trial; null where the objective is undefined for all of them. */
export function bestTrial({ order, table, request }: SweepRun): number | null {
  const first = order[0];
  return first === undefined || Number.isNaN(table.columns[request.objective][first]!) ? null : first;
}

/** The parameters of a trial that vary, with its values: `fast 20, slow 100`; all of them where none varies. */
export function trialText({ table: { grid } }: SweepRun, trial: number): string {
  const values = paramsOf(grid, trial);
  const free = varied(grid);
  return (free.length > 0 ? free : grid.axes).map(({ name }) => `${name} ${values[name]}`).join(", ");
}

/** What a parameter ran through. */
export function axisText({ name, values }: Axis): string {
  if (values.length <= LISTED) return `${name} ${values.join("/")}`;
  return `${name} ${values[0]} to ${values.at(-1)} (${count(values.length)} values)`;
}

/** How many trials there were, and how many combinations were left out. */
export function trialsText({ table: { grid } }: SweepRun): string {
  const trials = grid.trials === 1 ? "1 trial" : `${count(grid.trials)} trials`;
  return grid.skipped === 0 ? trials : `${trials}, ${count(grid.skipped)} combinations skipped`;
}

/** What a picture shows: `Sharpe over fast and slow, the best over average`. */
export function surfaceText({ metric, x, y, others }: Surface): string {
  const over = `${trialMetrics[metric].label} over ${x.name}${y === null ? "" : ` and ${y.name}`}`;
  return others.length === 0 ? over : `${over}, the best over ${others.join(", ")}`;
}

const VERDICTS: Readonly<Record<VerdictCode, string>> = {
  likely_luck: "LIKELY LUCK",
  inconclusive: "INCONCLUSIVE",
  promising: "PROMISING",
  not_computable: "CANNOT BE JUDGED",
};

/** The verdict on the best trial; without one, why it is worse than it looks; null where there is nothing to choose from. */
export function luckText(run: SweepRun): string | null {
  if (run.luck !== null) return `${VERDICTS[run.luck.verdict.code]}. ${run.luck.verdict.text}`;
  const { trials } = run.table.grid;
  if (trials === 1 || bestTrial(run) === null) return null;
  return `${count(trials)} trials were tried, and the best of them was picked by the very bars it is shown on: part of its lead is luck, so expect less of it on new bars`;
}

/** The figures behind a verdict that are defined; null where there are none. */
export function luckFigures({ luck }: SweepRun): string | null {
  if (luck === null) return null;
  const percent = (value: number) => `${(value * 100).toFixed(0)} %`;
  const pair = ([low, high]: readonly [number, number]) => `${low.toFixed(2)} to ${high.toFixed(2)}`;
  const figures: readonly (readonly [string, number, string])[] = [
    ["luck alone does as well", luck.luckProbability, percent(luck.luckProbability)],
    ["probability of overfitting", luck.probabilityOfBacktestOverfitting, percent(luck.probabilityOfBacktestOverfitting)],
    ["deflated Sharpe", luck.deflatedSharpe, percent(luck.deflatedSharpe)],
    ["plateau", luck.plateauScore, percent(luck.plateauScore)],
    ["Sharpe, 95 % interval", luck.sharpeCi[0], pair(luck.sharpeCi)],
    ["Reality Check p", luck.snooping?.realityCheck ?? Number.NaN, (luck.snooping?.realityCheck ?? 0).toFixed(3)],
    ["SPA p", luck.snooping?.spa.consistent ?? Number.NaN, (luck.snooping?.spa.consistent ?? 0).toFixed(3)],
  ];
  const told = figures.filter(([, value]) => !Number.isNaN(value)).map(([label, , text]) => `${label} ${text}`);
  return told.length === 0 ? null : `behind it: ${told.join("; ")}`;
}
