// Cross-validation over block sums: for every split of the blocks into two halves first the trial with the largest key in sample, then how many trials' keys
// lie below the winner's out of sample. Keys are those of core/overfitting/splits.ts to the bit: the same operations in the same order, two trials side by side.
import { ZERO_DISPERSION } from "../../../core/engine/abi";
import { reserve } from "./memory";

/** As in core/overfitting/splits.ts. */
const CONSTANT_SHARE: f64 = 1e-10;
const ZERO_MEAN_SHARE: f64 = 1e-14;
/** The next single is more than four times this share away: what exceeds one by less is rounded to it, however products of doubles are rounded. */
const ROUNDED_OFF: f64 = 1.0 / 67108864.0;

/** Beside 0 it is a number above it, beside any other one it is nothing. */
const VANISHING: f64 = 1e-200;

const TRIALS_A_PIECE: i32 = 128;
/** So many trials share a table. */
const TOGETHER: i32 = 8;
/** A row of a table: for each pair of trials their sums of returns, then those of the squares. */
const ROW: usize = 128;
const PAIR: usize = 32;
/** What belongs to a run of splits, and to a split's target: see `bindCrossValidation` and `countBelow`. */
const RUN_BYTES: usize = 12;
const TARGET_BYTES: usize = 24;

let trials: i32 = 0;
let blocks: i32 = 0;
let sums: usize = 0;
let rows: usize = 0;
let runs: usize = 0;
let runsEnd: usize = 0;

/** 1 / returns in a half, and the bounds above which there is dispersion and a mean: see `keysOfPair`. */
let perReturn: f64 = 0;
let leastDispersion: f64 = 0;
let leastMean: f64 = 0;
/** What a square surely falls short of where there is dispersion, as a share of the squares, and the least squares for which that holds: see `sure`. */
let sureShare: f64 = 0;
let leastOrdinary: f64 = 0;

/** Sums of eight trials over each set of blocks of the first and of the second half, over each block, and four keys. */
let lower: usize = 0;
let upper: usize = 0;
let inBlocks: usize = 0;
let fourKeys: usize = 0;
/** All ones when there are eight trials, and each block of each has either no returns at all or squares that are large enough to tell dispersion by. */
let ordinary: v128 = i64x2.splat(0);
/** From the first row of a table to its last. */
let lastRow: usize = 0;

/** What this thread found, and for each split what a trial must surpass to be its winner. */
let inSample: usize = 0;
let outOfSample: usize = 0;
let best: usize = 0;
let counts: usize = 0;
let bounds: usize = 0;

/**
 * Once a cross-validation and thread. Splits are those of `splitsOf` in core/overfitting/splits.ts; each half of the blocks has 2^(blockCount / 2) sets.
 *
 * @param returns  in a half of the blocks, at least 2
 * @param sumsAt   for each trial and block the sum of the returns and that of their squares, doubles
 * @param rowsAt   for each set its row in a table, an i32: complements stand at mirrored rows, the first and the last and so on
 * @param runsAt   for each run of splits three i32: the row in the first half's table that its splits share; the row of its first split in the second half's,
 *                 from which those of the others follow; the split after its last
 * @param takenAt  an i32, 0 before the first thread is bound: how many threads have taken their place in what follows
 * @param inSampleAt, outOfSampleAt, bestAt for each thread and split the largest key and that of the same trial out of sample, doubles; the trial, an i32
 * @param countsAt for each thread and split four i32: their sum is the number of trials below the target, twice, and of those equal to it
 */
export function bindCrossValidation(
  trialCount: i32,
  blockCount: i32,
  splits: i32,
  returns: f64,
  sumsAt: usize,
  rowsAt: usize,
  runsAt: usize,
  runCount: i32,
  takenAt: usize,
  inSampleAt: usize,
  outOfSampleAt: usize,
  bestAt: usize,
  countsAt: usize,
): void {
  trials = trialCount;
  blocks = blockCount;
  sums = sumsAt;
  rows = rowsAt;
  runs = runsAt;
  runsEnd = runsAt + <usize>runCount * RUN_BYTES;
  perReturn = 1 / returns;
  leastDispersion = (returns - 1) * ZERO_DISPERSION * ZERO_DISPERSION;
  leastMean = returns * ZERO_MEAN_SHARE * ZERO_MEAN_SHARE;
  sureShare = returns * (1 - 2 * CONSTANT_SHARE);
  leastOrdinary = leastDispersion / CONSTANT_SHARE;
  lastRow = ((1 << (blocks >> 1)) - 1) * ROW;
  lower = reserve(<f64>(2 * (lastRow + ROW) + <usize>blocks * ROW + 16 + (<usize>splits << 3)));
  if (lower == 0) return;
  upper = lower + lastRow + ROW;
  inBlocks = upper + lastRow + ROW;
  fourKeys = inBlocks + <usize>blocks * ROW;
  bounds = fourKeys + 16;
  const before = <usize>atomic.add<i32>(takenAt, 1) * <usize>splits;
  inSample = inSampleAt + (before << 3);
  outOfSample = outOfSampleAt + (before << 3);
  best = bestAt + (before << 2);
  counts = countsAt + (before << 4);
  memory.fill(best, 0, <usize>splits << 2);
  memory.fill(counts, 0, <usize>splits << 4);
  for (let i = 0; i < splits; i++) {
    store<f64>(inSample + (<usize>i << 3), -Infinity);
    store<f64>(bounds + (<usize>i << 3), NaN);
  }
}

