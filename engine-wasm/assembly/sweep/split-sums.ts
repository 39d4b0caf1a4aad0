// Sums of eight trials at a time over every set of blocks of either half, and the keys told from them, two trials side by side: those of
// core/overfitting/splits.ts to the bit, by the same operations in the same order.
import { CONSTANT_SHARE, ZERO_DISPERSION, ZERO_MEAN_SHARE } from "../../../core/engine/abi";
import { reserve } from "./memory";

/** Squares of no returns: above 0, yet nothing beside those of any returns that count. */
const VANISHING: f64 = 1e-200;

/** So many trials share a table. */
export const TOGETHER: i32 = 8;
/** A row of a table: for each pair of trials their sums of returns, then those of the squares. */
export const ROW: usize = 128;
export const PAIR: usize = 32;

export let trials: i32 = 0;
let blocks: i32 = 0;
let sums: usize = 0;
let rows: usize = 0;

/** 1 / returns in a half, and the bounds above which there is dispersion and a mean: see `keysOfPair`. */
let perReturn: f64 = 0;
let leastDispersion: f64 = 0;
let leastMean: f64 = 0;
/** Where the square of a sum is below this share of squares that are not below this least, there is dispersion for certain. */
export let sureShare: f64 = 0;
let leastOrdinary: f64 = 0;

/** Tables of the first and of the second half, 0 when there was no memory for them; the sums of each block. */
export let lower: usize = 0;
export let upper: usize = 0;
let inBlocks: usize = 0;
/** From the first row of a table to its last. */
let lastRow: usize = 0;
/** All ones when there are eight trials, and each block of each has either no returns that are not 0, or squares that are not below `leastOrdinary`. */
export let ordinary: v128 = i64x2.splat(0);

/** Parameters are those of `bindCrossValidation`. */
export function bindTables(trialCount: i32, blockCount: i32, returns: f64, sumsAt: usize, rowsAt: usize): void {
  trials = trialCount;
  blocks = blockCount;
  sums = sumsAt;
  rows = rowsAt;
  perReturn = 1 / returns;
  leastDispersion = (returns - 1) * ZERO_DISPERSION * ZERO_DISPERSION;
  leastMean = returns * ZERO_MEAN_SHARE * ZERO_MEAN_SHARE;
  sureShare = returns * (1 - 2 * CONSTANT_SHARE);
  leastOrdinary = leastDispersion / CONSTANT_SHARE;
  const table = <usize>(1 << (blocks >> 1)) * ROW;
  lastRow = table - ROW;
  lower = reserve(<f64>(2 * table + <usize>blocks * ROW));
  upper = lower + table;
  inBlocks = upper + table;
}

/** From the sums of eight trials; those beyond the last one have no returns. */
export function fillTables(trial: i32): void {
  let enough = i64x2.splat(trial + TOGETHER <= trials ? -1 : 0);
  for (let block = 0; block < blocks; block++) {
    for (let k = 0; k < TOGETHER; k += 2) {
      const one = sumsOf(trial + k, block);
      const other = sumsOf(trial + k + 1, block);
      const sum = v128.shuffle<f64>(one, other, 0, 2);
      const squares = v128.shuffle<f64>(one, other, 1, 3);
      const at = inBlocks + <usize>block * ROW + (<usize>k << 4);
      v128.store(at, sum);
      v128.store(at, squares, 16);
      const none = v128.and(f64x2.eq(sum, f64x2.splat(0)), f64x2.eq(squares, f64x2.splat(0)));
      enough = v128.and(enough, v128.or(none, f64x2.ge(squares, f64x2.splat(leastOrdinary))));
    }
  }
  ordinary = i64x2.splat(i64x2.bitmask(enough) == 3 ? -1 : 0);
  fillTable(lower, inBlocks);
  fillTable(upper, inBlocks + <usize>(blocks >> 1) * ROW);
}

function sumsOf(trial: i32, block: i32): v128 {
  return trial < trials ? v128.load(sums + (<usize>(trial * blocks + block) << 4)) : f64x2.splat(0);
}

/** Each set is the one without its highest block, and that block; the empty one has next to no squares, which vanish in those of any block with returns. */
function fillTable(table: usize, half: usize): void {
  const empty = rowOf(table, 0);
  for (let at: usize = 0; at < ROW; at += PAIR) {
    v128.store(empty + at, f64x2.splat(0));
    v128.store(empty + at, f64x2.splat(VANISHING), 16);
  }
  for (let set = 1; set < 1 << (blocks >> 1); set++) {
    const highest = 31 - clz(set);
    const to = rowOf(table, set);
    const rest = rowOf(table, set - (1 << highest));
    const block = half + <usize>highest * ROW;
    for (let at: usize = 0; at < ROW; at += 16) v128.store(to + at, f64x2.add(v128.load(rest + at), v128.load(block + at)));
  }
}

// @ts-ignore: decorator
@inline
function rowOf(table: usize, set: i32): usize {
  return table + <usize>load<i32>(rows + (<usize>set << 2)) * ROW;
}

/** The row of the complement. */
// @ts-ignore: decorator
@inline
export function complement(table: usize, row: usize): usize {
  return table + lastRow - (row - table);
}

/** Keys of four trials, rounded to single precision. */
// @ts-ignore: decorator
@inline
export function keysOf(low: usize, high: usize): v128 {
  const one = f32x4.demote_f64x2_zero(keysOfPair(low, high));
  const other = f32x4.demote_f64x2_zero(keysOfPair(low + PAIR, high + PAIR));
  return v128.shuffle<f32>(one, other, 0, 1, 4, 5);
}

/** sum * |sum| / squares; 0 without dispersion, and where the sum is rounding. */
// @ts-ignore: decorator
@inline
function keysOfPair(low: usize, high: usize): v128 {
  const sum = f64x2.add(v128.load(low), v128.load(high));
  const squares = f64x2.add(v128.load(low, 16), v128.load(high, 16));
  const square = f64x2.mul(sum, sum);
  const dispersion = f64x2.sub(squares, f64x2.mul(square, f64x2.splat(perReturn)));
  const disperse = v128.and(
    f64x2.gt(dispersion, f64x2.splat(leastDispersion)),
    f64x2.gt(dispersion, f64x2.mul(f64x2.splat(CONSTANT_SHARE), squares)),
  );
  const hasSharpe = v128.and(disperse, f64x2.gt(square, f64x2.mul(f64x2.splat(leastMean), squares)));
  return v128.and(f64x2.div(signedSquare(sum), squares), hasSharpe);
}

/** sum * |sum| */
// @ts-ignore: decorator
@inline
export function signedSquare(sum: v128): v128 {
  return v128.xor(f64x2.mul(sum, sum), v128.and(sum, i64x2.splat(i64.MIN_VALUE)));
}
