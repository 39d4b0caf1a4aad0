import { mean, sumOfProducts } from "../statistics/moments.ts";
import { ratio } from "../statistics/ratio.ts";
import type { BlockSums } from "./block-sums.ts";
import { type FindWinners, sharpeOver, splitsOf } from "./splits.ts";

/** What combinatorially symmetric cross-validation found; the columns hold one value a split, in the order of `splitsOf`. */
export interface CrossValidation {
  /** Share of splits in which the best in sample is, out of sample, no better than the middle of the trials. */
  readonly probabilityOfOverfitting: number;
  /** Share of splits in which the best in sample has a negative Sharpe ratio out of sample. */
  readonly probabilityOfLoss: number;
  /** Least squares line of the out-of-sample on the in-sample Sharpe ratios of the best; NaN where those in sample do not differ. */
  readonly degradationSlope: number;
  readonly degradationIntercept: number;
  /** ln(w / (1 - w)), w = rank / (trials + 1), rank out of sample of the best in sample. */
  readonly logits: Float64Array;
  /** Sharpe ratios of the best, per period. */
  readonly inSample: Float64Array;
  readonly outOfSample: Float64Array;
  readonly best: Int32Array;
  readonly rank: Float64Array;
}

/**
 * Combinatorially symmetric cross-validation: every choice of half of the blocks is in-sample once, the rest out of sample. A Sharpe ratio without dispersion
 * counts as 0.
 *
 * @param blockSums   at least one trial and two returns in each half
 * @param findWinners `findWinners` of splits.ts, or a kernel that keeps the same promise
 * @throws {RangeError} when there is no trial or fewer than two returns in a half
 * @see Bailey, Borwein, López de Prado and Zhu, "The Probability of Backtest Overfitting", Journal of Computational Finance 20(4), 2017
 */
export function crossValidate(blockSums: BlockSums, findWinners: FindWinners): CrossValidation {
  const { trials, blocks, blockLength } = blockSums;
  const n = (blocks / 2) * blockLength;
  if (trials < 1 || n < 2) throw new RangeError(`cross-validation needs a trial and 2 returns in a half, got ${trials}, ${n}`);
  const { best, rank } = findWinners(blockSums);
  const { count, low, high } = splitsOf(blocks);
  const inSample = Float64Array.from(best, (trial, i) => sharpeOver(blockSums, trial, low[i]!, high[i]!));
  const outOfSample = Float64Array.from(best, (trial, i) =>
    sharpeOver(blockSums, trial, low[count - 1 - i]!, high[count - 1 - i]!),
  );
  const meanIn = mean(inSample);
  const meanOut = mean(outOfSample);
  const slope = ratio(sumOfProducts(inSample, meanIn, outOfSample, meanOut), sumOfProducts(inSample, meanIn, inSample, meanIn));
  return {
    probabilityOfOverfitting: share(rank, (one) => 2 * one <= trials + 1),
    probabilityOfLoss: share(outOfSample, (one) => one < 0),
    degradationSlope: slope,
    degradationIntercept: meanOut - slope * meanIn,
    logits: rank.map((one) => Math.log(one / (trials + 1 - one))),
    inSample,
    outOfSample,
    best,
    rank,
  };
}

function share(values: Float64Array, holds: (value: number) => boolean): number {
  let count = 0;
  for (const value of values) if (holds(value)) count++;
  return count / values.length;
}
