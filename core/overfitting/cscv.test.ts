import { describe, expect, test } from "bun:test";
import { normals } from "../random.ts";
import { mean, standardDeviation } from "../statistics/moments.ts";
import { type BlockSums, blockSumsOf, inExcessOf, type ReturnMatrix } from "./block-sums.ts";
import { crossValidate } from "./cscv.ts";
import { findWinners, splitsOf } from "./splits.ts";

function noise(seed: number, rows: number, columns: number): ReturnMatrix {
  const next = normals(seed);
  return { values: Float64Array.from({ length: rows * columns }, () => 0.0003 + 0.01 * next()), rows, columns };
}

/** Columns side by side. */
function matrixOf(...columns: readonly (readonly number[])[]): ReturnMatrix {
  const rows = columns[0]?.length ?? 0;
  const values = Float64Array.from({ length: rows * columns.length }, (_, i) => {
    return columns[i % columns.length]![Math.floor(i / columns.length)]!;
  });
  return { values, rows, columns: columns.length };
}

const validate = (sums: BlockSums) => crossValidate(sums, findWinners);

/** Every split by its definition: rows gathered, Sharpe ratios in two passes, ranks by comparing; sorted, for the order of the splits is free. */
function bruteForce({ values, rows, columns }: ReturnMatrix, blocks: number) {
  const length = Math.floor(rows / blocks);
  const sharpesOver = (chosen: (block: number) => boolean) =>
    Array.from({ length: columns }, (_, k) => {
      const returns: number[] = [];
      for (let row = rows % blocks; row < rows; row++) {
        if (chosen(Math.floor((row - (rows % blocks)) / length))) returns.push(values[row * columns + k]!);
      }
      const column = Float64Array.from(returns);
      return mean(column) / standardDeviation(column);
    });
  const found: number[][] = [];
  for (let set = 0; set < 2 ** blocks; set++) {
    const chosen = (block: number) => Math.floor(set / 2 ** block) % 2 === 1;
    if (Array.from({ length: blocks }, (_, k) => chosen(k)).filter(Boolean).length !== blocks / 2) continue;
    const inside = sharpesOver(chosen);
    const outside = sharpesOver((block) => !chosen(block));
    const best = inside.indexOf(Math.max(...inside));
    found.push([inside[best]!, outside[best]!, outside.filter((sharpe) => sharpe <= outside[best]!).length, best]);
  }
  return found.sort((a, b) => a[0]! - b[0]!);
}

