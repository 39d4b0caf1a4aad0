import { compareAverages } from "./tie.ts";
import { type Weighting, WindowSum, weightOf } from "./window-sum.ts";

/**
 * Doubles settle only differences above this fraction of the largest product of sums that a block can hold; what is closer is
 * settled in double-double. With u = 2^-53 and windows up to 5,000, the error of a sum relative to (weights * highest price) is
 * at most (2 * 4096 + 5000) u for equal weights (two roundings a step, and those of the fresh sum) and 19,000 u for linear ones
 * (2 * block^2 / (fast + 1) + 3 * block + 5000); the difference takes two of them: below 4.3e-12.
 */
const NEAR_FRACTION = 1e-11;

/** Bars between two fresh sums of equal weights. */
const EQUAL_BLOCK = 4096;

/** The same for linear weights, whose error grows with the square of the block over the window. */
function linearBlock(fast: number): number {
  return Math.min(Math.floor(Math.sqrt(4000 * (fast + 1))), 2048);
}

/**
 * Writes 1 where the simple average of `fast` values is above that of `slow` values, -1 where below, 0 where equal, for the
 * bars from `from` on that have both: states[i - from] belongs to bar i. Rolling sums in doubles, near-ties exactly; O(n).
 *
 * @param values length n, finite and > 0
 * @param states length n - from; bars before slow - 1 are left as they are
 */
export function crossSimple(values: Float64Array, fast: number, slow: number, from: number, states: Int8Array): void {
  const n = values.length;
  const exact = new ExactCross(values, fast, slow, "equal");
  for (let start = Math.max(from, slow - 1); start < n; start += EQUAL_BLOCK) {
    const end = Math.min(start + EQUAL_BLOCK, n);
    const near = NEAR_FRACTION * fast * slow * highest(values, start - slow + 1, end);
    let fastSum = sum(values, start - fast + 1, start + 1);
    let slowSum = sum(values, start - slow + 1, start + 1);
    for (let i = start; ; ) {
      const difference = fastSum * slow - slowSum * fast;
      if (difference > near) states[i - from] = 1;
      else if (difference < -near) states[i - from] = -1;
      else states[i - from] = exact.compareAt(i);
      if (++i === end) break;
      const entering = values[i]!;
      fastSum += entering - values[i - fast]!;
      slowSum += entering - values[i - slow]!;
    }
  }
}

/** The same for averages with linear weights. */
export function crossWeighted(values: Float64Array, fast: number, slow: number, from: number, states: Int8Array): void {
  const n = values.length;
  const fastWeight = weightOf("linear", fast);
  const slowWeight = weightOf("linear", slow);
  const exact = new ExactCross(values, fast, slow, "linear");
  const block = linearBlock(fast);
  for (let start = Math.max(from, slow - 1); start < n; start += block) {
    const end = Math.min(start + block, n);
    const near = NEAR_FRACTION * fastWeight * slowWeight * highest(values, start - slow + 1, end);
    let fastSum = sum(values, start - fast + 1, start + 1);
    let slowSum = sum(values, start - slow + 1, start + 1);
    let fastWeighted = weightedSum(values, start - fast + 1, start + 1);
    let slowWeighted = weightedSum(values, start - slow + 1, start + 1);
    for (let i = start; ; ) {
      const difference = fastWeighted * slowWeight - slowWeighted * fastWeight;
      if (difference > near) states[i - from] = 1;
      else if (difference < -near) states[i - from] = -1;
      else states[i - from] = exact.compareAt(i);
      if (++i === end) break;
      const entering = values[i]!;
      fastWeighted += fast * entering - fastSum;
      slowWeighted += slow * entering - slowSum;
      fastSum += entering - values[i - fast]!;
      slowSum += entering - values[i - slow]!;
    }
  }
}

/** Both averages in double-double, on demand. */
class ExactCross {
  private readonly fastSum: WindowSum;
  private readonly slowSum: WindowSum;
  private readonly fastWeight: number;
  private readonly slowWeight: number;

  constructor(values: Float64Array, fast: number, slow: number, weighting: Weighting) {
    this.fastSum = new WindowSum(values, fast, weighting);
    this.slowSum = new WindowSum(values, slow, weighting);
    this.fastWeight = weightOf(weighting, fast);
    this.slowWeight = weightOf(weighting, slow);
  }

  compareAt(bar: number): -1 | 0 | 1 {
    return compareAverages(this.fastSum.moveTo(bar), this.fastWeight, this.slowSum.moveTo(bar), this.slowWeight);
  }
}

function sum(values: Float64Array, from: number, to: number): number {
  let total = 0;
  for (let i = from; i < to; i++) total += values[i]!;
  return total;
}

function weightedSum(values: Float64Array, from: number, to: number): number {
  let total = 0;
  for (let i = from; i < to; i++) total += values[i]! * (i - from + 1);
  return total;
}

/** Largest of values[from, to), in four lanes: the comparisons of one lane wait for each other. */
function highest(values: Float64Array, from: number, to: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = from;
  for (; i + 3 < to; i += 4) {
    if (values[i]! > a) a = values[i]!;
    if (values[i + 1]! > b) b = values[i + 1]!;
    if (values[i + 2]! > c) c = values[i + 2]!;
    if (values[i + 3]! > d) d = values[i + 3]!;
  }
  for (; i < to; i++) if (values[i]! > a) a = values[i]!;
  return Math.max(a, b, c, d);
}
