import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type StrategyName, strategies } from "../../core/strategies/registry.ts";
import { paramsOf } from "../../core/sweep/grid.ts";
import { kernelsFor } from "../../core/sweep/plan.ts";
import { randomSweep } from "../../core/sweep/random-sweep.ts";
import { bytesOf, type Sweeper, type SweepTask } from "../../core/sweep/sweeper.ts";
import { BLOCKS, SWEEP_KERNELS, type SweepKernel, TRIAL_FIGURES, type Trials } from "../../core/sweep/trials.ts";
import { engineTs } from "../../engine-ts/engine.ts";
import { plainSweeper } from "../../engine-ts/sweep.ts";
import { loadSweeper } from "./sweeper.ts";

const EXACT: readonly string[] = ["fills", "trades", "winners", "heldBars", "ledger"];
const LENGTHS = [0, 1, 2, 3, 17, 40, 120, 400, 900];
const NAMES = Object.keys(strategies) as StrategyName[];

const plain = plainSweeper(engineTs);
let sweepers: readonly Sweeper[] = [];
beforeAll(async () => {
  sweepers = await Promise.all([1, 2, 3].map((threads) => loadSweeper(plain, threads, () => performance.now())));
});
afterAll(() => {
  for (const sweeper of sweepers) sweeper[Symbol.dispose]();
});

async function trialsOf(sweeper: Sweeper, task: SweepTask): Promise<Trials> {
  const trials = await sweeper.sweep(task);
  if (trials === undefined) throw new Error("nobody aborted it");
  return trials;
}

function expectSame(want: Trials, got: Trials, task: SweepTask, told: string): void {
  for (const name of TRIAL_FIGURES) {
    for (let trial = 0; trial < task.grid.trials; trial++) {
      const a = want[name][trial]!;
      const b = got[name][trial]!;
      const same = Object.is(a, b) || (EXACT.includes(name) ? a === b : Math.abs(a - b) <= 1e-9 * Math.abs(a));
      if (!same)
        throw new Error(`${told}, ${name} of ${JSON.stringify(paramsOf(task.grid, trial))}: single run ${a}, ${got.kernel} ${b}`);
    }
  }
  for (let k = 0; k < want.blockSums.length; k++) {
    const [a, b] = [want.blockSums[k]!, got.blockSums[k]!];
    // A sum of returns may cancel; what is lost is lost from the size of the returns.
    const size = k % 2 === 0 ? Math.sqrt(Math.abs(want.blockSums[k + 1]!)) : Math.abs(a);
    if (!(Math.abs(a - b) <= 1e-9 * Math.abs(a) + 1e-11 * size + 1e-14))
      throw new Error(`${told}, block sum ${k % (2 * BLOCKS)} of trial ${Math.floor(k / (2 * BLOCKS))}: ${a} against ${b}`);
  }
}

function bitsOf(trials: Trials): Uint8Array[] {
  return [trials.blockSums, ...TRIAL_FIGURES.map((name) => trials[name])].map(
    (column) => new Uint8Array(column.buffer, column.byteOffset, column.byteLength),
  );
}

describe("every kernel gives each trial what its single run gives: fills exactly, figures within 1e-9", () => {
  for (const name of NAMES) {
    test(`${name}: long with all equity, on random bars and costs`, async () => {
      const ran = new Set<SweepKernel>();
      let doubted = 0;
      let all = 0;
      let fills = 0;
      for (let seed = 1; seed <= 36; seed++) {
        const task = randomSweep(name, seed, LENGTHS[seed % LENGTHS.length]!, true);
        const want = await trialsOf(plain, task);
        for (const count of want.fills) fills += count;
        for (const kernel of kernelsFor(task)) {
          const got = await trialsOf(sweepers[0]!, { ...task, kernel });
          expectSame(want, got, task, `seed ${seed}`);
          ran.add(got.kernel);
          doubted += kernel === "plain" ? 0 : got.recomputed;
          all += kernel === "plain" ? 0 : task.grid.trials;
        }
      }
      expect([...ran].sort()).toEqual(
        SWEEP_KERNELS.filter((kernel) => kernel !== "sorted" || name === "ma_crossover").toSorted(),
      );
      expect(doubted).toBeLessThan(all / 2);
      expect(fills).toBeGreaterThan(name === "buy_and_hold" ? 10 : 1000);
    });

    test(`${name}: any side, size, fill, stop and split`, async () => {
      for (let seed = 101; seed <= 136; seed++) {
        const task = randomSweep(name, seed, LENGTHS[seed % LENGTHS.length]!, false);
        const want = await trialsOf(plain, task);
        expectSame(want, await trialsOf(sweepers[0]!, task), task, `seed ${seed}`);
      }
    });
  }

  test("the table is equal bit for bit on one, two and three threads", async () => {
    for (const name of NAMES) {
      for (const plainly of [true, false]) {
        const task = randomSweep(name, 77, 2000, plainly);
        const [one, ...others] = await Promise.all(sweepers.map((sweeper) => trialsOf(sweeper, task)));
        for (const other of others) expect(bitsOf(other)).toEqual(bitsOf(one!));
      }
    }
  });
});

describe("a sweep", () => {
  const task = randomSweep("ma_crossover", 5, 900, true);

  test("tells its progress, from nothing to all trials", async () => {
    const told: number[] = [];
    await sweepers[1]!.sweep(task, { onProgress: (done, total) => told.push(done / total) });
    expect(told[0]).toBe(0);
    expect(told.at(-1)).toBe(1);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
  });

  test("that is aborted gives nothing, and the next one runs", async () => {
    const abort = new AbortController();
    abort.abort();
    expect(await sweepers[1]!.sweep(task, { signal: abort.signal })).toBeUndefined();
    expect(await sweepers[1]!.sweep(task)).toBeDefined();
  });

  test("refuses a kernel that cannot run it, and says which can", () => {
    expect(sweepers[0]!.sweep({ ...task, direction: "both", kernel: "sorted" })).rejects.toThrow(
      /sorted cannot run this sweep: dense, plain can/,
    );
  });

  test.each(NAMES)("takes no more shared memory than it said before: %s", async (name) => {
    for (const plainly of [true, false]) {
      const sweeper = await loadSweeper(plain, 1, () => performance.now());
      const asked = randomSweep(name, 3, 20_000, plainly);
      const { bars, grid } = asked;
      await sweeper.sweep(asked);
      expect(sweeper.memoryBytes()).toBeLessThan(bytesOf(sweeper.memory(asked), grid.trials, bars.close.length));
      sweeper[Symbol.dispose]();
    }
  });

  test("a thousand sweeps take no more memory than ten", async () => {
    const sweeper = await loadSweeper(plain, 1, () => performance.now());
    for (let k = 0; k < 10; k++) await sweeper.sweep(task);
    const before = sweeper.memoryBytes();
    for (let k = 0; k < 300; k++) await sweeper.sweep(task);
    expect(sweeper.memoryBytes()).toBe(before);
    sweeper[Symbol.dispose]();
  });
});
