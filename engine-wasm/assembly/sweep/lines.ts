// The averages of one family at one bar after another: `values` holds one double a window, shorter windows first.
import { EXPONENTIAL, SIMPLE, WEIGHTED } from "./exact";
import { reserve } from "./memory";

/** Doubles settle differences above this share of the highest close; the errors behind it are counted in core/exact/window-cross.ts. */
const NEAR_FRACTION: f64 = 1e-11;
/** The same for exponential averages, over alpha and of the sum of the two averages: core/exact/ema-cross.ts. */
const NEAR_FRACTION_BY_ALPHA: f64 = 2e-14;
/** Bars between two fresh sums. */
const LONGEST_PIECE: i32 = 8192;

let family: i32 = 0;
let closes: usize = 0;
let windows: usize = 0;
let count: i32 = 0;
let seeds: usize = 0;

/** One double a window. */
export let values: usize = 0;
/** Windows that have a value at the present bar. */
export let ready: i32 = 0;
/** A difference of two values above this is certain. */
export let near: f64 = 0;

let factors: usize = 0;
let sums: usize = 0;
let weighted: usize = 0;
let prefix: usize = 0;
let prefixFrom: i32 = 0;
let longest: i32 = 0;
let highest: f64 = 0;
let restartAt: i32 = 0;
let restartEvery: i32 = 0;

/**
 * @param windowsAt `total` ascending i32
 * @param seedsAt   for exponential averages the exact mean of the first closes, one double a window
 */
export function bindLines(kind: i32, closesAt: usize, windowsAt: usize, total: i32, seedsAt: usize): void {
  family = kind;
  closes = closesAt;
  windows = windowsAt;
  count = total;
  seeds = seedsAt;
  longest = windowOf(total - 1);
  const shortest = windowOf(0);
  restartEvery = family == WEIGHTED ? min(<i32>Math.floor(sqrt(4000.0 * <f64>(shortest + 1))), 2048) : LONGEST_PIECE;
  // Vectors of two read one place more than there may be windows.
  const bytes = <usize>(total + 2) << 3;
  values = reserve(<f64>bytes);
  factors = reserve(<f64>bytes);
  memory.fill(values, 0, bytes);
  memory.fill(factors, 0, bytes);
  if (family == WEIGHTED) {
    sums = reserve(<f64>bytes);
    weighted = reserve(<f64>bytes);
  }
  if (family == SIMPLE) prefix = reserve(<f64>(LONGEST_PIECE + longest + 8) * 8);
  for (let id = 0; id < total; id++) {
    const window = <f64>windowOf(id);
    store<f64>(factors + (<usize>id << 3), family == SIMPLE ? 1 / window : family == WEIGHTED ? 2 / (window * (window + 1)) : 2 / (window + 1));
  }
}

/** Goes to the last bar before `from`, as if all bars up to there had been walked; at most LONGEST_PIECE bars may follow. @param averages the exponential averages there */
export function start(from: i32, to: i32, averages: usize): void {
  ready = 0;
  while (ready < count && windowOf(ready) <= from) ready++;
  highest = 0;
  for (let i = max(0, from - longest); i < to; i++) highest = max(highest, close(i));
  near = NEAR_FRACTION * highest;
  restartAt = from - 1;
  if (family == SIMPLE) {
    prefixFrom = max(0, from - longest);
    let sum: f64 = 0;
    store<f64>(prefix, 0);
    for (let i = prefixFrom; i < to; i++) {
      sum += close(i);
      store<f64>(prefix + (<usize>(i + 1 - prefixFrom) << 3), sum);
    }
  } else if (family == EXPONENTIAL) {
    memory.copy(values, averages, <usize>count << 3);
    let top: f64 = 0;
    for (let id = 0; id < ready; id++) top = max(top, load<f64>(values + (<usize>id << 3)));
    near = nearAverages(top);
  }
  if (from > 0 && family != EXPONENTIAL) settle(from - 1, ready);
}

/** Goes on to the next bar. */
export function advance(bar: i32): void {
  const known = ready;
  while (ready < count && windowOf(ready) <= bar + 1) ready++;
  if (family == EXPONENTIAL) {
    const price = f64x2.splat(close(bar));
    let tops = f64x2.splat(0);
    for (let id = 0; id < ready; id += 2) {
      const at = <usize>id << 3;
      const value = v128.load(values + at);
      const alpha = v128.load(factors + at);
      const next = f64x2.add(value, f64x2.mul(alpha, f64x2.sub(price, value)));
      tops = f64x2.pmax(tops, next);
      v128.store(values + at, next);
    }
    // What joins at this bar has its seed for a value, and with alpha 1 the value is the price itself.
    for (let id = known; id < ready; id++) {
      const seed = load<f64>(seeds + (<usize>id << 3));
      store<f64>(values + (<usize>id << 3), seed);
      tops = f64x2.pmax(tops, f64x2.splat(seed));
    }
    if (windowOf(0) == 1) {
      store<f64>(values, close(bar));
      tops = f64x2.pmax(tops, price);
    }
    const top = max(f64x2.extract_lane(tops, 0), f64x2.extract_lane(tops, 1));
    near = nearAverages(top);
  } else settle(bar, known);
}

