// What a trade that is long with all equity reads of the bars, made once a sweep. With slippage s and commission k a unit costs Y = open (1 + s) (1 + k) and
// brings X = open (1 - s) (1 - k).
import { bindRanges, buildInner, buildOuter, writeEnds } from "./ranges";

/**
 * What a trade reads lies in two lines of memory. For the bar it enters at: 1 / Y, Y, the range to the end of the bar's block of ranges, and what to take off the
 * sums of min(r - mar, 0)^2, r and r^2 up to there, its own first return included.
 */
const ROW_BYTES: usize = 64;
export const INVERSE: usize = 0;
export const COST: usize = 8;
export const FROM_BAR: usize = 16;
export const LOST_IN: usize = 40;
export const SUMS_IN: usize = 48;
/**
 * For the bar at whose open it leaves: X, what to count of those sums, its own last return included, the range to the bar before from the start of that one's
 * block, the bar's place in the range and its block. Behind the last bar one row marks at its close, and one sells there.
 */
export const PROCEEDS: usize = 0;
export const LOST_OUT: usize = 8;
export const SUMS_OUT: usize = 16;
export const TO_BAR: usize = 32;
export const PLACE: usize = 56;
export const BLOCK: usize = 60;

const BLOCKS_AND_NONE: usize = 17;

let entries: usize = 0;
let exits: usize = 0;
export let n: i32 = 0;
export let first: i32 = 0;
export let positions: usize = 0;
export let bars: i32 = 0;
export let blockIndex: usize = 0;
export let blockSumsTo: usize = 0;
export let initial: f64 = 0;
export let commission: f64 = 0;
let slippage: f64 = 0;
export let closeAtEnd: bool = false;
export let riskFree: f64 = 0;
export let mar: f64 = 0;
export let periodsPerYear: f64 = 0;

/**
 * @param nBars       bars with prices, the first `firstBar` of them before the range
 * @param entriesAt   nBars rows
 * @param exitsAt     nBars + 2 rows
 * @param positionsAt for each bar with prices where it stands among the `rangeBars` bars of the range, an i32
 * @param blockAt     for each bar with prices its block, an i8; -1 for none
 * @param sumsToAt    room for the sums up to the end of no block and of each block, two doubles each
 */
export function bindTrades(
  nBars: i32,
  firstBar: i32,
  rangeBars: i32,
  entriesAt: usize,
  exitsAt: usize,
  positionsAt: usize,
  blockAt: usize,
  sumsToAt: usize,
  closesAt: usize,
  rangesAt: usize,
): void {
  n = nBars;
  first = firstBar;
  bars = rangeBars;
  entries = entriesAt;
  exits = exitsAt;
  positions = positionsAt;
  blockIndex = blockAt;
  blockSumsTo = sumsToAt;
  bindRanges(closesAt, nBars, rangesAt);
}

export function bindCosts(cash: f64, fee: f64, slip: f64, sellsAtEnd: bool, freeRate: f64, leastReturn: f64, periods: f64): void {
  initial = cash;
  commission = fee;
  slippage = slip;
  closeAtEnd = sellsAtEnd;
  riskFree = freeRate;
  mar = leastReturn;
  periodsPerYear = periods;
}

/** Fills the rows and the ranges from the bars; done once a sweep, before any thread evaluates. */
export function buildTrades(opens: usize, closes: usize): void {
  let sum: f64 = 0;
  let squares: f64 = 0;
  let lost: f64 = 0;
  let before: f64 = 0;
  let block: i32 = -1;
  memory.fill(blockSumsTo, 0, BLOCKS_AND_NONE << 4);
  for (let i = 0; i < n; i++) {
    const open = load<f64>(opens + (<usize>i << 3));
    const close = load<f64>(closes + (<usize>i << 3));
    const cost = open * (1 + slippage) * (1 + commission);
    const proceeds = open * (1 - slippage) * (1 - commission);
    block = <i32>load<i8>(blockIndex + <usize>i);
    const leaving = proceeds / before - 1;
    writeOut(i, proceeds, leaving, sum, squares, lost + below(leaving), load<i32>(positions + (<usize>i << 2)), block);
    if (i > first) {
      const r = close / before - 1;
      sum += r;
      squares += r * r;
      lost += below(r);
    }
    const entering = close / cost - 1;
    const row = entryOf(i);
    store<f64>(row, 1 / cost, INVERSE);
    store<f64>(row, cost, COST);
    store<f64>(row, lost - below(entering), LOST_IN);
    store<f64>(row, sum - entering, SUMS_IN);
    store<f64>(row, squares - entering * entering, SUMS_IN + 8);
    for (let later = block + 1; later < <i32>BLOCKS_AND_NONE; later++) {
      store<f64>(blockSumsTo + (<usize>later << 4), sum);
      store<f64>(blockSumsTo + (<usize>later << 4), squares, 8);
    }
    before = close;
  }
  writeEnds(entries + FROM_BAR, exits + ROW_BYTES + TO_BAR, ROW_BYTES);
  if (n > 0) {
    const last = load<f64>(closes + (<usize>(n - 1) << 3));
    writeOut(n, last, 0, sum, squares, lost, bars, block);
    const sold = last * (1 - slippage) * (1 - commission);
    const former = load<f64>(closes + (<usize>max(n - 2, 0) << 3));
    const counted = n - 1 > first;
    const r = counted ? last / former - 1 : 0.0;
    const leaving = sold / former - 1;
    const lostBefore = counted ? lost - below(r) : lost;
    writeOut(n + 1, sold, leaving, sum - r, squares - r * r, lostBefore + below(leaving), bars - 1, block);
    memory.copy(exitOf(n + 1) + TO_BAR, exitOf(n - 1) + TO_BAR, 24);
  }
  buildInner();
  buildOuter(entries + FROM_BAR, ROW_BYTES);
}

function writeOut(bar: i32, proceeds: f64, leaving: f64, sum: f64, squares: f64, lost: f64, place: i32, block: i32): void {
  const row = exitOf(bar);
  store<f64>(row, proceeds, PROCEEDS);
  store<f64>(row, lost, LOST_OUT);
  store<f64>(row, sum + leaving, SUMS_OUT);
  store<f64>(row, squares + leaving * leaving, SUMS_OUT + 8);
  store<i32>(row, place, PLACE);
  store<i32>(row, block, BLOCK);
}

// @ts-ignore: decorator
@inline
export function below(r: f64): f64 {
  const short = smaller(r - mar, 0);
  return short * short;
}

/** One instruction, unlike the maximum of two scalars, which has rules for NaN and zeros. */
// @ts-ignore: decorator
@inline
export function larger(a: f64, b: f64): f64 {
  return f64x2.extract_lane(f64x2.pmax(f64x2.splat(a), f64x2.splat(b)), 0);
}

// @ts-ignore: decorator
@inline
export function smaller(a: f64, b: f64): f64 {
  return f64x2.extract_lane(f64x2.pmin(f64x2.splat(a), f64x2.splat(b)), 0);
}

// @ts-ignore: decorator
@inline
export function entryOf(bar: i32): usize {
  return entries + <usize>bar * ROW_BYTES;
}

// @ts-ignore: decorator
@inline
export function exitOf(bar: i32): usize {
  return exits + <usize>bar * ROW_BYTES;
}
