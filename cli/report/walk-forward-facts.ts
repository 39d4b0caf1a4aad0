import type { WalkForwardRun } from "../../core/run/walk-forward.ts";
import { strategyNamed } from "../../core/strategies/registry.ts";
import { type Axis, slowestTrial } from "../../core/sweep/grid.ts";
import type { Steadiness } from "../../core/sweep/stability.ts";
import { closedTrades, FEW_TRADES } from "./facts.ts";
import { count, percent, plain, ratio } from "./numbers.ts";
import { varied } from "./surface.ts";
import { trialMetrics } from "./trial-metrics.ts";

/** Fewer folds than this let one lucky window make the result. */
const FEW_FOLDS = 5;
/** A choice that changes at least this part as much as a blind one is no better than that. */
const RESTLESS = 0.75;
/** A choice that keeps its value in this share of the steps is steady. */
const STEADY = 0.5;

/** How the range was cut, and how many trials each fold chose from. */
export function foldsText({ folds, request: { plan, grid } }: WalkForwardRun): string {
  const { mode, inSampleBars, outOfSampleBars, purgeBars, embargoBars } = plan;
  const trials = grid.trials === 1 ? "1 trial" : `the best of ${count(grid.trials)} trials`;
  const inSample = mode === "anchored" ? `all bars so far, ${bars(inSampleBars)} at first` : bars(inSampleBars);
  const purged = purgeBars > 0 ? ` without the last ${count(purgeBars)}` : "";
  const embargo = embargoBars > 0 ? `, then ${bars(embargoBars)} left unused` : "";
  return `${foldCount(folds.length)}, ${mode}: ${trials} on ${inSample}${purged}${embargo}, then traded for ${bars(outOfSampleBars)}`;
}

/** In plain words how much of what the search promised was left, how many folds gained, and how steady the choices were. */
export function plainWords(run: WalkForwardRun): string[] {
  const { folds, request, stability } = run;
  const gained = folds.filter(({ outOfSampleFigures }) => outOfSampleFigures.total_return > 0).length;
  const free = varied(request.grid);
  return [
    efficiencyText(run.efficiencyRatio),
    `${count(gained)} of ${foldCount(folds.length)} gained on the bars that came next`,
    ...free.map((axis) => stabilityText(axis, stability[axis.name]!)),
  ];
}

/** What an efficiency ratio says; NaN is undefined. */
export function efficiencyText(efficiency: number): string {
  if (Number.isNaN(efficiency))
    return "efficiency cannot be told: nothing was gained on the bars that chose the settings, so there is nothing to compare with";
  const told = `(efficiency ratio ${ratio(efficiency)})`;
  if (efficiency < 0)
    return `the settings chosen gained on the bars that chose them, and lost on the bars that came next ${told}`;
  const much = efficiency < 0.5 ? ": less than half" : efficiency < 1 ? "" : ": nothing was lost on the way, which is rare";
  return `of every 1 % a year that the settings gained on the bars that chose them, ${percent(efficiency / 100)} was left on the bars that came next${much} ${told}`;
}

/** How steadily a parameter was chosen, beside a blind choice among its values. */
export function stabilityText({ name, values }: Axis, { kept, meanStep }: Steadiness): string {
  if (Number.isNaN(kept)) return `${name}: how steady the choice is cannot be told, as no two folds in a row made one`;
  const blindKept = 1 / values.length;
  const words = Number.isNaN(meanStep);
  // The mean distance of two values drawn from n in a row, in parts of the row's length.
  const blindStep = (values.length + 1) / (3 * values.length);
  const restless = words ? 1 - kept >= RESTLESS * (1 - blindKept) : meanStep >= RESTLESS * blindStep;
  const verdict = restless ? "it jumps about, as chance would" : kept >= STEADY ? "it is steady" : "it wanders";
  const share = (part: number) => `${Math.round(part * 100)} %`;
  const moved = words ? "" : `, and moved by ${share(meanStep)} of its range on average`;
  const blind = words ? share(blindKept) : `${share(blindKept)} and ${share(blindStep)}`;
  return `${name}: a fold took the value of the fold before in ${share(kept)} of cases${moved}: ${verdict} (a blind choice: ${blind})`;
}

/** What a reader has to know before believing the figures. */
export function walkForwardRemarks(run: WalkForwardRun): string[] {
  const { folds, metrics, request, curve } = run;
  const { grid, plan, objective, strategy } = request;
  const trades = metrics.trades;
  const idle = folds.filter(({ choice }) => choice === null).length;
  const open = folds.filter(({ leftOpen }) => leftOpen).length;
  const needed = slowestTrial(grid, strategyNamed(strategy));
  const window = plan.inSampleBars - plan.purgeBars;
  const late = needed > window ? "it cannot trade there" : "little is left to judge it by";
  const of = (number: number) => `${count(number)} of ${foldCount(folds.length)}`;
  return [
    ...(folds.length < FEW_FOLDS ? [`${foldCount(folds.length)} only: one lucky window can make the result`] : []),
    ...(trades < FEW_TRADES ? [`the figures rest on ${closedTrades(trades)}: too few to tell skill from luck`] : []),
    ...(needed * 2 > window
      ? [`the slowest trial needs ${bars(needed)} for its first value, of ${bars(window)} in sample: ${late}`]
      : []),
    ...(idle > 0 ? [`in ${of(idle)} ${trialMetrics[objective].label} was undefined for every trial: they traded nothing`] : []),
    ...(open > 0
      ? [
          `${of(open)} ended with a position open: it was valued at the last close, paid no exit, and is in no closed trade; --close-at-end closes it`,
        ]
      : []),
    ...((curve.at(-1) ?? 0) > 0 ? [] : ["the equity fell to zero or below: the folds after that traded nothing"]),
  ];
}

/** How folds are run, for those who read the figures closely. */
export function foldAssumptions({ request }: WalkForwardRun): string[] {
  const cash = plain(request.execution.initialCash);
  return [
    `choosing: the best by ${trialMetrics[request.objective].label}, each fold with ${cash} in cash; indicators see the in-sample bars alone`,
    "trading: flat at the start, with the equity of the fold before; indicators see all bars before, and nothing sees a later one",
    "this is out of sample once: the best of many walk-forwards with other windows and grids is a search again",
  ];
}

/** `1 fold`, `33 folds`. */
export function foldCount(number: number): string {
  return number === 1 ? "1 fold" : `${count(number)} folds`;
}

function bars(number: number): string {
  return number === 1 ? "1 bar" : `${count(number)} bars`;
}