/** False when there was not enough memory to bind. */
export function findWinners(piece: i32): bool {
  if (lower == 0) return false;
  const end = min((piece + 1) * TRIALS_A_PIECE, trials);
  for (let trial = piece * TRIALS_A_PIECE; trial < end; trial += TOGETHER) {
    fillTables(trial);
    find(trial);
  }
  return true;
}

/**
 * @param targets for each split three doubles, the last of them the key that others are compared with: whatever is below the first before it is made a key is
 *                surely below it, whatever is above the second surely above it
 */
export function countBelow(piece: i32, targets: usize): void {
  const end = min((piece + 1) * TRIALS_A_PIECE, trials);
  for (let trial = piece * TRIALS_A_PIECE; trial < end; trial += TOGETHER) {
    fillTables(trial);
    count(trial, targets);
  }
}

/** From the sums of eight trials; those beyond the last one have no returns. */
function fillTables(trial: i32): void {
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

/** Nearly no trial comes near the best one so far, which products tell; the others are looked at one by one. */
function find(trial: i32): void {
  let bound = bounds;
  for (let run = runs; run < runsEnd; run += RUN_BYTES) {
    const low = lower + <usize>load<i32>(run) * ROW;
    let high = upper + <usize>load<i32>(run, 4) * ROW;
    const end = bounds + (<usize>load<i32>(run, 8) << 3);
    const sum01 = v128.load(low);
    const squares01 = v128.load(low, 16);
    const sum23 = v128.load(low, 32);
    const squares23 = v128.load(low, 48);
    const sum45 = v128.load(low, 64);
    const squares45 = v128.load(low, 80);
    const sum67 = v128.load(low, 96);
    const squares67 = v128.load(low, 112);
    for (; bound < end; bound += 8, high += ROW) {
      const most = v128.load64_splat(bound);
      const within01 = within(f64x2.add(sum01, v128.load(high)), f64x2.add(squares01, v128.load(high, 16)), most);
      const within23 = within(f64x2.add(sum23, v128.load(high, 32)), f64x2.add(squares23, v128.load(high, 48)), most);
      const within45 = within(f64x2.add(sum45, v128.load(high, 64)), f64x2.add(squares45, v128.load(high, 80)), most);
      const within67 = within(f64x2.add(sum67, v128.load(high, 96)), f64x2.add(squares67, v128.load(high, 112)), most);
      const all = v128.and(v128.and(within01, within23), v128.and(within45, within67));
      if (i64x2.bitmask(all) != 3) challenge(<i32>((bound - bounds) >>> 3), trial, low, high);
    }
  }
}

/** Whether keys are surely not above a bound that is not below 0; never where it is NaN. A negative sum makes no key above 0. */
// @ts-ignore: decorator
@inline
function within(sum: v128, squares: v128, bound: v128): v128 {
  const gain = f64x2.pmax(f64x2.splat(0), sum);
  return f64x2.le(f64x2.mul(gain, gain), f64x2.mul(bound, squares));
}

/** Takes the largest of eight keys, the first among equal ones, if it is larger than the best so far. */
function challenge(split: i32, trial: i32, low: usize, high: usize): void {
  const at = <usize>split << 3;
  let key = <f32>load<f64>(inSample + at);
  let winner: i32 = -1;
  const together = min(TOGETHER, trials - trial);
  for (let k = 0; k < together; k++) {
    if ((k & 3) == 0) v128.store(fourKeys, keysOf(low + (<usize>k << 4), high + (<usize>k << 4)));
    const other = load<f32>(fourKeys + (<usize>(k & 3) << 2));
    if (!(other > key)) continue;
    key = other;
    winner = k;
  }
  if (winner < 0) return;
  store<f64>(inSample + at, <f64>key);
  store<f64>(bounds + at, key < 0 ? NaN : <f64>key * (1 + ROUNDED_OFF));
  store<i32>(best + (<usize>split << 2), trial + winner);
  const four = <usize>(winner & ~3) << 4;
  v128.store(fourKeys, keysOf(complement(lower, low) + four, complement(upper, high) + four));
  store<f64>(outOfSample + at, <f64>load<f32>(fourKeys + (<usize>(winner & 3) << 2)));
}

/** The row of the complement. */
// @ts-ignore: decorator
@inline
function complement(table: usize, row: usize): usize {
  return table + lastRow - (row - table);
}

/** Nearly all keys are far from the target, which products tell; where one of eight is not, all eight are worked out. */
function count(trial: i32, targets: usize): void {
  let to = counts;
  let target = targets;
  for (let run = runs; run < runsEnd; run += RUN_BYTES) {
    const low = lower + <usize>load<i32>(run) * ROW;
    let high = upper + <usize>load<i32>(run, 4) * ROW;
    const end = counts + (<usize>load<i32>(run, 8) << 4);
    const sum01 = v128.load(low);
    const squares01 = v128.load(low, 16);
    const sum23 = v128.load(low, 32);
    const squares23 = v128.load(low, 48);
    const sum45 = v128.load(low, 64);
    const squares45 = v128.load(low, 80);
    const sum67 = v128.load(low, 96);
    const squares67 = v128.load(low, 112);
    for (; to < end; to += 16, target += TARGET_BYTES, high += ROW) {
      const under = v128.load64_splat(target);
      const over = v128.load64_splat(target, 8);

      let sum = f64x2.add(sum01, v128.load(high));
      let squares = f64x2.add(squares01, v128.load(high, 16));
      const below01 = f64x2.lt(signedSquare(sum), f64x2.mul(under, squares));
      let all = v128.and(ordinary, sure(below01, sum, squares, over));

      sum = f64x2.add(sum23, v128.load(high, 32));
      squares = f64x2.add(squares23, v128.load(high, 48));
      const below23 = f64x2.lt(signedSquare(sum), f64x2.mul(under, squares));
      all = v128.and(all, sure(below23, sum, squares, over));

      sum = f64x2.add(sum45, v128.load(high, 64));
      squares = f64x2.add(squares45, v128.load(high, 80));
      const below45 = f64x2.lt(signedSquare(sum), f64x2.mul(under, squares));
      all = v128.and(all, sure(below45, sum, squares, over));

      sum = f64x2.add(sum67, v128.load(high, 96));
      squares = f64x2.add(squares67, v128.load(high, 112));
      const below67 = f64x2.lt(signedSquare(sum), f64x2.mul(under, squares));
      all = v128.and(all, sure(below67, sum, squares, over));

      // The mask of a double is two words: what is below the target counts twice.
      const below = i32x4.add(i32x4.add(below01, below23), i32x4.add(below45, below67));
      const minus = i64x2.bitmask(all) == 3 ? below : compared(trial, low, high, target);
      v128.store(to, i32x4.sub(v128.load(to), minus));
    }
  }
}

/**
 * Whether keys lie surely below or surely above the target, of trials that are ordinary: there is dispersion, or else there are no returns. A key that is 0
 * because the sum is rounding, or because there are no returns, lies on the same side of the target.
 */
// @ts-ignore: decorator
@inline
function sure(below: v128, sum: v128, squares: v128, over: v128): v128 {
  const decided = v128.or(below, f64x2.gt(signedSquare(sum), f64x2.mul(over, squares)));
  return v128.and(decided, f64x2.lt(f64x2.mul(sum, sum), f64x2.mul(f64x2.splat(sureShare), squares)));
}

/** sum * |sum| */
// @ts-ignore: decorator
@inline
function signedSquare(sum: v128): v128 {
  return v128.xor(f64x2.mul(sum, sum), v128.and(sum, i64x2.splat(i64.MIN_VALUE)));
}

/** Four words: their sum is -2 for each of eight keys below the target, -1 for each that equals it. */
function compared(trial: i32, low: usize, high: usize, target: usize): v128 {
  const key = f32x4.splat(<f32>load<f64>(target, 16));
  const left = i32x4.splat(trials - trial);
  const first = v128.and(notAbove(keysOf(low, high), key), i32x4.gt_s(left, i32x4(0, 1, 2, 3)));
  const last = v128.and(notAbove(keysOf(low + 2 * PAIR, high + 2 * PAIR), key), i32x4.gt_s(left, i32x4(4, 5, 6, 7)));
  return i32x4.add(first, last);
}

// @ts-ignore: decorator
@inline
function notAbove(keys: v128, target: v128): v128 {
  return i32x4.add(f32x4.lt(keys, target), f32x4.le(keys, target));
}

/** Keys of four trials, rounded to single precision. */
// @ts-ignore: decorator
@inline
function keysOf(low: usize, high: usize): v128 {
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