function nearAverages(top: f64): f64 {
  return (2 * top * NEAR_FRACTION_BY_ALPHA) / load<f64>(factors + (<usize>(count - 1) << 3));
}

/** Values of window sums at a bar; those from `known` on join there. */
function settle(bar: i32, known: i32): void {
  if (family == SIMPLE) {
    const end = prefix + (<usize>(bar + 1 - prefixFrom) << 3);
    const sum = load<f64>(end);
    for (let id = 0; id < ready; id++) {
      const at = <usize>id << 3;
      const before = load<f64>(end - (<usize>windowOf(id) << 3));
      store<f64>(values + at, (sum - before) * load<f64>(factors + at));
    }
  } else if (family == WEIGHTED) {
    for (let id = bar >= restartAt ? 0 : known; id < ready; id++) fresh(id, bar);
    if (bar >= restartAt) restartAt = bar + restartEvery;
    else {
      const price = close(bar);
      for (let id = 0; id < known; id++) {
        const at = <usize>id << 3;
        const window = windowOf(id);
        const sum = load<f64>(sums + at);
        store<f64>(weighted + at, load<f64>(weighted + at) + (<f64>window * price - sum));
        store<f64>(sums + at, sum + (price - close(bar - window)));
      }
    }
    for (let id = 0; id < ready; id++) {
      const at = <usize>id << 3;
      store<f64>(values + at, load<f64>(weighted + at) * load<f64>(factors + at));
    }
  }
}

function fresh(id: i32, bar: i32): void {
  const window = windowOf(id);
  let sum: f64 = 0;
  let total: f64 = 0;
  for (let k = 1; k <= window; k++) {
    const price = close(bar - window + k);
    sum += price;
    total += price * <f64>k;
  }
  store<f64>(sums + (<usize>id << 3), sum);
  store<f64>(weighted + (<usize>id << 3), total);
}

/**
 * Exponential averages at the bar before each of some bars: carried from one to the next, two windows at a time.
 * @param at  the averages at the bar before `from`; they move on over `pieces` lengths of `length` bars
 * @param out one row for each piece: the averages at the bar before it
 * @param id  the windows to carry: an even one up to `stopId`
 */
export function carry(at: usize, from: i32, length: i32, pieces: i32, n: i32, out: usize, firstId: i32, stopId: i32): void {
  for (let id = firstId; id < stopId; id += 2) {
    const offset = <usize>id << 3;
    let value = v128.load(at + offset);
    const alpha = v128.load(factors + offset);
    const seed = v128.load(seeds + offset);
    const w0 = windowOf(id);
    const w1 = id + 1 < count ? windowOf(id + 1) : i32.MAX_VALUE;
    let bar = from;
    for (let piece = 0; piece < pieces; piece++) {
      v128.store(out + <usize>piece * averageBytes(count) + offset, value);
      const stop = min(bar + length, n);
      // Before both have joined they are taken one by one.
      for (; bar < stop && bar < w1; bar++) {
        const step = f64x2.add(value, f64x2.mul(alpha, f64x2.sub(f64x2.splat(close(bar)), value)));
        let v0 = f64x2.extract_lane(value, 0);
        let v1 = f64x2.extract_lane(value, 1);
        if (bar + 1 == w0) v0 = f64x2.extract_lane(seed, 0);
        else if (bar >= w0) v0 = f64x2.extract_lane(step, 0);
        if (bar + 1 == w1) v1 = f64x2.extract_lane(seed, 1);
        value = f64x2.replace_lane(f64x2.splat(v0), 1, v1);
        if (w0 == 1) value = f64x2.replace_lane(value, 0, close(bar));
      }
      for (; bar < stop; bar++) {
        value = f64x2.add(value, f64x2.mul(alpha, f64x2.sub(f64x2.splat(close(bar)), value)));
        if (w0 == 1) value = f64x2.replace_lane(value, 0, close(bar));
      }
    }
    v128.store(at + offset, value);
  }
}

/** Bytes of a row of averages. */
export function averageBytes(total: i32): usize {
  return <usize>((total + 1) & ~1) << 3;
}

// @ts-ignore: decorator
@inline
export function windowOf(id: i32): i32 {
  return load<i32>(windows + (<usize>id << 2));
}

// @ts-ignore: decorator
@inline
function close(i: i32): f64 {
  return load<f64>(closes + (<usize>i << 3));
}
