import { describe, expect, test } from "bun:test";
import { uniforms } from "../random.ts";
import { gridOfBlock, JoinedTrials, MOST_BLOCK_TRIALS, splitSweep } from "./blocks.ts";
import { paramsOf } from "./grid.ts";
import { newTrials } from "./single-trial.ts";
import { gridOf } from "./test-table.ts";
import { BLOCKS, TRIAL_FIGURES, type Trials } from "./trials.ts";

const ANY = Number.POSITIVE_INFINITY;

/** Trials whose figures and sums are numbered from here on. */
function numbered(first: number, count: number, changes: Partial<Trials> = {}): Trials {
  const trials = newTrials(count, 40);
  for (const [k, name] of TRIAL_FIGURES.entries())
    trials[name].set(Float64Array.from(trials[name], (_, i) => k * 1000 + first + i));
  trials.blockSums.set(Float64Array.from(trials.blockSums, (_, i) => first * BLOCKS * 2 + i));
  return { ...trials, kernel: "sparse", recomputed: count, ...changes };
}

describe("the blocks of a sweep", () => {
  test("are one where it is small, and differ by one trial where they cannot be equal", () => {
    expect(splitSweep(50_000, 6300, ANY)).toEqual([{ first: 0, count: 50_000 }]);
    expect(splitSweep(100_001, 1, ANY)).toEqual([
      { first: 0, count: 33_333 },
      { first: 33_333, count: 33_334 },
      { first: 66_667, count: 33_334 },
    ]);
  });

  test("are smaller at the end where there are many", () => {
    expect(splitSweep(50, 1, 10).map(({ count }) => count)).toEqual([10, 10, 10, 10, 10]);
    expect(splitSweep(60, 1, 10).map(({ count }) => count)).toEqual([10, 10, 10, 10, 3, 3, 4, 3, 3, 4]);
    expect(splitSweep(7, 1, 1).map(({ count }) => count)).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect(splitSweep(1_000_000, 10, ANY).map(({ count }) => count)).toEqual([
      ...Array.from({ length: 18 }, () => 50_000),
      ...[16_666, 16_667, 16_667, 16_666, 16_667, 16_667],
    ]);
  });

  test("cost no more than they may, but one trial is run whatever it costs", () => {
    expect(splitSweep(7, 10, 29).map(({ count }) => count)).toEqual([1, 2, 2, 2]);
    expect(splitSweep(7, 10, 30).map(({ count }) => count)).toEqual([2, 2, 3]);
    expect(splitSweep(3, 10, 9)).toEqual([
      { first: 0, count: 1 },
      { first: 1, count: 1 },
      { first: 2, count: 1 },
    ]);
  });

  test("follow each other from the first trial to the last, whatever their number", () => {
    const next = uniforms(11);
    for (let k = 0; k < 500; k++) {
      const trials = 1 + Math.floor(next() ** 3 * 300_000);
      const bars = 1 + Math.floor(next() * 10_000);
      const most = bars * (1 + next() * 2 * trials);
      const blocks = splitSweep(trials, bars, most);
      let at = 0;
      for (const { first, count } of blocks) {
        expect(first).toBe(at);
        at += count;
      }
      expect(at).toBe(trials);
      const counts = blocks.map(({ count }) => count);
      const first = counts[0] ?? 0;
      const equal = counts.filter((count) => Math.abs(count - first) <= 1);
      expect(equal.length).toBeGreaterThanOrEqual(counts.length < 6 ? counts.length : 4);
      expect(Math.min(...counts)).toBeGreaterThanOrEqual(1);
      expect(Math.max(...counts)).toBeLessThanOrEqual(Math.min(MOST_BLOCK_TRIALS, most / bars));
    }
  });

  test("have the parameters of their trials", () => {
    const axes = [
      { name: "a", values: [1, 2, 3] },
      { name: "b", values: ["x", "y"] },
    ];
    const grid = gridOf(axes);
    const block = gridOfBlock(grid, { first: 1, count: 3 });
    expect([block.trials, block.axes]).toEqual([3, axes]);
    expect([0, 1, 2].map((trial) => paramsOf(block, trial))).toEqual([
      { a: 1, b: "y" },
      { a: 2, b: "x" },
      { a: 2, b: "y" },
    ]);
    for (const outside of [
      { first: -1, count: 2 },
      { first: 0, count: 0 },
      { first: 5, count: 2 },
    ])
      expect(() => gridOfBlock(grid, outside)).toThrow(RangeError);
  });
});

describe("joined trials", () => {
  test("are the trials of the blocks, one after the other", () => {
    const joined = new JoinedTrials(7, 40);
    joined.add({ first: 0, trials: numbered(0, 2) });
    joined.add({ first: 2, trials: numbered(2, 4) });
    joined.add({ first: 6, trials: numbered(6, 1) });
    expect(joined.whole()).toEqual(numbered(0, 7));
  });

  test("cannot have a block twice, a gap, or one too many", () => {
    const joined = new JoinedTrials(5, 40);
    expect(() => joined.add({ first: 1, trials: numbered(1, 2) })).toThrow(
      "of 5 trials 0 are there: a block of 2 from 1 on does not follow",
    );
    expect(() => joined.whole()).toThrow("of 5 trials 0 are there: the last blocks are missing");
    joined.add({ first: 0, trials: numbered(0, 3) });
    for (const first of [0, 2, 4]) expect(() => joined.add({ first, trials: numbered(first, 1) })).toThrow(RangeError);
    expect(() => joined.add({ first: 3, trials: numbered(3, 3) })).toThrow(RangeError);
    expect(() => joined.whole()).toThrow("of 5 trials 3 are there");
    joined.add({ first: 3, trials: numbered(3, 2) });
    expect(joined.whole().trades).toHaveLength(5);
  });

  test("are of one sweep: the same bars, the same kernel", () => {
    const joined = new JoinedTrials(4, 40);
    expect(() => joined.add({ first: 0, trials: numbered(0, 2, { bars: 41 }) })).toThrow(RangeError);
    joined.add({ first: 0, trials: numbered(0, 2) });
    expect(() => joined.add({ first: 2, trials: numbered(2, 2, { kernel: "plain" }) })).toThrow(
      "a block by plain on 40 bars does not belong to a sweep by sparse on 40",
    );
  });
});
