import { describe, expect, test } from "bun:test";
import type { JobId } from "../../core/jobs/job.ts";
import {
  ALICE,
  ANY,
  BOB,
  bitsOf,
  type JobBench,
  LEASE,
  NOTHING,
  NOW,
  testBars,
  testOutput,
  testSweep,
  testWalkForward,
} from "./test-jobs.ts";

const WALK = { kind: "walk_forward" } as const;

/** What a store of jobs promises about those that are walk-forwards, as tests. */
export function describeWalkForwards(on: JobBench): void {
  describe("a walk-forward", () => {
    test("lives as a job does, and leaves its answer and its curve, bit for bit", async () => {
      const id = await on.accepted(WALK);
      expect(await on.jobs.find(ALICE, id)).toMatchObject({ ...WALK, state: { status: "queued" } });
      expect(await on.left(id)).toEqual(NOTHING);
      expect(await on.jobs.take(ALICE, id, "1:2", LEASE)).toMatchObject({ ...WALK, state: { attempt: 1 } });
      const output = testWalkForward(3);
      output.curve.equity.set([Number.NaN, -0, 5e-324]);
      expect(await on.jobs.finish(ALICE, id, 1, output)).toBe(true);
      expect(await on.jobs.walkForward(ALICE, id)).toEqual({ head: output.head, resultHash: "sha256:walked" });
      expect(bitsOf(await on.jobs.curve(ALICE, id))).toEqual(bitsOf(output.curve));
    });

    test("has a curve and its preview, and neither the result of a backtest nor the trials of a sweep", async () => {
      const id = await on.finished(WALK, testWalkForward(2000));
      expect((await on.left(id)).map((part) => part !== undefined)).toEqual([false, true, true, false, false, true]);
      expect((await on.jobs.preview(ALICE, id))?.equity).toHaveLength(500);
    });

    test("looks like a missing one to another user", async () => {
      const id = await on.finished(WALK, testWalkForward());
      expect([await on.jobs.walkForward(BOB, id), await on.jobs.curve(BOB, id)]).toEqual([undefined, undefined]);
      expect(await on.jobs.remove(BOB, id)).toBe("missing");
    });

    test("is written by the present attempt alone", async () => {
      const id = await on.taken(WALK);
      await on.jobs.release(ALICE, id, 1);
      await on.jobs.take(ALICE, id, "1:2", LEASE);
      expect(await on.jobs.finish(ALICE, id, 1, testWalkForward())).toBe(false);
      expect(await on.left(id)).toEqual(NOTHING);
      expect(await on.jobs.finish(ALICE, id, 2, testWalkForward())).toBe(true);
    });

    test("is removed with its curve and its bars", async () => {
      const bars = testBars("walked over");
      await on.bars.put(bars);
      const id = await on.finished(WALK, testWalkForward(3, bars.hash));
      expect(await on.jobs.find(ALICE, id)).toMatchObject({ bars: { hash: bars.hash } });
      expect(await on.jobs.remove(ALICE, id)).toBe("removed");
      expect(await on.left(id)).toEqual(NOTHING);
      expect(await on.bars.get(bars.hash)).toBeUndefined();
    });

    test("comes up under its kind when its lease is over", async () => {
      const id = await on.taken(WALK);
      on.setClock(NOW + LEASE);
      expect(await on.jobs.due(1000)).toContainEqual({ user: ALICE, id, attempt: 1, ...WALK });
      on.setClock(NOW);
    });
  });

  describe("lists of walk-forwards", () => {
    test("hold walk-forwards alone, newest first, with their figures out of sample", async () => {
      const symbol = "WALKS1";
      const done = await on.finished({ symbol, ...WALK }, testWalkForward());
      const createdAtMs = NOW + on.last();
      const run = await on.finished({ symbol }, testOutput());
      const sweep = await on.finished({ symbol, kind: "sweep" }, testSweep());
      const waiting = await on.accepted({ symbol, strategy: "momentum", ...WALK });
      await on.accepted({ symbol, ...WALK }, BOB);
      const nothing = { sharpe: null, totalReturn: null, maxDrawdown: null };
      expect(await on.jobs.listWalkForwards(ALICE, { ...ANY, symbol }, 10, null)).toEqual([
        { id: waiting, status: "queued", symbol, strategy: "momentum", createdAtMs: NOW + on.last() - 1, ...nothing },
        {
          ...{ id: done, status: "completed", symbol, strategy: "ma_crossover", createdAtMs },
          ...{ sharpe: null, totalReturn: 0.25, maxDrawdown: -0.125 },
        },
      ]);
      expect((await on.jobs.list(ALICE, { ...ANY, symbol }, 10, null)).map(({ id }) => id)).toEqual([run]);
      expect((await on.jobs.listSweeps(ALICE, { ...ANY, symbol }, 10, null)).map(({ id }) => id)).toEqual([sweep]);
    });

    test("are filtered and read page by page", async () => {
      const symbol = "WALKS2";
      const ids: JobId[] = [];
      for (let k = 0; k < 6; k++) {
        const id = await on.accepted({ symbol, strategy: k % 2 === 0 ? "s0" : "s1", ...WALK });
        if (k < 2) await on.jobs.cancel(ALICE, id);
        ids.push(id);
      }
      const found = async (filter: object, limit = 10, after: JobId | null = null) =>
        (await on.jobs.listWalkForwards(ALICE, { ...ANY, symbol, ...filter }, limit, after)).map(({ id }) => ids.indexOf(id));
      expect(await found({})).toEqual([5, 4, 3, 2, 1, 0]);
      expect(await found({ strategy: "s1", status: "queued" })).toEqual([5, 3]);
      expect(await found({}, 2, ids[4])).toEqual([3, 2]);
    });
  });
}