describe("combinatorially symmetric cross-validation", () => {
  test.each([
    [2, 31, 4],
    [4, 50, 7],
    [6, 44, 3],
    [8, 65, 12],
  ])("%i blocks of %i rows and %i trials give what the definition gives, split by split", (blocks, rows, columns) => {
    for (let seed = 1; seed <= 5; seed++) {
      const returns = noise(seed, rows, columns);
      const got = validate(blockSumsOf(returns, blocks));
      const splits = Array.from(got.best, (best, i) => [got.inSample[i]!, got.outOfSample[i]!, got.rank[i]!, best]);
      const want = bruteForce(returns, blocks);
      expect(splits.length).toBe(want.length);
      for (const [at, split] of splits.sort((a, b) => a[0]! - b[0]!).entries()) {
        expect(split.slice(2)).toEqual(want[at]!.slice(2));
        expect(Math.abs(split[0]! - want[at]![0]!)).toBeLessThan(1e-12);
        expect(Math.abs(split[1]! - want[at]![1]!)).toBeLessThan(1e-12);
      }
    }
  });

  test("does not depend on the order of the blocks, and so not on that of the splits", () => {
    const { sums, ...sizes } = blockSumsOf(noise(7, 160, 6), 8);
    const before = validate({ sums, ...sizes });
    const order = [5, 2, 7, 0, 3, 6, 1, 4];
    const moved = sums.map((_, i) => sums[(Math.floor(i / 16) * 8 + order[Math.floor(i / 2) % 8]!) * 2 + (i % 2)]!);
    const after = validate({ sums: moved, ...sizes });
    expect(after.probabilityOfOverfitting).toBe(before.probabilityOfOverfitting);
    expect(after.probabilityOfLoss).toBe(before.probabilityOfLoss);
    expect(after.degradationSlope).toBeCloseTo(before.degradationSlope, 12);
    expect(after.logits.sort()).toEqual(before.logits.sort());
  });

  test("one trial better than all others in every block is never overfitted, and beats the middle everywhere", () => {
    const { values, rows, columns } = noise(3, 320, 10);
    const lifted = values.map((value, i) => (i % columns === 4 ? value + 0.02 : value));
    const got = validate(blockSumsOf({ values: lifted, rows, columns }, 16));
    expect(got.logits.length).toBe(12_870);
    expect([got.probabilityOfOverfitting, got.probabilityOfLoss]).toEqual([0, 0]);
    expect(new Set(got.best)).toEqual(new Set([4]));
    expect(new Set(got.rank)).toEqual(new Set([10]));
  });

  test("equal trials share their mean rank, and the first of them is the best", () => {
    const up = [0.01, 0.02, 0.03, 0.01, 0.02, 0.03, 0.01, 0.02];
    const down = up.map((r) => -r);
    const got = validate(blockSumsOf(matrixOf(down, up, up), 4));
    expect(new Set(got.best)).toEqual(new Set([1]));
    expect(new Set(got.rank)).toEqual(new Set([2.5]));
    expect(got.logits[0]).toBeCloseTo(Math.log(2.5 / 1.5), 14);
  });

  test("equal trials stay equal when the last digits of their sums differ", () => {
    const { values, rows, columns } = noise(9, 320, 5);
    const wide = {
      values: Float64Array.from({ length: rows * 10 }, (_, i) => values[Math.floor(i / 10) * columns + (i % columns)]!),
      rows,
      columns: 10,
    };
    const sums = blockSumsOf(wide, 16);
    const next = normals(10);
    const shaken = { ...sums, sums: sums.sums.map((value) => value * (1 + 1e-15 * next())) };
    expect(findWinners(shaken)).toEqual(findWinners(sums));
  });

  test("returns that never differ count as a Sharpe ratio of 0, though their sums are only equal up to rounding", () => {
    const constant = new Array<number>(40).fill(0.1);
    const falling = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? -0.03 : 0.01));
    const got = validate(blockSumsOf(matrixOf(falling, constant), 4));
    expect(new Set(got.best)).toEqual(new Set([1]));
    expect(new Set([...got.inSample, ...got.outOfSample])).toEqual(new Set([0]));
  });

  test("trials that all stand still are told apart by nothing: the first is best, in the middle of the ranks", () => {
    const got = validate({ sums: new Float64Array(3 * 4 * 2), trials: 3, blocks: 4, blockLength: 5 });
    expect(new Set(got.best)).toEqual(new Set([0]));
    expect(new Set(got.rank)).toEqual(new Set([2]));
    expect([got.probabilityOfOverfitting, got.probabilityOfLoss]).toEqual([1, 0]);
    expect(got.degradationSlope).toBeNaN();
  });

  test("returns too large for their squares are without dispersion, not NaN", () => {
    const got = validate(blockSumsOf(matrixOf([1e200, -1e200, 1e200, 1e200], [0.1, -0.1, 0.1, 0.2]), 2));
    expect(got.inSample.some(Number.isNaN)).toBe(false);
    expect(got.outOfSample.some(Number.isNaN)).toBe(false);
  });

  test("refuses what it cannot split", () => {
    const sums = (trials: number, blocks: number, blockLength: number) => ({
      sums: new Float64Array(trials * blocks * 2),
      trials,
      blocks,
      blockLength,
    });
    expect(() => validate(sums(0, 4, 5))).toThrow(RangeError);
    expect(() => validate(sums(2, 2, 1))).toThrow(RangeError);
    expect(() => validate(sums(2, 3, 5))).toThrow(RangeError);
    expect(() => validate(sums(2, 22, 5))).toThrow(RangeError);
    expect(() => validate({ ...sums(2, 4, 5), trials: 3 })).toThrow(RangeError);
  });
});

describe("splits", () => {
  test("16 blocks have 12,870, and the complement of a split stands at the mirrored place", () => {
    const { count, low, high } = splitsOf(16);
    expect(count).toBe(12_870);
    for (let i = 0; i < count; i++) expect([low[i]! + low[count - 1 - i]!, high[i]! + high[count - 1 - i]!]).toEqual([255, 255]);
  });
});

describe("block sums", () => {
  test("of five rows in two blocks leave the oldest row out", () => {
    const { sums, blockLength } = blockSumsOf(matrixOf([9, 1, 2, 3, 4], [8, 0, 1, 0, -1]), 2);
    expect(blockLength).toBe(2);
    expect([...sums]).toEqual([3, 5, 7, 25, 1, 1, -1, 1]);
  });

  test("in excess of a rate are the sums of the returns less the rate", () => {
    const returns = noise(4, 48, 3);
    const less = { ...returns, values: returns.values.map((value) => value - 0.002) };
    const got = inExcessOf(0.002, blockSumsOf(returns, 4));
    const want = blockSumsOf(less, 4);
    for (const [i, sum] of want.sums.entries()) expect(got.sums[i]).toBeCloseTo(sum, 14);
    expect(inExcessOf(0, want)).toBe(want);
  });
});
