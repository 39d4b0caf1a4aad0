// Moments and drawdown of a series of which some returns may be missing: one value at a time.
import { Equity, Returns, returnOf } from "./series";

export let observations: f64 = 0;
export let mean: f64 = 0;
export let squares: f64 = 0;
export let shortfall: f64 = 0;
/** Least equity / running peak. */
export let least: f64 = 1;

export function setMoments(count: f64, average: f64, squareSum: f64, shortSum: f64, worst: f64): void {
  observations = count;
  mean = average;
  squares = squareSum;
  shortfall = shortSum;
  least = worst;
}

export function partialMoments<T>(series: usize, n: i32, mar: f64): void {
  observations = 0;
  for (let k = 0; k < n; k++) if (returnOf<T>(series, k) == returnOf<T>(series, k)) observations++;
  mean = laneSum<T>(series, n, SUM, 0) / observations;
  squares = laneSum<T>(series, n, SQUARES, mean);
  shortfall = laneSum<T>(series, n, SHORTFALL, mar);
  least = idof<T>() == idof<Equity>() ? equityFall(series, n) : returnFall(series, n);
}

const SUM: i32 = 0;
const SQUARES: i32 = 1;
const SHORTFALL: i32 = 2;

// @ts-ignore: decorator
@inline
function laneSum<T>(series: usize, n: i32, term: i32, centre: f64): f64 {
  let s0: f64 = 0;
  let s1: f64 = 0;
  let s2: f64 = 0;
  let s3: f64 = 0;
  for (let k = 0; k < n; k++) {
    const r = returnOf<T>(series, k);
    if (r != r) continue;
    const d = r - centre;
    const value = term == SUM ? r : term == SQUARES || r < centre ? d * d : 0;
    const lane = k & 3;
    if (lane == 0) s0 += value;
    else if (lane == 1) s1 += value;
    else if (lane == 2) s2 += value;
    else s3 += value;
  }
  return s0 + s1 + (s2 + s3);
}

function equityFall(curve: usize, n: i32): f64 {
  let peak = load<f64>(curve);
  let worst: f64 = 1;
  for (let k = 1; k <= n; k++) {
    const value = load<f64>(curve + (<usize>k << 3));
    if (value > peak) peak = value;
    worst = min(worst, value / peak);
  }
  return worst;
}

function returnFall(returns: usize, n: i32): f64 {
  let equity: f64 = 1;
  let peak: f64 = 1;
  let worst: f64 = 1;
  for (let k = 0; k < n; k++) {
    const start = k & ~3;
    const first = factor(returns, start, n);
    const pair = first * factor(returns, start + 1, n);
    const third = factor(returns, start + 2, n);
    const place = k & 3;
    const product = place == 0 ? first : place == 1 ? pair : pair * (place == 2 ? third : third * factor(returns, k, n));
    const value = equity * product;
    if (value > peak) peak = value;
    worst = min(worst, value / peak);
    if (place == 3) equity = value;
  }
  return worst;
}

function factor(returns: usize, k: i32, n: i32): f64 {
  if (k >= n) return 1;
  const r = returnOf<Returns>(returns, k);
  return r == r ? 1 + r : 1;
}
