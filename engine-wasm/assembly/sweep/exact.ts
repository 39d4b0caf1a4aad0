// Which of two averages is larger, decided in double-double as core/exact does; asked only where doubles cannot tell.
import { hi, lo, multiply, over, plus, plusDouble, plusProduct, times } from "./double-double";
import { reserve } from "./memory";

export const SIMPLE: i32 = 0;
export const EXPONENTIAL: i32 = 1;
export const WEIGHTED: i32 = 2;

/** Two averages closer than this fraction of the larger are equal but for the rounding of prices; see core/exact/tie.ts. */
const TIE_FRACTION: f64 = 2.5e-16;
const LONGEST_WINDOW: usize = 5000;
/** What is kept of an exponential average: its value and the bar it stands at. */
const EMA_BYTES: usize = 24;

let family: i32 = 0;
let closes: usize = 0;
/** For each bar how many equal closes end there. */
let runs: usize = 0;
let averages: usize = 0;

/** Once a sweep and thread. @param runsAt an i32 for each of the closes: see `countRuns` */
export function bindAverages(kind: i32, closesAt: usize, runsAt: usize): void {
  family = kind;
  closes = closesAt;
  runs = runsAt;
  if (kind != EXPONENTIAL) return;
  averages = reserve(<f64>((LONGEST_WINDOW + 1) * EMA_BYTES));
  for (let window: usize = 0; window <= LONGEST_WINDOW; window++) store<i32>(averages + window * EMA_BYTES, -1, 16);
}

export function countRuns(closesAt: usize, n: i32, out: usize): void {
  let count = 0;
  for (let i = 0; i < n; i++) {
    count = i > 0 && price(closesAt, i) == price(closesAt, i - 1) ? count + 1 : 1;
    store<i32>(out + (<usize>i << 2), count);
  }
}

/**
 * 1 where the average of `fast` closes that ends at `bar` is above that of `slow`, -1 where below, 0 where they are equal.
 * @param bar at least slow - 1
 */
export function fastAbove(fast: i32, slow: i32, bar: i32): i32 {
  if (load<i32>(runs + (<usize>bar << 2)) >= slow && family != EXPONENTIAL) return 0;
  if (family == EXPONENTIAL) {
    moveTo(fast, bar);
    const fastHi = hi;
    const fastLo = lo;
    moveTo(slow, bar);
    return compare(fastHi, fastLo, 1, hi, lo, 1);
  }
  sumOf(fast, bar);
  const sumHi = hi;
  const sumLo = lo;
  sumOf(slow, bar);
  return compare(sumHi, sumLo, weightOf(fast), hi, lo, weightOf(slow));
}

/** The sign of a / aWeight - b / bWeight, for positive sums. */
function compare(aHi: f64, aLo: f64, aWeight: f64, bHi: f64, bLo: f64, bWeight: f64): i32 {
  times(aHi, aLo, bWeight);
  const leftHi = hi;
  const leftLo = lo;
  times(bHi, bLo, aWeight);
  const tolerance = TIE_FRACTION * max(leftHi, hi);
  plus(leftHi, leftLo, -hi, -lo);
  return abs(hi) <= tolerance ? 0 : hi > 0 ? 1 : -1;
}

function weightOf(window: i32): f64 {
  return family == SIMPLE ? <f64>window : (<f64>window * (<f64>window + 1)) / 2;
}

function sumOf(window: i32, bar: i32): void {
  let sumHi: f64 = 0;
  let sumLo: f64 = 0;
  for (let k = 1; k <= window; k++) {
    const value = price(closes, bar - window + k);
    if (family == SIMPLE) plusDouble(sumHi, sumLo, value);
    else plusProduct(sumHi, sumLo, value, <f64>k);
    sumHi = hi;
    sumLo = lo;
  }
  hiLo(sumHi, sumLo);
}

/** The exponential average at a bar, carried forward from where it was last asked for, or from its seed. */
function moveTo(window: i32, bar: i32): void {
  const kept = averages + <usize>window * EMA_BYTES;
  let at = load<i32>(kept, 16);
  let valueHi = load<f64>(kept);
  let valueLo = load<f64>(kept, 8);
  if (at < 0 || at > bar) {
    valueHi = 0;
    valueLo = 0;
    for (let i = 0; i < window; i++) {
      plusDouble(valueHi, valueLo, price(closes, i));
      valueHi = hi;
      valueLo = lo;
    }
    over(valueHi, valueLo, <f64>window);
    valueHi = hi;
    valueLo = lo;
    at = window - 1;
  }
  over(2, 0, <f64>window + 1);
  const alphaHi = hi;
  const alphaLo = lo;
  while (at < bar) {
    plus(price(closes, ++at), 0, -valueHi, -valueLo);
    multiply(hi, lo, alphaHi, alphaLo);
    plus(valueHi, valueLo, hi, lo);
    valueHi = hi;
    valueLo = lo;
  }
  store<f64>(kept, valueHi);
  store<f64>(kept, valueLo, 8);
  store<i32>(kept, at, 16);
  hiLo(valueHi, valueLo);
}

function hiLo(a: f64, b: f64): void {
  plus(a, b, 0, 0);
}

// @ts-ignore: decorator
@inline
function price(at: usize, i: i32): f64 {
  return load<f64>(at + (<usize>i << 3));
}
