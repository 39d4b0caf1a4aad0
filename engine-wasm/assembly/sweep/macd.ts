// MACD and its signal line: four lines at a time, then eight trials at a time, because each recurrence waits for its last step. Signs as core/exact/macd-cross.ts
// has them: a word of 64 bars in which one is too close to call is decided in double-double.
import { hi } from "./double-double";
import { AT, MACD_BYTES, mean } from "./macd-exact";
import { alphaOf, begin, bindWords, finish, firstOf, nearOf, word } from "./macd-words";

/** Address of a line, its fast and its slow period: three i32. */
const LINE_BYTES: usize = 12;
const FAST: usize = 4;
const SLOW: usize = 8;
const SIGN_BIT: i32 = i32.MIN_VALUE;

/** For each word of 64 bars the highest value up to its end: ceil(n / 64) doubles. */
export function runningPeaks(out: usize, values: usize, n: i32): void {
  let peak: f64 = 0;
  for (let i = 0; i < n; i++) {
    peak = max(peak, load<f64>(values + (<usize>i << 3)));
    store<f64>(out + (<usize>(i >>> 6) << 3), peak);
  }
}

/**
 * Fast minus slow average, both from bar slow - 1 on; what lies before is left as it is.
 *
 * @param lines  `count` records of LINE_BYTES: the line's address (n doubles), fast, slow, with fast <= slow
 * @param values n prices
 */
export function macdLines(lines: usize, count: i32, values: usize, n: i32): void {
  for (let k = 0; k < count; k += 4) {
    const a = lineAt(lines, count, k);
    const b = lineAt(lines, count, k + 1);
    const c = lineAt(lines, count, k + 2);
    const d = lineAt(lines, count, k + 3);
    const start = max(max(slowOf(a), slowOf(b)), max(slowOf(c), slowOf(d)));
    const end = min(start, n);
    let meansA = lineUpTo(a, values, end);
    let meansB = lineUpTo(b, values, end);
    let meansC = lineUpTo(c, values, end);
    let meansD = lineUpTo(d, values, end);
    const alphasA = alphasOf(a);
    const alphasB = alphasOf(b);
    const alphasC = alphasOf(c);
    const alphasD = alphasOf(d);
    const outA = load<usize>(a);
    const outB = load<usize>(b);
    const outC = load<usize>(c);
    const outD = load<usize>(d);
    for (let i = <usize>end << 3; i < <usize>n << 3; i += 8) {
      const value = v128.load64_splat(values + i);
      meansA = next(meansA, alphasA, value);
      meansB = next(meansB, alphasB, value);
      meansC = next(meansC, alphasC, value);
      meansD = next(meansD, alphasD, value);
      store<f64>(outA + i, difference(meansA));
      store<f64>(outB + i, difference(meansB));
      store<f64>(outC + i, difference(meansC));
      store<f64>(outD + i, difference(meansD));
    }
  }
}

// @ts-ignore: decorator
@inline
function lineAt(lines: usize, count: i32, k: i32): usize {
  return lines + <usize>min(k, count - 1) * LINE_BYTES;
}

// @ts-ignore: decorator
@inline
function slowOf(line: usize): i32 {
  return load<i32>(line, SLOW);
}

/** (fast, slow) */
function alphasOf(line: usize): v128 {
  return f64x2.replace_lane(f64x2.splat(2 / (<f64>load<i32>(line, FAST) + 1)), 1, 2 / (<f64>load<i32>(line, SLOW) + 1));
}

/** Writes the bars before `end` and returns the averages, fast and slow, at the last of them. */
function lineUpTo(line: usize, values: usize, end: i32): v128 {
  const out = load<usize>(line);
  const slow = slowOf(line);
  if (slow > end) return f64x2.splat(0);
  mean(values, slow - load<i32>(line, FAST), slow);
  const fastMean = hi;
  mean(values, 0, slow);
  let means = f64x2.replace_lane(f64x2.splat(fastMean), 1, hi);
  const alphas = alphasOf(line);
  store<f64>(out + (<usize>(slow - 1) << 3), difference(means));
  for (let i = slow; i < end; i++) {
    means = next(means, alphas, v128.load64_splat(values + (<usize>i << 3)));
    store<f64>(out + (<usize>i << 3), difference(means));
  }
  return means;
}

