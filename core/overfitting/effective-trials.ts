import { ZERO_DISPERSION } from "../engine/abi.ts";
import type { BlockSums } from "./block-sums.ts";

/** How alike the trials are. */
export interface Likeness {
  /** Trials whose returns by block differ at all: one that never traded could not have been the best, and has no correlation. */
  readonly differing: number;
  /** Mean correlation over all pairs of them, 0 to 1: below 0 counts as 0; NaN with fewer than two. */
  readonly correlation: number;
}

/**
 * The mean correlation over all pairs of trials of their returns by block.
 *
 * No pair is looked at: with every trial's block returns standardised to z (mean 0, length 1), the pairs' correlations add up to (|sum of z|^2 - M) / 2.
 *
 * @param holding returns of holding by block, length blocks: what follows from them (least squares) is taken out of every trial first
 * Complexity: trials x blocks.
 */
export function likenessOf({ sums, trials, blocks }: BlockSums, holding: Float64Array = new Float64Array(blocks)): Likeness {
  const market = holding.slice();
  centre(market);
  const moves = dot(market, market);
  const z = new Float64Array(blocks);
  const total = new Float64Array(blocks);
  let differing = 0;
  for (let trial = 0; trial < trials; trial++) {
    for (let k = 0; k < blocks; k++) z[k] = sums[(trial * blocks + k) * 2]!;
    centre(z);
    const share = moves > 0 ? dot(z, market) / moves : 0;
    for (let k = 0; k < blocks; k++) z[k]! -= share * market[k]!;
    const length = Math.sqrt(dot(z, z));
    if (!(length > ZERO_DISPERSION)) continue;
    differing++;
    for (let k = 0; k < blocks; k++) total[k]! += z[k]! / length;
  }
  if (differing < 2) return { differing, correlation: Number.NaN };
  const correlation = (dot(total, total) - differing) / (differing * (differing - 1));
  return { differing, correlation: Math.min(1, Math.max(0, correlation)) };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}

function centre(values: Float64Array): void {
  let center = 0;
  for (let k = 0; k < values.length; k++) center += values[k]! / values.length;
  for (let k = 0; k < values.length; k++) values[k]! -= center;
}

/** How many independent trials a number of correlated ones amount to: 1 + (M - 1)(1 - rho), 1 to M; NaN when M is 0. */
export function effectiveTrials({ differing, correlation }: Likeness): number {
  if (differing <= 1) return differing === 1 ? 1 : Number.NaN;
  return 1 + (differing - 1) * (1 - correlation);
}
