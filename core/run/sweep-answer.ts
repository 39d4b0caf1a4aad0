import type { Interval } from "../overfitting/bootstrap.ts";
import { trialRow } from "../sweep/trial-row.ts";
import { conventionsOf, dataOf, known, type Receipt } from "./answer.ts";
import type { Luck } from "./luck.ts";
import type { SweepRun } from "./sweep.ts";

/** What only the edge knows of a sweep. */
export interface SweepReceipt extends Omit<Receipt, "jobId"> {
  readonly sweepId: string | null;
}

/** The answer of the API and of `--json`; `best` is null where the objective is undefined for every trial. */
export function sweepAnswer(run: SweepRun, receipt: SweepReceipt) {
  const { request, table, order, trials } = run;
  const { grid, objective } = request;
  const winner = order[0]!;
  return {
    sweep_id: receipt.sweepId,
    status: "completed",
    symbol: run.origin.symbol,
    strategy: request.strategy,
    created_at: new Date(receipt.createdAtMs).toISOString(),
    trials: grid.trials,
    skipped: grid.skipped,
    objective,
    best: Number.isNaN(table.columns[objective][winner]) ? null : trialRow(table, winner),
    top: Array.from(order.subarray(0, request.top), (trial) => trialRow(table, trial)),
    overfitting: overfittingOf(run.luck),
    kernel: trials.kernel,
    runtime_seconds: receipt.runtimeSeconds,
    trials_per_second: receipt.runtimeSeconds > 0 ? grid.trials / receipt.runtimeSeconds : null,
    conventions: conventionsOf(run, request.direction),
    data: dataOf(run),
    engine: { name: run.engine.name, version: run.engine.version, fallback_reason: receipt.fallbackReason },
    result_hash: run.resultHash,
  };
}

/** What luck has to do with the best trial; null where it was not asked for, and so is every figure that is undefined. */
function overfittingOf(luck: Luck | null) {
  if (luck === null) return null;
  const { verdict, resampling, snooping } = luck;
  const ends = ([low, high]: Interval) => (Number.isNaN(low) || Number.isNaN(high) ? null : [low, high]);
  return {
    verdict_code: verdict.code,
    verdict: verdict.text,
    reasons: verdict.reasons,
    luck_probability: known(luck.luckProbability),
    trial_count: luck.trialCount,
    effective_trials: known(luck.effectiveTrials),
    expected_max_sharpe: known(luck.expectedMaxSharpe),
    probabilistic_sharpe: known(luck.probabilisticSharpe),
    deflated_sharpe: known(luck.deflatedSharpe),
    deflated_sharpe_all_trials: known(luck.deflatedSharpeAllTrials),
    min_track_record_length: known(luck.minTrackRecordLength),
    probability_of_backtest_overfitting: known(luck.probabilityOfBacktestOverfitting),
    probability_of_loss: known(luck.probabilityOfLoss),
    degradation_slope: known(luck.degradationSlope),
    plateau_score: known(luck.plateauScore),
    sharpe_ci: ends(luck.sharpeCi),
    return_ci: ends(luck.returnCi),
    reality_check: snooping === null ? null : known(snooping.realityCheck),
    spa:
      snooping === null
        ? null
        : { lower: known(snooping.spa.lower), consistent: known(snooping.spa.consistent), upper: known(snooping.spa.upper) },
    bootstrap: { seed: resampling.seed, mean_block: resampling.meanBlock, resamples: resampling.resamples },
  };
}

export type SweepAnswer = ReturnType<typeof sweepAnswer>;
