import { CONSTANT_SHARE, ZERO_DISPERSION, ZERO_MEAN_SHARE } from "../engine/abi.ts";
import type { BlockSums } from "./block-sums.ts";

/** The most blocks: half of them make tables of 2^(blocks / 2) sums, and the splits grow as 2^blocks. */
const MOST_BLOCKS = 20;

/**
 * Every way to take half of the blocks as in-sample, told as a pair of sets: `low` of the first half of the blocks, `high` of the second, bit k for block k of
 * its half. Ascending by (low, high), so that the complement of split i is split `count - 1 - i`.
 */
export interface Splits {
  readonly count: number;
  readonly low: Int32Array;
  readonly high: Int32Array;
}

/** @throws {RangeError} when blocks is not an even number from 2 to 20 */
export function splitsOf(blocks: number): Splits {
  if (!(blocks >= 2 && blocks <= MOST_BLOCKS && blocks % 2 === 0)) {
    throw new RangeError(`blocks is an even number from 2 to ${MOST_BLOCKS}, got ${blocks}`);
  }
  const half = blocks / 2;
  const low: number[] = [];
  const high: number[] = [];
  for (let a = 0; a < 1 << half; a++) {
    for (let b = 0; b < 1 << half; b++) {
      if (ones(a) + ones(b) !== half) continue;
      low.push(a);
      high.push(b);
    }
  }
  return { count: low.length, low: Int32Array.from(low), high: Int32Array.from(high) };
}

function ones(set: number): number {
  let count = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** The best trial of every split, length `count` each. Sharpe ratios that agree to seven digits count as equal. */
export interface SplitWinners {
  /** First trial with the highest Sharpe ratio in sample. */
  readonly best: Int32Array;
  /** Its rank out of sample among the trials, 1 lowest; equal trials share their mean rank. */
  readonly rank: Float64Array;
}

/** Finds the winners of all splits: the part of the work that grows with splits x trials, and that a kernel may take over. */
export type FindWinners = (blockSums: BlockSums) => SplitWinners;

/**
 * `FindWinners` in plain TypeScript. A trial's sums over any choice of blocks are one entry of a table for the first half of the blocks plus one of a table
 * for the second; each is summed in the same order whatever the split. Only + - * /, comparisons and one rounding to single precision are used, so that a
 * kernel can give the same bits.
 *
 * @throws {RangeError} when blocks is not an even number from 2 to 20, or the sums have another length
 */
export function findWinners(blockSums: BlockSums): SplitWinners {
  const { sums, trials, blocks } = blockSums;
  if (sums.length !== trials * blocks * 2) throw new RangeError(`${trials} x ${blocks} x 2 sums expected, got ${sums.length}`);
  const splits = splitsOf(blocks);
  const { count } = splits;
  const keysOf = keyReader(blockSums, splits);
  const best = new Int32Array(count);
  const inSample = new Float32Array(count).fill(Number.NEGATIVE_INFINITY);
  const outOfSample = new Float32Array(count);
  for (let trial = 0; trial < trials; trial++) {
    const keys = keysOf(trial);
    for (let i = 0; i < count; i++) {
      if (!(keys[i]! > inSample[i]!)) continue;
      inSample[i] = keys[i]!;
      outOfSample[i] = keys[count - 1 - i]!;
      best[i] = trial;
    }
  }
  // The winner itself is among the equal ones: a half for it here, a half more in the loop.
  const rank = new Float64Array(count).fill(0.5);
  for (let trial = 0; trial < trials; trial++) {
    const keys = keysOf(trial);
    for (let i = 0; i < count; i++) {
      const key = keys[count - 1 - i]!;
      const target = outOfSample[i]!;
      rank[i]! += key < target ? 1 : key === target ? 0.5 : 0;
    }
  }
  return { best, rank };
}

/**
 * A function that gives a trial's keys over the in-sample blocks of every split, in one array that it fills anew each time. Keys are in single precision: equal
 * trials whose sums differ in their last digits, because they were added up in another order, stay equal.
 */
function keyReader({ sums, blocks, blockLength }: BlockSums, { count, low, high }: Splits): (trial: number) => Float32Array {
  const half = blocks / 2;
  const lower = setSums(half);
  const upper = setSums(half);
  const keys = new Float32Array(count);
  return (trial) => {
    fill(lower, sums, trial * blocks);
    fill(upper, sums, trial * blocks + half);
    for (let i = 0; i < count; i++) {
      const a = low[i]!;
      const b = high[i]!;
      keys[i] = keyOf(lower.sum[a]! + upper.sum[b]!, lower.squares[a]! + upper.squares[b]!, half * blockLength);
    }
    return keys;
  };
}

/** Sums over every set of a few blocks: entry `set` holds the blocks whose bits are set. */
interface SetSums {
  readonly sum: Float64Array;
  readonly squares: Float64Array;
}

function setSums(blocks: number): SetSums {
  return { sum: new Float64Array(1 << blocks), squares: new Float64Array(1 << blocks) };
}

/** Each set is the one without its highest block, and that block. */
function fill({ sum, squares }: SetSums, sums: Float64Array, firstBlock: number): void {
  for (let set = 1; set < sum.length; set++) {
    const highest = 31 - Math.clz32(set);
    const rest = set - (1 << highest);
    const at = (firstBlock + highest) * 2;
    sum[set] = sum[rest]! + sums[at]!;
    squares[set] = squares[rest]! + sums[at + 1]!;
  }
}

/** Whether n returns with these sums have a Sharpe ratio other than 0: there is dispersion, and their sum is more than rounding. */
function hasSharpe(sum: number, squares: number, n: number): boolean {
  const square = sum * sum;
  const dispersion = squares - square * (1 / n);
  const disperse = dispersion > (n - 1) * ZERO_DISPERSION * ZERO_DISPERSION && dispersion > CONSTANT_SHARE * squares;
  return disperse && square > n * ZERO_MEAN_SHARE * ZERO_MEAN_SHARE * squares;
}

/** sum * |sum| / squares, which rises with the Sharpe ratio of n returns and needs neither a root nor a difference that cancels; from -n to n. */
function keyOf(sum: number, squares: number, n: number): number {
  return hasSharpe(sum, squares, n) ? (sum * Math.abs(sum)) / squares : 0;
}

/** Sharpe ratio per period (mean over sample deviation) of n returns told by their sums; 0 without dispersion. */
function sharpeOf(sum: number, squares: number, n: number): number {
  return hasSharpe(sum, squares, n) ? sum / n / Math.sqrt((squares - (sum * sum) / n) / (n - 1)) : 0;
}

/** Sharpe ratio per period of one trial over the blocks of two sets, as `Splits` has them. */
export function sharpeOver({ sums, blocks, blockLength }: BlockSums, trial: number, low: number, high: number): number {
  let sum = 0;
  let squares = 0;
  let length = 0;
  const set = low + (high << (blocks / 2));
  for (let block = 0; block < blocks; block++) {
    if (((set >> block) & 1) === 0) continue;
    sum += sums[(trial * blocks + block) * 2]!;
    squares += sums[(trial * blocks + block) * 2 + 1]!;
    length += blockLength;
  }
  return sharpeOf(sum, squares, length);
}