// @ts-ignore: decorator
@inline
function next(before: v128, alpha: v128, value: v128): v128 {
  return f64x2.add(before, f64x2.mul(alpha, f64x2.sub(value, before)));
}

// @ts-ignore: decorator
@inline
function difference(means: v128): f64 {
  return f64x2.extract_lane(means, 0) - f64x2.extract_lane(means, 1);
}

/**
 * The bars at which MACD is above its signal line, and below, from bar slow + signal - 2 on, for `count` trials.
 *
 * The signal's step moves it towards the line and never past it, so that the sign of line - signal before the step is the sign after it; the distance shrinks
 * by 1 - alpha. Prices up to a bar bound the averages, so that their running peak bounds the errors.
 *
 * @param trials  `count` records of MACD_BYTES: address of the line as `macdLines` wrote it, of the sets above and below (below 0: not wanted), fast, slow,
 *                signal; the rest of a record is written here. Trials of one line, then of near windows, best stand together
 * @param closes  n prices
 * @param peaks   as `runningPeaks` wrote them
 */
export function macdBits(trials: usize, count: i32, closes: usize, n: i32, peaks: usize): void {
  bindWords(closes, n, peaks);
  for (let k = 0; k < count; k++) store<i32>(trials + <usize>k * MACD_BYTES, -1, AT);
  for (let k = 0; k < count; k += 8) eight(trials + <usize>k * MACD_BYTES, min(count - k, 8), n, peaks);
}

// @ts-ignore: decorator
@inline
function trialAt(trials: usize, count: i32, k: i32): usize {
  return trials + <usize>min(k, count - 1) * MACD_BYTES;
}

// @ts-ignore: decorator
@inline
function both(a: f64, b: f64): v128 {
  return f64x2.replace_lane(f64x2.splat(a), 1, b);
}

// @ts-ignore: decorator
@inline
function pair(a: usize, b: usize): v128 {
  return v128.load64_lane(b, v128.load64_zero(a), 1);
}

