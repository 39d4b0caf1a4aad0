import type { VerdictCode } from "../../core/overfitting/verdict.ts";
import { oddsOf } from "../../core/overfitting/wording.ts";
import type { Luck } from "../../core/run/luck.ts";
import type { SweepRun } from "../../core/run/sweep.ts";
import { type Axis, paramsOf } from "../../core/sweep/grid.ts";
import { count, ratio } from "./numbers.ts";
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

const VERDICTS: Readonly<Record<Exclude<VerdictCode, "not_computable">, string>> = {
  likely_luck: "LIKELY LUCK",
  inconclusive: "INCONCLUSIVE",
  promising: "PROMISING",
};
/** Up to so many of a verdict's reasons are told. */
const TOLD_REASONS = 2;

/** The verdict on the best trial; without one, why it is worse than it looks; null where there is nothing to choose from. */
export function luckText(run: SweepRun): string | null {
  if (run.luck !== null) {
    const { code, text } = run.luck.verdict;
    return code === "not_computable" ? text : `${VERDICTS[code]}. ${text}`;
  }
  const { trials } = run.table.grid;
  if (trials === 1 || bestTrial(run) === null) return null;
  return `${count(trials)} trials were tried, and the best of them was picked by the very bars it is shown on: part of its lead is luck, so expect less of it on new bars`;
}

/** The same in a line or two, for a picture. */
export function luckNote(run: SweepRun): string | null {
  const text = luckText(run);
  if (run.luck === null) return text === null ? null : `${text}.`;
  const { verdict, luckProbability, trialCount, effectiveTrials } = run.luck;
  if (verdict.code === "not_computable") return text;
  const tried = `${count(trialCount)} combinations tried, about ${count(effectiveTrials)} different in substance`;
  return `${VERDICTS[verdict.code]}: luck alone times the market as well in ${oddsOf(luckProbability)}; ${tried}.`;
}

/** What stands under a verdict: what speaks against the best trial, or why else there is no verdict; then the figures that are defined. */
export function luckDetails({ luck }: SweepRun): string[] {
  if (luck === null) return [];
  const { code, reasons } = luck.verdict;
  const judged = code !== "not_computable";
  // Without a verdict, its text holds the first reason.
  const further = judged ? reasons : reasons.slice(1);
  const told = further.slice(0, TOLD_REASONS).map((reason) => `${judged ? "against it" : "also"}: ${clauseOf(reason)}`);
  const figures = figuresOf(luck);
  return figures.length === 0 ? told : [...told, `${judged ? "behind it" : "what can be told"}: ${figures.join("; ")}`];
}

/** A sentence as part of another. */
function clauseOf(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, "");
}

function figuresOf({ snooping, ...luck }: Luck): string[] {
  const pValue = (value: number | undefined) => [value ?? Number.NaN, value?.toFixed(3) ?? ""] as const;
  const share = (value: number) => [value, roundShare(value)] as const;
  const [low, high] = luck.sharpeCi;
  const figures: readonly (readonly [string, number, string])[] = [
    ["luck does as well in", ...share(luck.luckProbability)],
    ["probability of overfitting", ...share(luck.probabilityOfBacktestOverfitting)],
    ["deflated Sharpe", ...share(luck.deflatedSharpe)],
    ["plateau", ...share(luck.plateauScore)],
    ["Sharpe, 95 % interval", low, `${ratio(low)} to ${ratio(high)}`],
    ["Reality Check p", ...pValue(snooping?.realityCheck)],
    ["SPA p", ...pValue(snooping?.spa.consistent)],
  ];
  return figures.filter(([, value]) => !Number.isNaN(value)).map(([label, , text]) => `${label} ${text}`);
}

/** A share in whole percent, of which 0 and 100 are told only where they are exact. */
function roundShare(share: number): string {
  if (share > 0 && share < 0.01) return "under 1 %";
  return share > 0.99 && share < 1 ? "over 99 %" : `${(share * 100).toFixed(0)} %`;
}
