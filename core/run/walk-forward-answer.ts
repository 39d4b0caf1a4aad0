import type { BarWindow } from "../sweep/folds.ts";
import { paramsOf } from "../sweep/grid.ts";
import { TRIAL_COLUMNS } from "../sweep/table.ts";
import { conventionsOf, dataOf, equityCurve, known, knownFigures, type Receipt, timeOf } from "./answer.ts";
import type { TrialFigures } from "./fold-choice.ts";
import type { FoldRun, WalkForwardRun } from "./walk-forward.ts";

/** What only the edge knows of a walk-forward. */
export interface WalkForwardReceipt extends Omit<Receipt, "jobId"> {
  readonly walkForwardId: string | null;
}

/** The answer of the API and of `--json`. */
export function walkForwardAnswer(run: WalkForwardRun, receipt: WalkForwardReceipt) {
  const { request, outOfSampleBars: bars } = run;
  return {
    walk_forward_id: receipt.walkForwardId,
    status: "completed",
    symbol: run.origin.symbol,
    strategy: request.strategy,
    created_at: new Date(receipt.createdAtMs).toISOString(),
    mode: request.plan.mode,
    trials: request.grid.trials,
    skipped: request.grid.skipped,
    objective: request.objective,
    folds: run.folds.map((fold, index) => foldAnswer(run, fold, index)),
    out_of_sample: {
      ...rangeOf(run, { from: run.bars.close.length - bars.close.length, to: run.bars.close.length }),
      metrics: knownFigures(run.metrics),
      ...equityCurve({ ...run, bars }),
    },
    efficiency_ratio: known(run.efficiencyRatio),
    parameter_stability: Object.fromEntries(
      Object.entries(run.stability).map(([name, { kept, meanStep }]) => [
        name,
        { kept: known(kept), mean_step: known(meanStep) },
      ]),
    ),
    conventions: { ...conventionsOf(run, request.direction), ...foldConventions(run) },
    data: dataOf(run),
    engine: { name: run.engine.name, version: run.engine.version, fallback_reason: receipt.fallbackReason },
    result_hash: run.resultHash,
    runtime_seconds: receipt.runtimeSeconds,
  };
}

export type WalkForwardAnswer = ReturnType<typeof walkForwardAnswer>;

function foldAnswer(run: WalkForwardRun, fold: FoldRun, index: number) {
  const { choice, inSample, outOfSample } = fold;
  return {
    index,
    chosen: choice === null ? null : paramsOf(run.request.grid, choice.trial),
    in_sample: { ...rangeOf(run, inSample), metrics: choice === null ? null : shownFigures(choice.figures) },
    out_of_sample: { ...rangeOf(run, outOfSample), metrics: shownFigures(fold.outOfSampleFigures), left_open: fold.leftOpen },
  };
}

/** First and last bar of a window. */
function rangeOf(run: WalkForwardRun, { from, to }: BarWindow) {
  return { from: timeOf(run, from), to: timeOf(run, to - 1), bars: to - from };
}

function shownFigures(figures: TrialFigures) {
  return knownFigures(Object.fromEntries(TRIAL_COLUMNS.map((name) => [name, figures[name]])));
}

/** How folds are cut and what passes from one to the next. */
function foldConventions({ request: { plan, execution } }: WalkForwardRun) {
  return {
    in_sample_bars: plan.inSampleBars,
    out_of_sample_bars: plan.outOfSampleBars,
    purge_bars: plan.purgeBars,
    embargo_bars: plan.embargoBars,
    in_sample_cash: "initial_cash",
    out_of_sample_cash: "carried",
    in_sample_indicators: "window_alone",
    out_of_sample_indicators: "all_bars_before",
    fold_end: execution.closeAtEnd ? "closed" : "left_at_last_close",
  };
}
