// Statistics of a series, as engine-ts/statistics.ts defines them. Lanes 0 and 1 of a sum are one vector, lanes 2 and 3 the other.
import { ZERO_DISPERSION } from "../../core/engine/abi";

/** Fields written to `out`, one double each: observations, mean, volatility, downside deviation, Sharpe, Sortino, max drawdown. */
export const STATISTICS_FIELDS: i32 = 7;

/** @param curve n + 1 doubles, the starting capital first */
export function equityStatistics(curve: usize, n: i32, riskFree: f64, mar: f64, periodsPerYear: f64, out: usize): void {
  moments<Equity>(curve, n, riskFree, mar, periodsPerYear, out);
  store<f64>(out, n == 0 ? NaN : equityDrawdown(curve, n), 48);
}

/** @param returns n doubles, NaN where missing, with room for one more vector behind them */
export function returnStatistics(returns: usize, n: i32, riskFree: f64, mar: f64, periodsPerYear: f64, out: usize): void {
  moments<Returns>(returns, n, riskFree, mar, periodsPerYear, out);
  store<f64>(out, n == 0 ? NaN : returnDrawdown(returns, n), 48);
}

// Which series a kernel reads: compile-time tags.
class Equity {}
class Returns {}

// @ts-ignore: decorator
@inline
function pairOf<T>(series: usize, k: usize): v128 {
  const at = series + (k << 3);
  if (idof<T>() == idof<Returns>()) return v128.load(at);
  return f64x2.sub(f64x2.div(v128.load(at, 8), v128.load(at)), f64x2.splat(1));
}

// @ts-ignore: decorator
@inline
function presentOf<T>(series: usize, k: usize): v128 {
  const value = v128.load(series + (k << 3));
  if (idof<T>() == idof<Returns>()) return f64x2.eq(value, value);
  return f64x2.gt(value, f64x2.splat(0));
}

/** Lane masks of the last, incomplete vector: true where k + lane < n. */
// @ts-ignore: decorator
@inline
function within(k: i32, n: i32): v128 {
  return i64x2.replace_lane(i64x2.splat(k < n ? -1 : 0), 1, k + 1 < n ? -1 : 0);
}

function moments<T>(series: usize, n: i32, riskFree: f64, mar: f64, periodsPerYear: f64, out: usize): void {
  const zero = f64x2.splat(0);
  let sum01 = zero;
  let sum23 = zero;
  let present = i64x2.splat(0);
  const whole = n & ~3;
  for (let k = 0; k < whole; k += 4) {
    const has01 = presentOf<T>(series, k);
    const has23 = presentOf<T>(series, k + 2);
    sum01 = f64x2.add(sum01, v128.and(pairOf<T>(series, k), has01));
    sum23 = f64x2.add(sum23, v128.and(pairOf<T>(series, k + 2), has23));
    present = i64x2.sub(i64x2.sub(present, has01), has23);
  }
  if (whole < n) {
    const has01 = v128.and(presentOf<T>(series, whole), within(whole, n));
    const has23 = v128.and(presentOf<T>(series, whole + 2), within(whole + 2, n));
    sum01 = f64x2.add(sum01, v128.and(pairOf<T>(series, whole), has01));
    sum23 = f64x2.add(sum23, v128.and(pairOf<T>(series, whole + 2), has23));
    present = i64x2.sub(i64x2.sub(present, has01), has23);
  }
  const observations = <f64>(i64x2.extract_lane(present, 0) + i64x2.extract_lane(present, 1));
  const mean = laneTotal(sum01, sum23) / observations;

  const centre = f64x2.splat(mean);
  const floor = f64x2.splat(mar);
  let square01 = zero;
  let square23 = zero;
  let short01 = zero;
  let short23 = zero;
  for (let k = 0; k < n; k += 4) {
    let has01 = presentOf<T>(series, k);
    let has23 = presentOf<T>(series, k + 2);
    if (k >= whole) {
      has01 = v128.and(has01, within(k, n));
      has23 = v128.and(has23, within(k + 2, n));
    }
    const r01 = pairOf<T>(series, k);
    const r23 = pairOf<T>(series, k + 2);
    const d01 = f64x2.sub(r01, centre);
    const d23 = f64x2.sub(r23, centre);
    square01 = f64x2.add(square01, v128.and(f64x2.mul(d01, d01), has01));
    square23 = f64x2.add(square23, v128.and(f64x2.mul(d23, d23), has23));
    const s01 = f64x2.sub(r01, floor);
    const s23 = f64x2.sub(r23, floor);
    short01 = f64x2.add(short01, v128.and(f64x2.mul(s01, s01), v128.and(f64x2.lt(r01, floor), has01)));
    short23 = f64x2.add(short23, v128.and(f64x2.mul(s23, s23), v128.and(f64x2.lt(r23, floor), has23)));
  }
  const volatility = observations < 2 ? NaN : sqrt(laneTotal(square01, square23) / (observations - 1));
  const downside = sqrt(laneTotal(short01, short23) / observations);
  const root = sqrt(periodsPerYear);
  const downsideAnn = downside * root;
  store<f64>(out, observations);
  store<f64>(out, mean, 8);
  store<f64>(out, volatility, 16);
  store<f64>(out, downside, 24);
  store<f64>(out, volatility > ZERO_DISPERSION ? ((mean - riskFree) / volatility) * root : NaN, 32);
  store<f64>(out, observations >= 2 && downsideAnn > ZERO_DISPERSION ? ((mean - mar) * periodsPerYear) / downsideAnn : NaN, 40);
}

