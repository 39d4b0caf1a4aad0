import type { Rates } from "../engine/contract.ts";
import { equityOf } from "../metrics/returns.ts";
import { mean, standardDeviation } from "../statistics/moments.ts";
import { probabilisticSharpe } from "../statistics/probabilistic-sharpe.ts";
import { finiteOrNaN, ratio } from "../statistics/ratio.ts";
import type { TrialColumn, TrialTable } from "../sweep/table.ts";
import { BLOCKS, blocksOf, type Trials } from "../sweep/trials.ts";
import { type BlockSums, blockSumsOf, inExcessOf } from "./block-sums.ts";
import { percentileInterval, resample } from "./bootstrap.ts";
import { crossValidate } from "./cscv.ts";
import { deflatedSharpe, sharpeOfLuck } from "./deflated-sharpe.ts";
import { effectiveTrials, likenessOf } from "./effective-trials.ts";
import type { LuckFigures } from "./figures.ts";
import { minTrackRecordLength } from "./min-track-record-length.ts";
import { plateauScore } from "./plateau-score.ts";
import { sharpeEstimateOf } from "./sharpe-estimate.ts";
import type { FindWinners } from "./splits.ts";
import type { Resampling } from "./stationary-bootstrap.ts";
import { luckProbability, timingReturns } from "./timing.ts";
import { type Verdict, verdictOf } from "./verdict.ts";
import { count } from "./wording.ts";

/** A sweep that is done, and its best trial run again. */
export interface JudgedSweep {
  readonly table: TrialTable;
  readonly trials: Pick<Trials, "bars" | "blockSums" | "fills" | "trades" | "sharpe">;
  readonly objective: TrialColumn;
  /** The first trial in order of the objective. */
  readonly best: number;
  /** Its returns, and those of holding on the same bars: length trials.bars, NaN is missing. */
  readonly returns: Float64Array;
  readonly holding: Float64Array;
  readonly rates: Rates;
}

export interface LuckSettings {
  /** `fast` leaves out cross-validation. */
  readonly mode: "full" | "fast";
  readonly seed: number;
  /** `findWinners` of splits.ts, or a kernel that keeps the same promise. */
  readonly findWinners: FindWinners;
}

/** The figures, the verdict, and how the intervals were drawn. */
export interface Assessment extends LuckFigures {
  readonly verdict: Verdict;
  readonly resampling: Resampling;
}

const CONFIDENCE = 0.95;
/** Resamples of the best trial's returns; fewer of long series, so that no more returns than this are drawn, but not below the least. */
const RESAMPLES = 1000;
const MOST_DRAWN = 20_000_000;
const LEAST_RESAMPLES = 100;
/** Cross-validation looks at every trial 12,870 times, twice: above this many trials it is left out. */
const MOST_CROSS_VALIDATED = 100_000;

/**
 * How much the best trial of a sweep owes to luck.
 *
 * Sharpe ratios are those of the returns in excess of the risk-free rate. Trials without a defined Sharpe ratio count among the trials but not in the spread of
 * Sharpe ratios. The bootstrap draws blocks of n^(1/3) bars on average, n returns.
 *
 * @throws {RangeError} when returns or holding have another length than the sweep has bars
 */
