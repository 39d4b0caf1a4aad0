import { type Grid, paramsOf } from "../../core/sweep/grid.ts";
import { BLOCKS, TRIAL_FIGURES, type Trials } from "../../core/sweep/trials.ts";
import type { Agreement } from "./spec.ts";

const EXACT: readonly string[] = ["fills", "trades", "winners", "heldBars", "ledger"];
const TOLERANCE = 1e-9;

/**
 * Compares trials with single runs: counts and the fingerprint of the fills exactly, figures within 1e-9 relative. A block's sum of returns may cancel: it may
 * also differ by 1e-11 of the root of its sum of squares.
 * @param grid   of the single runs
 * @param single trial k of these
 * @param got    is trial k x stride of those
 * @throws {Error} telling the first figure that differs
 */
export function agreementOf(grid: Grid, single: Trials, got: Trials, stride: number): Agreement {
  let largest = 0;
  const trials = single.trades.length;
  for (let k = 0; k < trials; k++) {
    for (const name of TRIAL_FIGURES) {
      const [want, found] = [single[name][k]!, got[name][k * stride]!];
      if (Object.is(want, found)) continue;
      const difference = Math.abs(found - want) / Math.abs(want);
      if (!(difference <= (EXACT.includes(name) ? 0 : TOLERANCE)))
        throw new Error(`${name} of ${JSON.stringify(paramsOf(grid, k))}: single run ${want}, ${got.kernel} ${found}`);
      largest = Math.max(largest, difference);
    }
    for (let at = 0; at < BLOCKS * 2; at++) {
      const [want, found] = [single.blockSums[k * BLOCKS * 2 + at]!, got.blockSums[k * stride * BLOCKS * 2 + at]!];
      const cancelled = at % 2 === 0 ? 1e-11 * Math.sqrt(single.blockSums[k * BLOCKS * 2 + at + 1]!) : 0;
      if (!(Math.abs(found - want) <= TOLERANCE * Math.abs(want) + cancelled + 1e-14))
        throw new Error(`block sum ${at} of ${JSON.stringify(paramsOf(grid, k))}: single run ${want}, ${got.kernel} ${found}`);
    }
  }
  return { trials, largest };
}
