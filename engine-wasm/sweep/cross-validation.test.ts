import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type BlockSums, blockSumsOf, type ReturnMatrix } from "../../core/overfitting/block-sums.ts";
import { crossValidate } from "../../core/overfitting/cscv.ts";
import { findWinners, splitsOf } from "../../core/overfitting/splits.ts";
import { type CaseOf, vectorFiles } from "../../core/overfitting/vector-files.ts";
import { normals, uniforms } from "../../core/random.ts";
import { randomSweep } from "../../core/sweep/random-sweep.ts";
import { engineTs } from "../../engine-ts/engine.ts";
import { plainSweeper } from "../../engine-ts/sweep.ts";
import { loadSweeper, type WasmSweeper } from "./sweeper.ts";

let sweepers: readonly WasmSweeper[] = [];
beforeAll(async () => {
  const plain = plainSweeper(engineTs);
  sweepers = await Promise.all([1, 2, 3].map((threads) => loadSweeper(plain, threads, () => performance.now())));
});
afterAll(() => {
  for (const sweeper of sweepers) sweeper[Symbol.dispose]();
});

type Draw = () => number;
const LENGTH = 20;

/** Sum of returns and of their squares in a block, by what a trial is like; the last ones lie on both sides of what counts as 0. */
const KINDS = {
  noise: (normal) => spread(0.02 * normal(), 0.01),
  winning: (normal) => spread(0.3 + 0.02 * normal(), 0.01),
  losing: (normal) => spread(-0.3 + 0.02 * normal(), 0.01),
  still: () => [0, 0],
  halting: (normal, block) => (block % 2 === 0 ? [0, 0] : spread(0.02 * normal(), 0.01)),
  constant: () => [LENGTH * 0.01, LENGTH * 0.01 * 0.01],
  falling: () => [-LENGTH * 0.1, LENGTH * 0.1 * 0.1],
  balanced: (_, block) => spread(block % 2 === 0 ? 0.125 : -0.125, 0.25),
  huge: (normal) => [normal() * 1e200, Number.POSITIVE_INFINITY],
  hollow: () => [1e-101, 0],
  hardlyVaried: (normal) => spread(0.2, 1e-7 * 10 ** (normal() / 2)),
  hardlyVariedLoss: (normal) => spread(-0.2, 1e-7 * 10 ** (normal() / 2)),
  hardlyAnyMean: (normal) => spread(1e-14 * normal(), 0.01),
  hardlyThere: (normal) => spread(1e-12 * normal(), 1e-12 * 10 ** (normal() / 4)),
  hardlyThereLoss: (normal) => spread(-1.4e-6, 1e-12 * 10 ** (normal() / 4)),
} as const satisfies Record<string, (normal: Draw, block: number) => readonly [number, number]>;
type Kind = keyof typeof KINDS;
const EVERY_KIND = Object.keys(KINDS) as Kind[];

function spread(sum: number, deviation: number): readonly [number, number] {
  return [sum, (sum * sum) / LENGTH + LENGTH * deviation * deviation];
}

/** Trials of the kinds told, a third of them a trial before them over again, as it is or in other units. */
function drawnSums(seed: number, trials: number, blocks: number, kinds: readonly Kind[]): BlockSums {
  const normal = normals(seed);
  const uniform = uniforms(seed + 1);
  const sums = new Float64Array(trials * blocks * 2);
  for (let trial = 0; trial < trials; trial++) {
    const like = uniform() < 1 / 3 ? Math.floor(uniform() * trial) : trial;
    const unit = uniform() < 0.5 ? 1 : 3;
    const kind = KINDS[kinds[Math.floor(uniform() * kinds.length)]!]!;
    for (let block = 0; block < blocks; block++) {
      const from = (like * blocks + block) * 2;
      const [sum, squares] = like < trial ? [sums[from]! * unit, sums[from + 1]! * unit * unit] : kind(normal, block);
      sums.set([sum, squares], (trial * blocks + block) * 2);
    }
  }
  return { sums, trials, blocks, blockLength: LENGTH };
}

function expectPlain(blockSums: BlockSums): void {
  const want = findWinners(blockSums);
  for (const { findWinners: find } of sweepers) expect(find(blockSums)).toEqual(want);
}

