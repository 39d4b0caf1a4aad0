// MACD against its signal line, one trial and one word of 64 bars at a time: where a trial begins, where the bars end, and how a word is stored.
import { setBytes, span } from "./bits";
import { decide, exactAbove, exactBelow, SIGNAL, SLOW } from "./macd-exact";

const ABOVE: usize = 4;
const BELOW: usize = 8;

/** As in core/exact/ema-cross.ts: errors of an average over 1 / alpha, as a fraction of the averages. */
const NEAR_FRACTION_BY_ALPHA: f64 = 2e-14;

let values: usize = 0;
let n: i32 = 0;
let peaks: usize = 0;

export function bindWords(closes: usize, bars: i32, peaksAt: usize): void {
  values = closes;
  n = bars;
  peaks = peaksAt;
}

// @ts-ignore: decorator
@inline
export function firstOf(trial: usize): i32 {
  return load<i32>(trial, SLOW) + load<i32>(trial, SIGNAL) - 2;
}

// @ts-ignore: decorator
@inline
export function alphaOf(trial: usize): f64 {
  return 2 / (<f64>load<i32>(trial, SIGNAL) + 1);
}

/** What is too near, as a multiple of the highest price so far: at most five times it are four averages and their means. */
export function nearOf(trial: usize): f64 {
  const alpha = alphaOf(trial);
  const slowAlpha = 2 / (<f64>load<i32>(trial, SLOW) + 1);
  return (5 * (NEAR_FRACTION_BY_ALPHA / slowAlpha + NEAR_FRACTION_BY_ALPHA / alpha)) / (1 - alpha);
}

/** Stores the bars [from, to) of one word; the others of the word belong to neither set. */
// @ts-ignore: decorator
@inline
export function finish(trial: usize, from: i32, to: i32, negative: u64, near: bool): void {
  const at = <usize>(from >>> 6) << 3;
  let above = ~negative & span(from, to);
  let below = negative;
  if (near) {
    decide(trial, values, from, to);
    above = exactAbove;
    below = exactBelow;
  }
  store<u64>(load<usize>(trial, ABOVE) + at, above);
  const belows = load<usize>(trial, BELOW);
  if (belows != 0) store<u64>(belows + at, below);
}

/** Seeds the signal line and stores the words before bar `end`, which is n or begins a word; returns the signal at its last bar. */
export function begin(trial: usize, end: i32): f64 {
  const line = load<usize>(trial);
  const first = firstOf(trial);
  const signal = load<i32>(trial, SIGNAL);
  const empty = first >= n ? setBytes(n) : <usize>(first >>> 6) << 3;
  memory.fill(load<usize>(trial, ABOVE), 0, empty);
  if (load<usize>(trial, BELOW) != 0) memory.fill(load<usize>(trial, BELOW), 0, empty);
  if (first >= n) return 0;
  let average: f64 = 0;
  for (let i = first - signal + 1; i <= first; i++) average += load<f64>(line + (<usize>i << 3)) / <f64>signal;
  for (let bar = first; bar < end; bar = (bar + 64) & ~63) average = word(trial, bar, min((bar + 64) & ~63, end), average);
  return average;
}

/** Stores the word of the bars [from, to), given the signal before them (at the first bar of all, there); returns it at their last. */
export function word(trial: usize, from: i32, to: i32, before: f64): f64 {
  const line = load<usize>(trial);
  const alpha = alphaOf(trial);
  const first = firstOf(trial);
  const near = nearOf(trial) * load<f64>(peaks + (<usize>(from >>> 6) << 3));
  let average = before;
  let negative: u64 = 0;
  let least = Infinity;
  for (let bar = from; bar < to; bar++) {
    const step = load<f64>(line + (<usize>bar << 3)) - average;
    negative |= <u64>(step < 0) << (bar & 63);
    least = min(least, abs(step));
    if (bar != first) average += alpha * step;
  }
  finish(trial, from, to, negative, least <= near);
  return average;
}