export function assess(sweep: JudgedSweep, settings: LuckSettings): Assessment {
  const { table, trials, objective, best, holding, rates } = sweep;
  if (sweep.returns.length !== trials.bars) throw new RangeError(`${trials.bars} returns expected, got ${sweep.returns.length}`);
  const { periodsPerYear, riskFreePerPeriod } = rates;
  const returns = sweep.returns.filter((r) => !Number.isNaN(r));
  const estimate = sharpeEstimateOf(returns, riskFreePerPeriod);
  const sharpes = trials.sharpe.filter((sharpe) => !Number.isNaN(sharpe));
  const sharpeVariance = standardDeviation(sharpes) ** 2 / periodsPerYear;
  const trialCount = table.grid.trials;
  const sums = excessSums(sweep);
  const effective = effectiveTrials(likenessOf(sums));
  const timingLikeness = likenessOf(sums, blockReturns(holding));
  const selection = { trials: effective, sharpeVariance };
  const resampling = resamplingOf(returns.length, settings.seed);
  const unvalidated = unvalidatedOf(trialCount, settings.mode);
  const figures: LuckFigures = {
    trialCount,
    effectiveTrials: effective,
    expectedMaxSharpe: finiteOrNaN(sharpeOfLuck(selection) * Math.sqrt(periodsPerYear)),
    probabilisticSharpe: probabilisticSharpe(estimate, 0),
    deflatedSharpe: deflatedSharpe(estimate, selection),
    deflatedSharpeAllTrials: deflatedSharpe(estimate, { trials: trialCount, sharpeVariance }),
    minTrackRecordLength: minTrackRecordLength(estimate, 0, CONFIDENCE),
    ...validated(sums, sharpes.length, unvalidated === null ? settings.findWinners : null),
    plateauScore: plateauScore(table.grid, table.columns[objective], best),
    ...intervals(returns, rates, resampling),
    luckProbability: luckProbability(timingReturns(sweep.returns, holding, riskFreePerPeriod), timingLikeness),
  };
  const verdict = verdictOf(figures, {
    bars: trials.bars,
    traded: trials.fills.filter((fills) => fills > 0).length,
    judged: sharpes.length,
    objective,
    trades: trials.trades[best]!,
    hasBest: !Number.isNaN(table.columns[objective][best]!),
    sharpe: estimate.sharpe * Math.sqrt(periodsPerYear),
    unvalidated,
  });
  return { ...figures, verdict, resampling };
}

function excessSums({ table, trials, rates }: JudgedSweep): BlockSums {
  const { length: blockLength } = blocksOf(trials.bars);
  const sums = { sums: trials.blockSums, trials: table.grid.trials, blocks: BLOCKS, blockLength };
  return inExcessOf(rates.riskFreePerPeriod, sums);
}

/** Sums of a return series by block; a missing return counts as 0. */
function blockReturns(returns: Float64Array): Float64Array {
  const values = returns.map((r) => (Number.isNaN(r) ? 0 : r));
  return blockSumsOf({ values, rows: values.length, columns: 1 }, BLOCKS).sums.filter((_, i) => i % 2 === 0);
}

/** Why cross-validation is left out, for people; null where it is not. */
function unvalidatedOf(trials: number, mode: LuckSettings["mode"]): string | null {
  if (mode === "fast") return "It was not cross-validated, as asked.";
  const most = count(MOST_CROSS_VALIDATED);
  return trials > MOST_CROSS_VALIDATED ? `It was not cross-validated: there are more than ${most} combinations.` : null;
}

/** The figures of cross-validation; undefined without `findWinners`, or where there are not two trials to rank and two returns in a half. */
function validated(sums: BlockSums, judged: number, findWinners: FindWinners | null) {
  const possible = judged >= 2 && (BLOCKS / 2) * sums.blockLength >= 2;
  const found = possible && findWinners !== null ? crossValidate(sums, findWinners) : undefined;
  return {
    probabilityOfBacktestOverfitting: found?.probabilityOfOverfitting ?? Number.NaN,
    probabilityOfLoss: found?.probabilityOfLoss ?? Number.NaN,
    degradationSlope: found?.degradationSlope ?? Number.NaN,
  };
}

function resamplingOf(n: number, seed: number): Resampling {
  const affordable = Math.max(LEAST_RESAMPLES, Math.floor(MOST_DRAWN / n));
  return { seed, meanBlock: Math.max(1, Math.cbrt(n)), resamples: Math.min(RESAMPLES, affordable) };
}

/** Percentile intervals of the annualised Sharpe ratio and of the total return. */
function intervals(returns: Float64Array, { riskFreePerPeriod, periodsPerYear }: Rates, resampling: Resampling) {
  const sharpes = new Float64Array(resampling.resamples);
  const totals = new Float64Array(resampling.resamples);
  resample(returns, resampling, (sample, k) => {
    sharpes[k] = ratio(mean(sample) - riskFreePerPeriod, standardDeviation(sample)) * Math.sqrt(periodsPerYear);
    totals[k] = finiteOrNaN(equityOf(sample)[sample.length]! - 1);
  });
  return { sharpeCi: percentileInterval(sharpes, CONFIDENCE), returnCi: percentileInterval(totals, CONFIDENCE) };
}