describe("the winners of all splits are those of the plain loop, on one, two and three threads", () => {
  test.each([2, 4, 6, 8, 10, 12, 14, 16])("%i blocks, trials of every kind", (blocks) => {
    for (const trials of [0, 1, 2, 3, 8, 9, 15, 100, 129])
      expectPlain(drawnSums(blocks * 1000 + trials, trials, blocks, EVERY_KIND));
  });

  test("20 blocks, the most that can be split", () => {
    expectPlain(drawnSums(20, 5, 20, EVERY_KIND));
  });

  test.each(EVERY_KIND)("trials of one kind alone: %s", (kind) => {
    for (const blocks of [4, 10]) expectPlain(drawnSums(blocks, 300, blocks, [kind]));
  });

  test.each(EVERY_KIND)("trials of two kinds: %s, and any other", (kind) => {
    for (const other of EVERY_KIND) for (const trials of [3, 5, 200]) expectPlain(drawnSums(trials, trials, 8, [kind, other]));
  });

  test.each([0, -1e-20])("trials that stand still with squares of %f, after others that lose a little", (squares) => {
    const { sums, ...sizes } = drawnSums(8, 24, 8, ["noise"]);
    for (let i = 0; i < sums.length; i += 2) {
      const still = i >= 8 * 16;
      sums.set([still ? 0 : -Math.abs(sums[i]!), still ? squares : sums[i + 1]!], i);
    }
    expectPlain({ ...sizes, sums });
  });

  test("trials that get better one by one", () => {
    const rising = Float64Array.from({ length: 500 * 8 * 2 }, (_, i) => (i % 2 === 0 ? Math.floor(i / 16) / 1000 : 0.5));
    expectPlain({ sums: rising, trials: 500, blocks: 8, blockLength: LENGTH });
  });

  test("keys that singles can just tell apart, and keys that they cannot", () => {
    for (const step of [2 ** -23, 2 ** -24, 2 ** -25, 2 ** -26, 2 ** -40, 2 ** -52]) {
      const sums = new Float64Array(64 * 4 * 2);
      for (let trial = 0; trial < 64; trial++) {
        for (let block = 0; block < 4; block++)
          sums.set([0.5, 1 - (block + 1) * ((trial * 37) % 64) * step], (trial * 4 + block) * 2);
      }
      expectPlain({ sums, trials: 64, blocks: 4, blockLength: LENGTH });
      expectPlain({ sums: sums.map((sum, i) => (i % 2 === 0 ? -sum : sum)), trials: 64, blocks: 4, blockLength: LENGTH });
    }
  });

  test("with a thousand trials, and again after a sweep", async () => {
    const blockSums = drawnSums(3, 1000, 12, ["noise", "winning", "halting"]);
    expectPlain(blockSums);
    for (const sweeper of sweepers) await sweeper.sweep(randomSweep("ma_crossover", 5, 400, true));
    expectPlain(blockSums);
  });
});

describe("cross-validation by the kernel", () => {
  const cases = vectorFiles.reference.cases.filter((one): one is CaseOf<"cscv"> => one.kind === "cscv");

  test.each(cases.map((one) => [one.id, one] as const))("reference vector %s", (_id, { input, expected }) => {
    const sums = blockSumsOf(matrixOf(input), input.blocks);
    const { low, high } = splitsOf(input.blocks);
    const sets = Array.from(low, (set, i) => set + (high[i]! << (input.blocks / 2)));
    for (const sweeper of sweepers) {
      const got = crossValidate(sums, sweeper.findWinners);
      expectNear(got.probabilityOfOverfitting, expected.pbo);
      expectNear(got.probabilityOfLoss, expected.probabilityOfLoss);
      expectNear(got.degradationSlope, expected.degradationSlope);
      expectNear(got.degradationIntercept, expected.degradationIntercept);
      for (const { inSample, best, oosRank } of expected.perCombination ?? []) {
        const at = sets.indexOf(inSample.reduce((set, block) => set + 2 ** block, 0));
        expect([got.best[at], got.rank[at]]).toEqual([best, oosRank]);
      }
    }
  });

  test("takes memory by trials and by splits, not by their product", async () => {
    using sweeper = await loadSweeper(plainSweeper(engineTs), 2, () => performance.now());
    sweeper.findWinners(drawnSums(1, 4000, 12, ["noise"]));
    expect(sweeper.memoryBytes()).toBeLessThan(4000 * 12 * 16 + 2 * 924 * 44 + 2 ** 20);
  });

  test("refuses what it cannot split", () => {
    const find = sweepers[1]!.findWinners;
    const sums = drawnSums(1, 3, 4, ["noise"]);
    expect(() => find({ ...sums, trials: 4 })).toThrow(/4 x 4 x 2 sums expected, got 24/);
    expect(() => find({ ...sums, blocks: 3, trials: 4 })).toThrow(/even number from 2 to 20, got 3/);
    expect(find(sums)).toEqual(findWinners(sums));
  });
});

function matrixOf(input: CaseOf<"cscv">["input"]): ReturnMatrix {
  if ("returns" in input) {
    return { values: Float64Array.from(input.returns.flat()), rows: input.returns.length, columns: input.returns[0]!.length };
  }
  const { seed, rows, columns, mu, sigma } = input.generator;
  const next = normals(seed);
  return { values: Float64Array.from({ length: rows * columns }, (_, i) => mu[i % columns]! + sigma * next()), rows, columns };
}

function expectNear(got: number, want: number): void {
  const { abs, rel } = vectorFiles.reference.tolerance;
  expect(Math.abs(got - want)).toBeLessThanOrEqual(Math.max(abs, rel * Math.abs(want)));
}
