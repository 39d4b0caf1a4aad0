import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { JobId } from "../../core/jobs/job.ts";
import { TRIAL_COLUMNS, type TrialTable } from "../../core/sweep/table.ts";
import {
  ALICE,
  ANY,
  BOB,
  type JobBench,
  LEASE,
  NOTHING,
  NOW,
  PROBLEM,
  testBars,
  testOutput,
  testSweep,
  testTrials,
} from "./test-jobs.ts";

const SWEEP = { kind: "sweep" } as const;

/** What a store of jobs promises about those that are sweeps, as tests. */
export function describeSweeps(on: JobBench): void {
  describe("a sweep", () => {
    test("lives as a job does, and leaves its answer and every trial, bit for bit", async () => {
      const id = await on.accepted(SWEEP);
      expect(await on.jobs.find(ALICE, id)).toMatchObject({ kind: "sweep", state: { status: "queued" } });
      expect(await on.left(id)).toEqual(NOTHING);
      expect(await on.jobs.take(ALICE, id, "1:2", LEASE)).toMatchObject({ kind: "sweep", state: { attempt: 1 } });
      const output = testSweep();
      output.trials.columns.sharpe.set([Number.NaN, -0, 5e-324]);
      expect(await on.jobs.finish(ALICE, id, 1, output)).toBe(true);
      expect(await on.jobs.sweep(ALICE, id)).toEqual({ head: output.head, resultHash: "sha256:swept", objective: "sortino" });
      expect(bitsOf(await on.jobs.trials(ALICE, id))).toEqual(bitsOf(output.trials));
    });

    test("has no result and no curve of a backtest, nor the other way round", async () => {
      const [run, sweep] = [await on.finished(), await on.finished(SWEEP, testSweep())];
      expect((await on.left(run)).map((part) => part !== undefined)).toEqual([true, true, true, false, false, false]);
      expect((await on.left(sweep)).map((part) => part !== undefined)).toEqual([false, false, false, true, true, false]);
    });

    test("looks like a missing one to another user", async () => {
      const id = await on.finished(SWEEP, testSweep());
      expect([await on.jobs.sweep(BOB, id), await on.jobs.trials(BOB, id)]).toEqual([undefined, undefined]);
      expect(await on.jobs.remove(BOB, id)).toBe("missing");
    });

    test("is written by the present attempt alone", async () => {
      const id = await on.taken(SWEEP);
      await on.jobs.release(ALICE, id, 1);
      await on.jobs.take(ALICE, id, "1:2", LEASE);
      expect(await on.jobs.finish(ALICE, id, 1, testSweep())).toBe(false);
      expect(await on.left(id)).toEqual(NOTHING);
      expect(await on.jobs.finish(ALICE, id, 2, testSweep())).toBe(true);
    });

    test("is removed with its trials and its bars", async () => {
      const bars = testBars("swept over");
      await on.bars.put(bars);
      const id = await on.finished(SWEEP, testSweep(testTrials([1, 2]), bars.hash));
      expect(await on.bars.get(bars.hash)).toEqual(bars.bytes);
      expect(await on.jobs.remove(ALICE, id)).toBe("removed");
      expect(await on.left(id)).toEqual(NOTHING);
      expect(await on.bars.get(bars.hash)).toBeUndefined();
    });

    test("keeps trials of any grid: no axis, long ones, words, doubles", async () => {
      const number = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((x) => !Object.is(x, -0));
      const value = fc.oneof(fc.integer(), number, fc.string());
      const axis = fc.oneof(
        fc.array(value, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(1, 255, 256, 257, 300).map((length) => Array.from({ length }, (_, k) => k)),
      );
      const grids = fc.array(axis, { maxLength: 3 }).filter((axes) => axes.reduce((all, { length }) => all * length, 1) < 5000);
      await fc.assert(
        fc.asyncProperty(grids, async (axes) => {
          const trials = testTrials(...axes);
          const id = await on.finished(SWEEP, testSweep(trials));
          expect(await on.jobs.trials(ALICE, id)).toEqual(trials);
        }),
        { numRuns: 40, seed: 1 },
      );
      const many = testTrials(Array.from({ length: 65_537 }, (_, k) => k));
      expect(await on.jobs.trials(ALICE, await on.finished(SWEEP, testSweep(many)))).toEqual(many);
    });
  });

  describe("lists of sweeps", () => {
    test("hold sweeps alone, newest first, and lists of jobs hold none", async () => {
      const symbol = "SWEEPS1";
      const done = await on.finished({ symbol, ...SWEEP }, testSweep());
      const createdAtMs = NOW + on.last();
      const run = await on.finished({ symbol }, testOutput());
      const failed = await on.taken({ symbol, strategy: "momentum", ...SWEEP });
      await on.jobs.giveUp(ALICE, failed, 1, PROBLEM, false);
      await on.accepted({ symbol, ...SWEEP }, BOB);
      const nothing = { trials: null, skipped: null, objective: null, best: null };
      expect(await on.jobs.listSweeps(ALICE, { ...ANY, symbol }, 10, null)).toEqual([
        { id: failed, status: "failed", symbol, strategy: "momentum", createdAtMs: NOW + on.last() - 1, ...nothing },
        {
          ...{ id: done, status: "completed", symbol, strategy: "ma_crossover", createdAtMs },
          ...{ trials: 3, skipped: 1, objective: "sortino", best: 3.5 },
        },
      ]);
      expect((await on.jobs.list(ALICE, { ...ANY, symbol }, 10, null)).map(({ id }) => id)).toEqual([run]);
    });

    test("are filtered and read page by page", async () => {
      const symbol = "SWEEPS2";
      const ids: JobId[] = [];
      for (let k = 0; k < 6; k++) {
        const id = await on.accepted({ symbol, strategy: k % 2 === 0 ? "s0" : "s1", ...SWEEP });
        await on.accepted({ symbol });
        if (k < 2) await on.jobs.cancel(ALICE, id);
        ids.push(id);
      }
      const found = async (filter: object, limit = 10, after: JobId | null = null) =>
        (await on.jobs.listSweeps(ALICE, { ...ANY, symbol, ...filter }, limit, after)).map(({ id }) => ids.indexOf(id));
      expect(await found({})).toEqual([5, 4, 3, 2, 1, 0]);
      expect(await found({ status: "cancelled" })).toEqual([1, 0]);
      expect(await found({ strategy: "s1" })).toEqual([5, 3, 1]);
      expect(await found({ strategy: "s1", status: "queued" })).toEqual([5, 3]);
      expect(await found({}, 2, ids[4])).toEqual([3, 2]);
    });
  });
}

/** Trials with their doubles as bits, so that -0 is not 0. */
function bitsOf(trials: TrialTable | undefined) {
  const bits = (column: Float64Array) => Array.from(new BigUint64Array(column.slice().buffer), (value) => value.toString(16));
  return trials && { grid: trials.grid, columns: TRIAL_COLUMNS.map((name) => bits(trials.columns[name])) };
}
