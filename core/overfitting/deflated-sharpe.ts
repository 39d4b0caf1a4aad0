import { probabilisticSharpe, type SharpeEstimate } from "../statistics/probabilistic-sharpe.ts";
import { expectedMaxSharpe } from "./expected-max-sharpe.ts";

/** What was tried besides the best. */
export interface Selection {
  /** Number of independent trials, >= 1, not necessarily whole; NaN where it is unknown. */
  readonly trials: number;
  /** Variance (n - 1) of the trials' Sharpe ratios, per period. */
  readonly sharpeVariance: number;
}

/** The Sharpe ratio that the best of trials without skill is expected to show, per period; NaN when either number is, 0 for one trial. */
export function sharpeOfLuck({ trials, sharpeVariance }: Selection): number {
  if (trials === 1) return 0;
  return Number.isNaN(trials) ? Number.NaN : Math.sqrt(sharpeVariance) * expectedMaxSharpe(trials);
}

/**
 * Probability that the true Sharpe ratio of the best trial exceeds what luck alone gives the best of so many.
 *
 * @returns 0 to 1; NaN as `probabilisticSharpe`, and where `sharpeOfLuck` is
 * @see Bailey and López de Prado, "The Deflated Sharpe Ratio", Journal of Portfolio Management 40(5), 2014
 */
export function deflatedSharpe(best: SharpeEstimate, selection: Selection): number {
  return probabilisticSharpe(best, sharpeOfLuck(selection));
}
