// Cross-validation over block sums: for every split of the blocks into two halves first the trial with the largest key in sample, then how many trials' keys
// lie below the winner's out of sample.
import { reserve } from "./memory";
import { bindTables, complement, fillTables, keysOf, lower, ordinary, PAIR, ROW, signedSquare, sureShare, TOGETHER, trials, upper } from "./split-sums";

/** The next single is more than four times this share away: what exceeds one by less is rounded to it, however products of doubles are rounded. */
const ROUNDED_OFF: f64 = 1.0 / 67108864.0;

const TRIALS_A_PIECE: i32 = 128;
/** What belongs to a run of splits, and to a split's target: see `bindCrossValidation` and `countBelow`. */
const RUN_BYTES: usize = 12;
const TARGET_BYTES: usize = 24;

let runs: usize = 0;
let runsEnd: usize = 0;

/** What this thread found, and for each split what a trial must surpass to be its winner. */
let inSample: usize = 0;
let outOfSample: usize = 0;
let best: usize = 0;
let counts: usize = 0;
let bounds: usize = 0;
let fourKeys: usize = 0;

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
  bindTables(trialCount, blockCount, returns, sumsAt, rowsAt);
  runs = runsAt;
  runsEnd = runsAt + <usize>runCount * RUN_BYTES;
  bounds = reserve(<f64>splits * 8 + 16);
  if (lower == 0 || bounds == 0) return;
  fourKeys = bounds + (<usize>splits << 3);
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
  if (lower == 0 || bounds == 0) return false;
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
