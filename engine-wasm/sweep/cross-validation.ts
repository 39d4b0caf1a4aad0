import type { BlockSums } from "../../core/overfitting/block-sums.ts";
import { type Splits, type SplitWinners, splitsOf } from "../../core/overfitting/splits.ts";
import type { SweepThreads } from "./threads.ts";

const TRIALS_A_PIECE = 128;
/** From a number to the next in single precision it is no more than this share of it. */
const SINGLE_STEP = 2 ** -23;
/** A key beyond this is not that of a sum that is rounding, whatever the number of returns. */
const NOT_ROUNDING = 1e-18;

/**
 * `FindWinners` on all threads, equal to the plain one to the bit. The caller waits for it; no sweep may be under way on these threads.
 *
 * @param blockSums at least two returns in each half
 * @throws {RangeError} when blocks is not an even number from 2 to 20, the sums have another length, or memory is full
 */
export function findWinnersOn(threads: SweepThreads, { sums, trials, blocks, blockLength }: BlockSums): SplitWinners {
  if (sums.length !== trials * blocks * 2) throw new RangeError(`${trials} x ${blocks} x 2 sums expected, got ${sums.length}`);
  const splits = splitsOf(blocks);
  const { count } = splits;
  const { rows, runs } = tableLayout(splits, blocks / 2);
  threads.clear();
  const found = layFound(threads, count);
  const sizes = [trials, blocks, count, (blocks / 2) * blockLength];
  const tables = [threads.put(sums), threads.put(rows), threads.put(runs), runs.length / 3];
  const places = [threads.put(Int32Array.of(0)), found.inSample, found.outOfSample, found.best, found.counts];
  return threads.togetherNow([["bindCrossValidation", ...sizes, ...tables, ...places]], () => {
    const pieces = Math.ceil(trials / TRIALS_A_PIECE);
    threads.runNow("winners", pieces, []);
    const { best, outOfSample } = winnersOfAll(threads, found, count);
    threads.runNow("ranks", pieces, [threads.put(targetsOf(outOfSample))]);
    return { best, rank: ranksOfAll(threads, found, count) };
  });
}

/**
 * Sets in the order in which splits name them, by which complements stand at mirrored rows; and runs of splits that share `low` and whose `high` stand in
 * neighbouring rows, each told by both rows and the split after its last.
 */
function tableLayout({ count, low, high }: Splits, blocks: number): { readonly rows: Int32Array; readonly runs: Int32Array } {
  const rows = new Int32Array(1 << blocks);
  for (const [row, set] of [...new Set(high)].entries()) rows[set] = row;
  const runs: number[] = [];
  for (let first = 0, i = 1; i <= count; i++) {
    if (i < count && low[i] === low[first] && rows[high[i]!] === rows[high[i - 1]!]! + 1) continue;
    runs.push(rows[low[first]!]!, rows[high[first]!]!, i);
    first = i;
  }
  return { rows, runs: Int32Array.from(runs) };
}

/** Where threads write what they find about each split: thread by thread, doubles, words for `best`, four words for `counts`. */
interface Found {
  readonly inSample: number;
  readonly outOfSample: number;
  readonly best: number;
  readonly counts: number;
}

function layFound(threads: SweepThreads, splits: number): Found {
  const values = threads.size * splits;
  return {
    inSample: threads.reserve(values * 8),
    outOfSample: threads.reserve(values * 8),
    best: threads.reserve(values * 4),
    counts: threads.reserve(values * 16),
  };
}

/** Of the threads' winners those with the largest key, the first trial among equal ones, whichever thread looked at it. */
function winnersOfAll(threads: SweepThreads, found: Found, splits: number) {
  const best = new Int32Array(splits);
  const inSample = new Float64Array(splits).fill(Number.NEGATIVE_INFINITY);
  const outOfSample = new Float64Array(splits);
  for (let before = 0; before < threads.size * splits; before += splits) {
    const keys = threads.doubles(found.inSample + before * 8, splits);
    const outside = threads.doubles(found.outOfSample + before * 8, splits);
    const trials = threads.integers(found.best + before * 4, splits);
    for (let i = 0; i < splits; i++) {
      if (!(keys[i]! > inSample[i]! || (keys[i] === inSample[i] && trials[i]! < best[i]!))) continue;
      inSample[i] = keys[i]!;
      outOfSample[i] = outside[i]!;
      best[i] = trials[i]!;
    }
  }
  return { best, outOfSample };
}

/**
 * What keys are compared with, the last split's first: a trial's key out of sample is its key in sample of the complement. What lies a step away from the target
 * lies on the same side when it is rounded to single precision, and when it is made 0.
 */
function targetsOf(outOfSample: Float64Array): Float64Array {
  const targets = new Float64Array(outOfSample.length * 3);
  for (const [i, key] of outOfSample.toReversed().entries()) {
    const step = Math.max(Math.abs(key) * SINGLE_STEP, NOT_ROUNDING);
    targets.set([key - step, key + step, key], i * 3);
  }
  return targets;
}

/** The winner itself is among the equal ones: half a rank more makes it a whole one. */
function ranksOfAll(threads: SweepThreads, found: Found, splits: number): Float64Array {
  const rank = new Float64Array(splits).fill(0.5);
  for (let before = 0; before < threads.size * splits; before += splits) {
    const counts = threads.integers(found.counts + before * 16, splits * 4);
    for (let k = 0; k < counts.length; k++) rank[splits - 1 - (k >> 2)]! += counts[k]! / 2;
  }
  return rank;
}