function eight(trials: usize, count: i32, n: i32, peaks: usize): void {
  const t0 = trialAt(trials, count, 0);
  const t1 = trialAt(trials, count, 1);
  const t2 = trialAt(trials, count, 2);
  const t3 = trialAt(trials, count, 3);
  const t4 = trialAt(trials, count, 4);
  const t5 = trialAt(trials, count, 5);
  const t6 = trialAt(trials, count, 6);
  const t7 = trialAt(trials, count, 7);
  let last = 0;
  for (let k = 0; k < count; k++) last = max(last, firstOf(trialAt(trials, count, k)));
  const start = min((last + 64) & ~63, n);
  let a = both(begin(t0, start), count > 1 ? begin(t1, start) : 0);
  let b = both(count > 2 ? begin(t2, start) : 0, count > 3 ? begin(t3, start) : 0);
  let c = both(count > 4 ? begin(t4, start) : 0, count > 5 ? begin(t5, start) : 0);
  let d = both(count > 6 ? begin(t6, start) : 0, count > 7 ? begin(t7, start) : 0);
  const alphaA = both(alphaOf(t0), alphaOf(t1));
  const alphaB = both(alphaOf(t2), alphaOf(t3));
  const alphaC = both(alphaOf(t4), alphaOf(t5));
  const alphaD = both(alphaOf(t6), alphaOf(t7));
  const nearA = both(nearOf(t0), nearOf(t1));
  const nearB = both(nearOf(t2), nearOf(t3));
  const nearC = both(nearOf(t4), nearOf(t5));
  const nearD = both(nearOf(t6), nearOf(t7));
  const l0 = load<usize>(t0);
  const l1 = load<usize>(t1);
  const l2 = load<usize>(t2);
  const l3 = load<usize>(t3);
  const l4 = load<usize>(t4);
  const l5 = load<usize>(t5);
  const l6 = load<usize>(t6);
  const l7 = load<usize>(t7);
  const sign = i32x4.splat(SIGN_BIT);
  const whole = n & ~63;
  let bar = start;
  for (; bar < whole; bar += 64) {
    let early03 = i32x4.splat(0);
    let early47 = early03;
    let bits03 = early03;
    let bits47 = early03;
    let least03 = i32x4.splat(i32.MAX_VALUE);
    let least47 = least03;
    for (let half = bar; half < bar + 64; half += 32) {
      early03 = bits03;
      early47 = bits47;
      const to = <usize>(half + 32) << 3;
      for (let i = <usize>half << 3; i < to; i += 8) {
        const stepA = f64x2.sub(pair(l0 + i, l1 + i), a);
        const stepB = f64x2.sub(pair(l2 + i, l3 + i), b);
        const stepC = f64x2.sub(pair(l4 + i, l5 + i), c);
        const stepD = f64x2.sub(pair(l6 + i, l7 + i), d);
        a = f64x2.add(a, f64x2.mul(alphaA, stepA));
        b = f64x2.add(b, f64x2.mul(alphaB, stepB));
        c = f64x2.add(c, f64x2.mul(alphaC, stepC));
        d = f64x2.add(d, f64x2.mul(alphaD, stepD));
        const high03 = upperHalves(stepA, stepB);
        const high47 = upperHalves(stepC, stepD);
        bits03 = v128.or(i32x4.shr_u(bits03, 1), v128.and(high03, sign));
        bits47 = v128.or(i32x4.shr_u(bits47, 1), v128.and(high47, sign));
        least03 = i32x4.min_s(least03, v128.andnot(high03, sign));
        least47 = i32x4.min_s(least47, v128.andnot(high47, sign));
      }
    }
    const peak = v128.load64_splat(peaks + (<usize>(bar >>> 6) << 3));
    const near03 = i32x4.le_s(least03, upperHalves(f64x2.mul(nearA, peak), f64x2.mul(nearB, peak)));
    const near47 = i32x4.le_s(least47, upperHalves(f64x2.mul(nearC, peak), f64x2.mul(nearD, peak)));
    finishFour(trials, count, bar, early03, bits03, near03);
    if (count > 4) finishFour(trials + 4 * MACD_BYTES, count - 4, bar, early47, bits47, near47);
  }
  if (bar == n) return;
  word(t0, bar, n, f64x2.extract_lane(a, 0));
  if (count > 1) word(t1, bar, n, f64x2.extract_lane(a, 1));
  if (count > 2) word(t2, bar, n, f64x2.extract_lane(b, 0));
  if (count > 3) word(t3, bar, n, f64x2.extract_lane(b, 1));
  if (count > 4) word(t4, bar, n, f64x2.extract_lane(c, 0));
  if (count > 5) word(t5, bar, n, f64x2.extract_lane(c, 1));
  if (count > 6) word(t6, bar, n, f64x2.extract_lane(d, 0));
  if (count > 7) word(t7, bar, n, f64x2.extract_lane(d, 1));
}

/** Sign, exponent and first digits of four doubles: as whole numbers these are in the order of the doubles, where none is negative. */
// @ts-ignore: decorator
@inline
function upperHalves(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 1, 3, 5, 7);
}

/** The word that begins at `bar` of up to four trials. */
// @ts-ignore: decorator
@inline
function finishFour(trials: usize, count: i32, bar: i32, early: v128, late: v128, near: v128): void {
  finish(trials, bar, bar + 64, wordOf(i32x4.extract_lane(early, 0), i32x4.extract_lane(late, 0)), i32x4.extract_lane(near, 0) != 0);
  if (count > 1) finish(trials + MACD_BYTES, bar, bar + 64, wordOf(i32x4.extract_lane(early, 1), i32x4.extract_lane(late, 1)), i32x4.extract_lane(near, 1) != 0);
  if (count > 2) finish(trials + 2 * MACD_BYTES, bar, bar + 64, wordOf(i32x4.extract_lane(early, 2), i32x4.extract_lane(late, 2)), i32x4.extract_lane(near, 2) != 0);
  if (count > 3) finish(trials + 3 * MACD_BYTES, bar, bar + 64, wordOf(i32x4.extract_lane(early, 3), i32x4.extract_lane(late, 3)), i32x4.extract_lane(near, 3) != 0);
}

// @ts-ignore: decorator
@inline
function wordOf(early: i32, late: i32): u64 {
  return <u64>(<u32>early) | (<u64>(<u32>late) << 32);
}
