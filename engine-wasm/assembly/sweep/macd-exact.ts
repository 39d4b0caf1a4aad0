// MACD against its signal line in double-double, as in core/exact/macd-cross.ts, for the words of bars in which doubles cannot tell.
import { hi, lo, multiply, over, plus, plusDouble } from "./double-double";

/**
 * A trial's record: address of its line, of its sets above and below (0: not wanted), the three periods, then the bar that the exact averages stand at (-1:
 * none) and the averages: fast, slow and signal, two doubles each, and the mean scale.
 */
export const MACD_BYTES: usize = 88;
const FAST: usize = 12;
export const SLOW: usize = 16;
export const SIGNAL: usize = 20;
export const AT: usize = 24;
const FAST_MEAN: usize = 32;
const SLOW_MEAN: usize = 48;
const SIGNAL_MEAN: usize = 64;
const SCALE_MEAN: usize = 80;

/** See core/exact/tie.ts. */
const TIE_FRACTION: f64 = 2.5e-16;

/** Results of `decide`: bits of the bars above, and below. */
export let exactAbove: u64 = 0;
export let exactBelow: u64 = 0;

/** Decides the bars [from, to), all in one word and none before slow + signal - 2. Ascending calls carry the averages forward. */
export function decide(record: usize, values: usize, from: i32, to: i32): void {
  const slow = load<i32>(record, SLOW);
  const signal = load<i32>(record, SIGNAL);
  const first = slow + signal - 2;
  exactAbove = 0;
  exactBelow = 0;
  // A signal of one bar is the line itself.
  if (signal == 1) return;
  alphaOf(load<i32>(record, FAST));
  const fastAlphaHi = hi;
  const fastAlphaLo = lo;
  alphaOf(slow);
  const slowAlphaHi = hi;
  const slowAlphaLo = lo;
  alphaOf(signal);
  const signalAlphaHi = hi;
  const signalAlphaLo = lo;
  const signalAlpha = 2 / (<f64>signal + 1);
  const seeded = load<i32>(record, AT) >= 0;
  if (!seeded) seed(record, values, slow);
  let fastHi = load<f64>(record, FAST_MEAN);
  let fastLo = load<f64>(record, FAST_MEAN + 8);
  let slowHi = load<f64>(record, SLOW_MEAN);
  let slowLo = load<f64>(record, SLOW_MEAN + 8);
  let signalHi = load<f64>(record, SIGNAL_MEAN);
  let signalLo = load<f64>(record, SIGNAL_MEAN + 8);
  let scaleMean = load<f64>(record, SCALE_MEAN);
  for (let bar = seeded ? load<i32>(record, AT) + 1 : slow - 1; bar < to; bar++) {
    if (bar >= slow) {
      const value = load<f64>(values + (<usize>bar << 3));
      next(fastHi, fastLo, value, 0, fastAlphaHi, fastAlphaLo);
      fastHi = hi;
      fastLo = lo;
      next(slowHi, slowLo, value, 0, slowAlphaHi, slowAlphaLo);
      slowHi = hi;
      slowLo = lo;
    }
    const scale = fastHi + slowHi;
    plus(fastHi, fastLo, -slowHi, -slowLo);
    const lineHi = hi;
    const lineLo = lo;
    if (bar <= first) {
      plus(signalHi, signalLo, lineHi, lineLo);
      scaleMean += scale / <f64>signal;
      if (bar == first) over(hi, lo, <f64>signal);
    } else {
      next(signalHi, signalLo, lineHi, lineLo, signalAlphaHi, signalAlphaLo);
      scaleMean += signalAlpha * (scale - scaleMean);
    }
    signalHi = hi;
    signalLo = lo;
    if (bar < from) continue;
    plus(lineHi, lineLo, -signalHi, -signalLo);
    const tolerance = (TIE_FRACTION / 2) * (scale + scaleMean);
    exactAbove |= <u64>(hi > tolerance) << (bar & 63);
    exactBelow |= <u64>(hi < -tolerance) << (bar & 63);
  }
  store<f64>(record, fastHi, FAST_MEAN);
  store<f64>(record, fastLo, FAST_MEAN + 8);
  store<f64>(record, slowHi, SLOW_MEAN);
  store<f64>(record, slowLo, SLOW_MEAN + 8);
  store<f64>(record, signalHi, SIGNAL_MEAN);
  store<f64>(record, signalLo, SIGNAL_MEAN + 8);
  store<f64>(record, scaleMean, SCALE_MEAN);
  store<i32>(record, to - 1, AT);
}

function seed(record: usize, values: usize, slow: i32): void {
  mean(values, slow - load<i32>(record, FAST), slow);
  store<f64>(record, hi, FAST_MEAN);
  store<f64>(record, lo, FAST_MEAN + 8);
  mean(values, 0, slow);
  store<f64>(record, hi, SLOW_MEAN);
  store<f64>(record, lo, SLOW_MEAN + 8);
  store<f64>(record, 0, SIGNAL_MEAN);
  store<f64>(record, 0, SIGNAL_MEAN + 8);
  store<f64>(record, 0, SCALE_MEAN);
}

/** Mean of values[from, to), into `hi` and `lo`. */
export function mean(values: usize, from: i32, to: i32): void {
  let sumHi: f64 = 0;
  let sumLo: f64 = 0;
  for (let i = from; i < to; i++) {
    plusDouble(sumHi, sumLo, load<f64>(values + (<usize>i << 3)));
    sumHi = hi;
    sumLo = lo;
  }
  over(sumHi, sumLo, <f64>(to - from));
}

/** 2 / (period + 1), into `hi` and `lo`. */
function alphaOf(period: i32): void {
  over(2, 0, <f64>period + 1);
}

/** before + alpha * (value - before), into `hi` and `lo`. */
function next(beforeHi: f64, beforeLo: f64, valueHi: f64, valueLo: f64, alphaHi: f64, alphaLo: f64): void {
  plus(valueHi, valueLo, -beforeHi, -beforeLo);
  multiply(hi, lo, alphaHi, alphaLo);
  plus(beforeHi, beforeLo, hi, lo);
}
