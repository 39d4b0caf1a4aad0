// Extremes of parts of the bars, a part being at most PART bars that end where a whole part ends: those of whole parts are kept, others taken on the way.
// They tell which parts can be passed over, since nothing in them touches a level, ruins or falls deeper than before.

const PART_BITS: i32 = 4;
export const PART: i32 = 1 << PART_BITS;
/** Highest and lowest mark; highest and lowest of opens, highs and lows; highest high, lowest low. */
const PART_BYTES: usize = 48;

let opens: usize = 0;
let highs: usize = 0;
let lows: usize = 0;
let marks: usize = 0;
let parts: usize = 0;

/** Of the part that was last asked for. */
export let markHigh: f64 = 0;
export let markLow: f64 = 0;
export let highest: f64 = 0;
export let lowest: f64 = 0;
export let top: f64 = 0;
export let bottom: f64 = 0;

export function partsBytes(n: i32): f64 {
  return <f64>PART_BYTES * <f64>((n + PART - 1) >>> PART_BITS);
}

export function bindParts(open: usize, high: usize, low: usize, mark: usize, at: usize): void {
  opens = open;
  highs = high;
  lows = low;
  marks = mark;
  parts = at;
}

/** Fills what `bindParts` bound. */
export function buildParts(n: i32): void {
  for (let from = 0; from + PART <= n; from += PART) {
    const at = partAt(from);
    scanMarks(from, from + PART);
    scanLevels(from, from + PART);
    store<f64>(at, markHigh);
    store<f64>(at, markLow, 8);
    store<f64>(at, highest, 16);
    store<f64>(at, lowest, 24);
    store<f64>(at, top, 32);
    store<f64>(at, bottom, 40);
  }
}

/** Where the part of a bar ends. */
// @ts-ignore: decorator
@inline
export function partEnd(i: i32, to: i32): i32 {
  return min(to, (i | (PART - 1)) + 1);
}

// @ts-ignore: decorator
@inline
export function takeMarks(from: i32, to: i32): void {
  if (to - from == PART) {
    const at = partAt(from);
    markHigh = load<f64>(at);
    markLow = load<f64>(at, 8);
  } else scanMarks(from, to);
}

// @ts-ignore: decorator
@inline
export function takeLevels(from: i32, to: i32): void {
  if (to - from == PART) {
    const at = partAt(from);
    highest = load<f64>(at, 16);
    lowest = load<f64>(at, 24);
    top = load<f64>(at, 32);
    bottom = load<f64>(at, 40);
  } else scanLevels(from, to);
}

// @ts-ignore: decorator
@inline
function partAt(i: i32): usize {
  return parts + <usize>(i >>> PART_BITS) * PART_BYTES;
}

function scanMarks(from: i32, to: i32): void {
  let high = f64x2.splat(-Infinity);
  let low = f64x2.splat(Infinity);
  let at = marks + (<usize>from << 3);
  const end = marks + (<usize>to << 3);
  for (; at + 16 <= end; at += 16) {
    const pair = v128.load(at);
    high = f64x2.pmax(high, pair);
    low = f64x2.pmin(low, pair);
  }
  if (at < end) {
    const pair = v128.load64_splat(at);
    high = f64x2.pmax(high, pair);
    low = f64x2.pmin(low, pair);
  }
  markHigh = larger(high);
  markLow = smaller(low);
}

/** Bars without prices are left out: a comparison with NaN fails. */
function scanLevels(from: i32, to: i32): void {
  let open2 = f64x2.splat(0);
  let high2 = open2;
  let low2 = open2;
  let upper = f64x2.splat(-Infinity);
  let lower = f64x2.splat(Infinity);
  let peak = upper;
  let trough = lower;
  let i = <usize>from << 3;
  const end = <usize>to << 3;
  for (; i < end; i += 16) {
    if (i + 16 <= end) {
      open2 = v128.load(opens + i);
      high2 = v128.load(highs + i);
      low2 = v128.load(lows + i);
    } else {
      open2 = v128.load64_splat(opens + i);
      high2 = v128.load64_splat(highs + i);
      low2 = v128.load64_splat(lows + i);
    }
    peak = f64x2.pmax(peak, high2);
    trough = f64x2.pmin(trough, low2);
    upper = f64x2.pmax(upper, open2);
    lower = f64x2.pmin(lower, open2);
  }
  top = larger(peak);
  bottom = smaller(trough);
  highest = larger(f64x2.pmax(upper, peak));
  lowest = smaller(f64x2.pmin(lower, trough));
}

// @ts-ignore: decorator
@inline
function larger(pair: v128): f64 {
  const a = f64x2.extract_lane(pair, 0);
  const b = f64x2.extract_lane(pair, 1);
  return b > a ? b : a;
}

// @ts-ignore: decorator
@inline
function smaller(pair: v128): f64 {
  const a = f64x2.extract_lane(pair, 0);
  const b = f64x2.extract_lane(pair, 1);
  return b < a ? b : a;
}
