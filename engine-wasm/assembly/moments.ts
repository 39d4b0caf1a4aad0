// Moments and drawdown of a series of which no return is missing, two lanes to a vector: lanes 0 and 1, lanes 2 and 3.
import { setMoments } from "./partial-moments";
import { Equity, pairOf, Returns, returnOf } from "./series";

/** A value this close above the worst drawdown so far is divided out; one farther away cannot be the new worst. */
const NEARLY: f64 = 1e-14;

/** False when a return is missing after all: then nothing has been reported, and the careful kernel must run. */
export function completeMoments<T>(series: usize, n: i32, mar: f64): bool {
  const zero = f64x2.splat(0);
  const one = f64x2.splat(1);
  const whole = n & ~3;
  let sum01 = zero;
  let sum23 = zero;
  let equity = one;
  let peaks = f64x2.splat(idof<T>() == idof<Returns>() ? 1.0 : load<f64>(series));
  let lowest = peaks;
  let least: f64 = 1;
  let bounds = f64x2.splat(1 + NEARLY);
  for (let k = 0; k < whole; k += 4) {
    const r01 = pairOf<T>(series, k);
    const r23 = pairOf<T>(series, k + 2);
    sum01 = f64x2.add(sum01, r01);
    sum23 = f64x2.add(sum23, r23);

    let value01: v128;
    let value23: v128;
    if (idof<T>() == idof<Equity>()) {
      value01 = v128.load(series + (<usize>k << 3), 8);
      value23 = v128.load(series + (<usize>k << 3), 24);
    } else {
      // Products inside the group come first, so that one multiplication a group waits for the one before it.
      const f01 = f64x2.add(one, r01);
      const f23 = f64x2.add(one, r23);
      const head = f64x2.mul(f01, v128.shuffle<f64>(one, f01, 0, 2));
      const tail = f64x2.mul(f23, v128.shuffle<f64>(one, f23, 0, 2));
      const pair = v128.shuffle<f64>(head, head, 1, 1);
      value01 = f64x2.mul(equity, head);
      value23 = f64x2.mul(equity, f64x2.mul(pair, tail));
      equity = v128.shuffle<f64>(value23, value23, 1, 1);
    }
    const high = f64x2.pmax(value01, value23);
    const low = f64x2.pmin(value01, value23);
    if (idof<T>() == idof<Equity>()) lowest = f64x2.pmin(lowest, low);
    const before = peaks;
    peaks = f64x2.pmax(peaks, f64x2.pmax(high, swapped(high)));
    if (v128.any_true(f64x2.lt(low, f64x2.mul(peaks, bounds)))) {
      const peak0 = f64x2.pmax(before, f64x2.splat(f64x2.extract_lane(value01, 0)));
      const peak1 = f64x2.pmax(peak0, f64x2.splat(f64x2.extract_lane(value01, 1)));
      const peak2 = f64x2.pmax(peak1, f64x2.splat(f64x2.extract_lane(value23, 0)));
      const ratio01 = f64x2.div(value01, v128.shuffle<f64>(peak0, peak1, 0, 2));
      const ratio23 = f64x2.div(value23, v128.shuffle<f64>(peak2, peaks, 0, 2));
      least = smaller(least, lesserLane(f64x2.pmin(ratio01, ratio23)));
      bounds = f64x2.splat(least + abs(least) * NEARLY);
    }
  }

  let peak = f64x2.extract_lane(peaks, 0);
  let s0 = f64x2.extract_lane(sum01, 0);
  let s1 = f64x2.extract_lane(sum01, 1);
  let s2 = f64x2.extract_lane(sum23, 0);
  let product: f64 = 1;
  for (let k = whole; k < n; k++) {
    const r = returnOf<T>(series, k);
    if (k == whole) s0 += r;
    else if (k == whole + 1) s1 += r;
    else s2 += r;
    // In the last group the third product is the first two times the third, as in a whole one.
    product *= 1 + r;
    const value = idof<T>() == idof<Equity>() ? load<f64>(series + (<usize>k << 3), 8) : f64x2.extract_lane(equity, 0) * product;
    lowest = f64x2.pmin(lowest, f64x2.splat(value));
    peak = larger(peak, value);
    least = smaller(least, value / peak);
  }
  const sum = s0 + s1 + (s2 + f64x2.extract_lane(sum23, 1));
  if (idof<T>() == idof<Equity>() && !(lesserLane(lowest) > 0)) return false;
  if (sum != sum) return false;

  const mean = sum / <f64>n;
  const centre = f64x2.splat(mean);
  const floor = f64x2.splat(mar);
  let square01 = zero;
  let square23 = zero;
  let short01 = zero;
  let short23 = zero;
  for (let k = 0; k < whole; k += 4) {
    const r01 = pairOf<T>(series, k);
    const r23 = pairOf<T>(series, k + 2);
    const d01 = f64x2.sub(r01, centre);
    const d23 = f64x2.sub(r23, centre);
    square01 = f64x2.add(square01, f64x2.mul(d01, d01));
    square23 = f64x2.add(square23, f64x2.mul(d23, d23));
    const s01 = f64x2.pmin(f64x2.sub(r01, floor), zero);
    const s23 = f64x2.pmin(f64x2.sub(r23, floor), zero);
    short01 = f64x2.add(short01, f64x2.mul(s01, s01));
    short23 = f64x2.add(short23, f64x2.mul(s23, s23));
  }
  for (let k = whole; k < n; k++) {
    const r = returnOf<T>(series, k);
    const d = r - mean;
    const s = r < mar ? r - mar : 0;
    const lane = i64x2.replace_lane(i64x2.splat((k & 1) == 0 ? -1 : 0), 1, (k & 1) == 1 ? -1 : 0);
    const square = v128.and(f64x2.splat(d * d), lane);
    const short = v128.and(f64x2.splat(s * s), lane);
    if (k < whole + 2) {
      square01 = f64x2.add(square01, square);
      short01 = f64x2.add(short01, short);
    } else {
      square23 = f64x2.add(square23, square);
      short23 = f64x2.add(short23, short);
    }
  }
  setMoments(<f64>n, mean, laneTotal(square01, square23), laneTotal(short01, short23), least);
  return true;
}

// @ts-ignore: decorator
@inline
function laneTotal(pair01: v128, pair23: v128): f64 {
  return f64x2.extract_lane(pair01, 0) + f64x2.extract_lane(pair01, 1) + (f64x2.extract_lane(pair23, 0) + f64x2.extract_lane(pair23, 1));
}

// @ts-ignore: decorator
@inline
function swapped(pair: v128): v128 {
  return v128.shuffle<f64>(pair, pair, 1, 0);
}

// @ts-ignore: decorator
@inline
function lesserLane(pair: v128): f64 {
  return smaller(f64x2.extract_lane(pair, 0), f64x2.extract_lane(pair, 1));
}

// @ts-ignore: decorator
@inline
function larger(a: f64, b: f64): f64 {
  return b > a ? b : a;
}

// @ts-ignore: decorator
@inline
function smaller(a: f64, b: f64): f64 {
  return b < a ? b : a;
}