// @ts-ignore: decorator
@inline
function laneTotal(pair01: v128, pair23: v128): f64 {
  return (
    f64x2.extract_lane(pair01, 0) + f64x2.extract_lane(pair01, 1) + (f64x2.extract_lane(pair23, 0) + f64x2.extract_lane(pair23, 1))
  );
}

/** Least equity / running peak, less 1. Rounding keeps order, so subtracting 1 once at the end equals doing so at each bar. */
function equityDrawdown(curve: usize, n: i32): f64 {
  let peak = load<f64>(curve);
  let worst = f64x2.splat(1);
  let at = curve + 8;
  const end = at + (<usize>n << 3);
  for (; at + 16 <= end; at += 16) {
    const value = v128.load(at);
    const first = f64x2.extract_lane(value, 0);
    const second = f64x2.extract_lane(value, 1);
    const peak1 = first > peak ? first : peak;
    peak = second > peak1 ? second : peak1;
    worst = f64x2.pmin(worst, f64x2.div(value, f64x2.replace_lane(f64x2.splat(peak1), 1, peak)));
  }
  let least = leastOf(worst);
  if (at < end) {
    const value = load<f64>(at);
    if (value > peak) peak = value;
    const ratio = value / peak;
    if (ratio < least) least = ratio;
  }
  return least - 1;
}

function returnDrawdown(returns: usize, n: i32): f64 {
  let equity: f64 = 1;
  let peak: f64 = 1;
  let worst = f64x2.splat(1);
  let k = 0;
  const one = f64x2.splat(1);
  for (; k + 2 <= n; k += 2) {
    const r = v128.load(returns + (<usize>k << 3));
    const factor = f64x2.add(one, v128.and(r, f64x2.eq(r, r)));
    const first = equity * f64x2.extract_lane(factor, 0);
    equity = first * f64x2.extract_lane(factor, 1);
    const peak1 = first > peak ? first : peak;
    peak = equity > peak1 ? equity : peak1;
    const value = f64x2.replace_lane(f64x2.splat(first), 1, equity);
    worst = f64x2.pmin(worst, f64x2.div(value, f64x2.replace_lane(f64x2.splat(peak1), 1, peak)));
  }
  let least = leastOf(worst);
  if (k < n) {
    const r = load<f64>(returns + (<usize>k << 3));
    if (r == r) equity *= 1 + r;
    if (equity > peak) peak = equity;
    const ratio = equity / peak;
    if (ratio < least) least = ratio;
  }
  return least - 1;
}

// @ts-ignore: decorator
@inline
function leastOf(pair: v128): f64 {
  const first = f64x2.extract_lane(pair, 0);
  const second = f64x2.extract_lane(pair, 1);
  return first < second ? first : second;
}
