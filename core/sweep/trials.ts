/** Blocks of bars for which a sweep keeps sums of returns: combinatorially symmetric cross-validation takes half of them at a time. */
export const BLOCKS = 16;

/** What a sweeper finds for every trial, one double each; NaN is undefined. */
export const TRIAL_FIGURES = [
  "totalReturn",
  "sharpe",
  "sortino",
  /** Sample standard deviation of the returns, per period. */
  "volatility",
  "maxDrawdown",
  "fills",
  "trades",
  "winners",
  "grossProfit",
  "grossLoss",
  "heldBars",
  /** Fingerprint of the fills: see `ledgerOf`. */
  "ledger",
] as const;
export type TrialFigure = (typeof TRIAL_FIGURES)[number];

/** Every trial of a sweep in grid order: columns of length `trials`. */
export interface Trials extends Readonly<Record<TrialFigure, Float64Array>> {
  /** Bars of the range. */
  readonly bars: number;
  /**
   * Length trials x BLOCKS x 2: for each trial and block the sum of the returns and the sum of their squares. The blocks hold floor(bars / BLOCKS) bars
   * each; the oldest bars mod BLOCKS belong to none. All 0 where there are fewer bars than blocks.
   */
  readonly blockSums: Float64Array;
  /** Which kernel ran. */
  readonly kernel: SweepKernel;
  /** Trials that the kernel left to single runs, because their figures lie within rounding of a threshold. */
  readonly recomputed: number;
}

/** `plain` runs every trial as a single run. */
export const SWEEP_KERNELS = ["sorted", "sparse", "dense", "plain"] as const;
export type SweepKernel = (typeof SWEEP_KERNELS)[number];

/** Bars in a block, and the first bar of the first one; 0 bars where there are fewer than BLOCKS. */
export function blocksOf(bars: number): { readonly length: number; readonly first: number } {
  return { length: Math.floor(bars / BLOCKS), first: bars % BLOCKS };
}

/** A fingerprint of no fills. */
export const LEDGER_START = 0x811c9dc5;

/**
 * The fingerprint with one more fill: FNV-1a over 2 x bar + (1 for a buy). Two trials with equal fingerprints have, but for a chance of 2^-32, their fills at
 * the same bars on the same sides.
 *
 * @param bar counted from the first bar of the range
 */
export function ledgerOf(before: number, bar: number, buy: boolean): number {
  return Math.imul(before ^ (2 * bar + (buy ? 1 : 0)), 0x01000193) >>> 0;
}
