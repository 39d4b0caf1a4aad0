// Sums over the returns of a trial, block by block, and its drawdown, from the equity of each bar or from the marks while a position is held.
import { cash, position } from "../account";
import { marks } from "../simulate";
import { markHigh, markLow, partEnd, takeMarks } from "./walk-parts";

/** A value this close above the worst drawdown so far is divided out; one farther away cannot be the new worst. */
const NEARLY: f64 = 1e-14;
const NO_BLOCK: i32 = i32.MAX_VALUE;

let mar: f64 = 0;
let blockLength: i32 = 0;
let blockFirst: i32 = 0;

/** Equity of the last bar. */
export let equity: f64 = 0;
/** Sums over all blocks that are done, and after the last `closeBlock` over all returns. */
export let sum: f64 = 0;
export let squares: f64 = 0;
export let shortfall: f64 = 0;
/** Least equity / running peak. */
export let least: f64 = 1;
/** True once equity was not above zero. */
export let ruined: bool = false;

let peak: f64 = 0;
let bound: f64 = 0;
let blockSum: f64 = 0;
let blockSquares: f64 = 0;
/** Where the sums of the block go, 0 for the bars before the first one. */
let blockAt: usize = 0;
let firstAt: usize = 0;
/** First bar after the block. */
let blockEnd: i32 = 0;
/** Of the bars that `takeReturns` took last. */
let high: f64 = 0;
let low: f64 = 0;

export function bindSums(leastAcceptable: f64, length: i32, first: i32): void {
  mar = leastAcceptable;
  blockLength = length;
  blockFirst = first;
}

/** @param blocks two doubles for each block: the sum of its returns and of their squares */
export function openSums(initial: f64, blocks: usize): void {
  equity = initial;
  peak = initial;
  least = 1;
  bound = 1 + NEARLY;
  ruined = false;
  sum = 0;
  squares = 0;
  shortfall = 0;
  blockSum = 0;
  blockSquares = 0;
  blockAt = 0;
  firstAt = blocks;
  blockEnd = blockLength == 0 ? NO_BLOCK : blockFirst;
}

/** Ends the block at hand; after the last bar, all sums. */
export function closeBlock(): void {
  if (blockAt != 0) {
    store<f64>(blockAt, blockSum);
    store<f64>(blockAt, blockSquares, 8);
    blockAt += 16;
  } else blockAt = firstAt;
  sum += blockSum;
  squares += blockSquares;
  blockSum = 0;
  blockSquares = 0;
  blockEnd += blockLength;
}

/** One bar, whatever happened in it. */
export function takeBar(i: i32, value: f64): void {
  if (i == blockEnd) closeBlock();
  takeReturn(value);
  takeValue(value);
}

/** The bars [from, to) without a position. */
export function takeFlat(from: i32, to: i32): void {
  if (from == to) return;
  if (equity != cash) takeBar(from++, cash);
  while (blockEnd < to) closeBlock();
  if (mar > 0) shortfall += <f64>(to - from) * (mar * mar);
}

/** The bars [from, to) with a position held through them. Returns the first whose equity is not above zero, or `to`. */
export function takeHeld(from: i32, to: i32): i32 {
  let i = from;
  while (i < to) {
    if (i == blockEnd) closeBlock();
    const end = min(to, blockEnd);
    if (mar == 0) takeReturns<AtZero>(i, end);
    else takeReturns<AtRate>(i, end);
    if (!takeExtremes(high, low)) {
      const reached = takeValues(i, end);
      if (reached < end) return reached;
    }
    i = end;
  }
  return to;
}

/** Peak and drawdown of the bars [from, to): of parts where their extremes tell, else of every bar. Returns the first bar of ruin, or `to`. */
function takeValues(from: i32, to: i32): i32 {
  for (let i = from; i < to; ) {
    const end = partEnd(i, to);
    takeMarks(i, end);
    const long = position > 0;
    if (!takeExtremes(worth(long ? markHigh : markLow), worth(long ? markLow : markHigh))) {
      for (let k = i; k < end; k++) {
        const value = worth(markOf(k));
        takeValue(value);
        if (ruined) return k;
      }
    }
    i = end;
  }
  return to;
}

/**
 * Peak and drawdown of bars of which only the highest and the lowest equity are known. False, and nothing done, where that is not enough: when they may hold both a
 * new peak and the deepest fall so far, or ruin.
 */
// @ts-ignore: decorator
@inline
function takeExtremes(upper: f64, lower: f64): bool {
  const newPeak = larger(peak, upper);
  if (lower < bound * newPeak && i32(upper > peak) | i32(!(lower > 0))) return false;
  peak = newPeak;
  least = smaller(least, lower / newPeak);
  bound = least * (1 + NEARLY);
  return true;
}

