import { ExactEma } from "./exact-ema.ts";
import { meanOf } from "./mean.ts";
import { compareAverages } from "./tie.ts";

/**
 * Doubles settle only differences above this, over alpha, as a fraction of the averages. A step of prev + alpha * (x - prev)
 * adds an error of at most 4 u times the average, u = 2^-53 (7 u for period 2), and shrinks the errors before it as it shrinks
 * the weight of the old prices; so the error stays below 4 u / alpha * (1 + ln(fall)) of the average, where `fall` is the factor
 * by which it has come down from its peak. 45 times 4 u makes that safe for any fall below 1e19.
 */
export const NEAR_FRACTION_BY_ALPHA = 2e-14;

/**
 * Writes 1 where the exponential average of `fast` values is above that of `slow` values, -1 where below, 0 where equal, for
 * the bars from `from` on that have both: states[i - from] belongs to bar i. Near-ties exactly; O(n).
 *
 * @param values length n, finite and > 0
 * @param states length n - from; bars before slow - 1 are left as they are
 */
export function crossExponential(values: Float64Array, fast: number, slow: number, from: number, states: Int8Array): void {
  const n = values.length;
  if (slow > n) return;
  const exactFast = new ExactEma(values, fast, fast - 1);
  const exactSlow = new ExactEma(values, slow, slow - 1);
  const fastAlpha = 2 / (fast + 1);
  const slowAlpha = 2 / (slow + 1);
  const nearFraction = NEAR_FRACTION_BY_ALPHA / slowAlpha;
  let fastMean = meanOf(values, 0, fast);
  for (let i = fast; i < slow; i++) fastMean = nextMean(fastMean, values[i]!, fastAlpha);
  let slowMean = meanOf(values, 0, slow);
  for (let i = slow - 1; ; ) {
    if (i >= from) {
      const difference = fastMean - slowMean;
      const near = nearFraction * (fastMean + slowMean);
      if (difference > near) states[i - from] = 1;
      else if (difference < -near) states[i - from] = -1;
      else states[i - from] = compareAverages(exactFast.moveTo(i), 1, exactSlow.moveTo(i), 1);
    }
    if (++i === n) break;
    fastMean = nextMean(fastMean, values[i]!, fastAlpha);
    slowMean = nextMean(slowMean, values[i]!, slowAlpha);
  }
}

/** One step of an exponential average; with alpha 1 it is the value itself, free of rounding. */
export function nextMean(mean: number, value: number, alpha: number): number {
  return alpha === 1 ? value : mean + alpha * (value - mean);
}