// @ts-ignore: decorator
@inline
function worth(mark: f64): f64 {
  return cash + position * mark;
}

// @ts-ignore: decorator
@inline
function markOf(i: i32): f64 {
  return load<f64>(marks + (<usize>i << 3));
}

// @ts-ignore: decorator
@inline
function takeValue(value: f64): void {
  if (value > peak) peak = value;
  else if (value < bound * peak) {
    if (!(value > 0)) ruined = true;
    least = smaller(least, value / peak);
    bound = least * (1 + NEARLY);
  }
}

// @ts-ignore: decorator
@inline
function takeReturn(value: f64): void {
  const r = value / equity - 1;
  const missed: f64 = r < mar ? r - mar : 0;
  blockSum += r;
  blockSquares += r * r;
  shortfall += missed * missed;
  equity = value;
}

// Tags: what returns fall short of.
class AtZero {}
class AtRate {}

/**
 * The returns of the bars [from, to), all in one block and in one position, four at a time, and the highest and lowest equity. Behind the last bar equity is taken
 * to stay as it is. One sum of each kind: with more, the loop runs out of registers.
 */
function takeReturns<M>(from: i32, to: i32): void {
  const money = f64x2.splat(cash);
  const units = f64x2.splat(position);
  const zero = f64x2.splat(0);
  const one = f64x2.splat(1);
  const floor = f64x2.splat(mar);
  let last = f64x2.splat(equity);
  equity = worth(markOf(to - 1));
  const final = f64x2.splat(equity);
  let real01 = i64x2.splat(-1);
  let real23 = real01;
  let sums = zero;
  let squareSums = zero;
  let shortSums = zero;
  let upper = final;
  let lower = final;
  const end = marks + (<usize>to << 3);
  for (let at = marks + (<usize>from << 3); at < end; at += 32) {
    let value01 = f64x2.add(money, f64x2.mul(units, v128.load(at)));
    let value23 = f64x2.add(money, f64x2.mul(units, v128.load(at, 16)));
    if (at + 32 > end) {
      const left = i64x2.splat(<i64>((end - at) >>> 3));
      real01 = i64x2.gt_s(left, i64x2(0, 1));
      real23 = i64x2.gt_s(left, i64x2(2, 3));
      value01 = v128.bitselect(value01, final, real01);
      value23 = v128.bitselect(value23, final, real23);
    }
    upper = f64x2.pmax(upper, f64x2.pmax(value01, value23));
    lower = f64x2.pmin(lower, f64x2.pmin(value01, value23));
    const r01 = f64x2.sub(f64x2.div(value01, v128.shuffle<f64>(last, value01, 1, 2)), one);
    const r23 = f64x2.sub(f64x2.div(value23, v128.shuffle<f64>(value01, value23, 1, 2)), one);
    last = value23;
    sums = f64x2.add(sums, f64x2.add(r01, r23));
    squareSums = f64x2.add(squareSums, f64x2.add(f64x2.mul(r01, r01), f64x2.mul(r23, r23)));
    let s01 = r01;
    let s23 = r23;
    if (idof<M>() == idof<AtRate>()) {
      s01 = v128.and(real01, f64x2.sub(r01, floor));
      s23 = v128.and(real23, f64x2.sub(r23, floor));
    }
    s01 = f64x2.pmin(zero, s01);
    s23 = f64x2.pmin(zero, s23);
    shortSums = f64x2.add(shortSums, f64x2.add(f64x2.mul(s01, s01), f64x2.mul(s23, s23)));
  }
  blockSum += total(sums);
  blockSquares += total(squareSums);
  shortfall += total(shortSums);
  high = larger(f64x2.extract_lane(upper, 0), f64x2.extract_lane(upper, 1));
  low = smaller(f64x2.extract_lane(lower, 0), f64x2.extract_lane(lower, 1));
}

// @ts-ignore: decorator
@inline
function total(pair: v128): f64 {
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
}

/** One instruction, unlike the maximum of two scalars, which has rules for NaN and zeros. */
// @ts-ignore: decorator
@inline
function larger(a: f64, b: f64): f64 {
  return f64x2.extract_lane(f64x2.pmax(f64x2.splat(a), f64x2.splat(b)), 0);
}

// @ts-ignore: decorator
@inline
function smaller(a: f64, b: f64): f64 {
  return f64x2.extract_lane(f64x2.pmin(f64x2.splat(a), f64x2.splat(b)), 0);
}
