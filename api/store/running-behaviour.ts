import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ALICE, BOB, bitsOf, type JobBench, LEASE, NOTHING, NOW, PROBLEM, testBars, testOutput } from "./test-jobs.ts";

/** What a store of jobs promises to those who run them, as tests. */
export function describeRunning(on: JobBench): void {
  describe("running", () => {
    test("gives a job to one of many who want it, with its request", async () => {
      const id = await on.accepted();
      const all = await Promise.all(Array.from({ length: 8 }, (_, i) => on.jobs.take(ALICE, id, `1:${i}`, LEASE)));
      const got = all.filter((job) => job !== undefined);
      expect(got).toHaveLength(1);
      expect(got[0]).toMatchObject({
        request: `{"n":${on.last()}}`,
        state: { status: "running", attempt: 1, leaseUntilMs: NOW + LEASE },
      });
      expect(await on.jobs.find(ALICE, id)).toEqual(got[0]);
    });

    test("keeps a lease that is renewed", async () => {
      const id = await on.taken();
      on.setClock(NOW + LEASE - 1);
      expect(await on.jobs.renew(ALICE, id, 1, LEASE)).toBe(true);
      expect(await on.jobs.renew(ALICE, id, 2, LEASE)).toBe(false);
      on.setClock(NOW + LEASE);
      await on.jobs.due(1000);
      expect(await on.stateOf(id)).toMatchObject({ status: "running", leaseUntilMs: NOW + 2 * LEASE - 1 });
      on.setClock(NOW);
      await on.jobs.cancel(ALICE, id);
    });

    test("finishes with all a run leaves, bit for bit", async () => {
      const output = testOutput(2000);
      output.curve.equity.set([Number.NaN, -0, 5e-324, 0.1 + 0.2], 7);
      const id = await on.finished({}, output);
      expect(await on.stateOf(id)).toEqual({ status: "completed", attempt: 1 });
      const { head, trades, resultHash, headline, curve } = output;
      expect(await on.jobs.result(ALICE, id)).toEqual({ ...headline, head, trades, resultHash });
      expect(bitsOf(await on.jobs.curve(ALICE, id))).toEqual(bitsOf(curve));
    });

    test("keeps a preview of at most 500 points of the curve, with its ends", async () => {
      const preview = await on.jobs.preview(ALICE, await on.finished({}, testOutput(2000)));
      expect(preview).toMatchObject({ initialCash: 0.1, daily: true });
      const [timeMs, equity] = [preview!.timeMs, preview!.equity];
      expect([timeMs.length, equity.length]).toEqual([500, 500]);
      expect([timeMs[0], equity[0], timeMs[499], equity[499]]).toEqual([10, 1, 20_000, 4_000_000]);
      expect([...equity]).toEqual([...timeMs].map((time) => (time / 10) ** 2));
      expect(await on.jobs.preview(ALICE, await on.finished({}, testOutput(3)))).toEqual(testOutput(3).curve);
    });

    test("keeps any curve, also one of a column inside of a larger buffer", async () => {
      const column = fc.array(fc.double(), { maxLength: 40 });
      const property = fc.asyncProperty(
        column,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        async (values, cash, daily) => {
          const buffer = new Float64Array(values.length + 2);
          buffer.set(values, 1);
          const equity = buffer.subarray(1, values.length + 1);
          const curve = { initialCash: cash, daily, timeMs: Float64Array.from(values, (_, i) => i - 2), equity };
          const id = await on.finished({}, { ...testOutput(), curve });
          expect(await on.jobs.curve(ALICE, id)).toEqual({ ...curve, equity: equity.slice() });
          expect((await on.jobs.preview(ALICE, id))?.equity).toEqual(equity.slice());
        },
      );
      await fc.assert(property, { numRuns: 30, seed: 1 });
    });

    test("writes nothing for an attempt that is no longer the present one", async () => {
      const id = await on.taken();
      await on.jobs.release(ALICE, id, 1);
      const stale = async () => {
        expect(await on.jobs.finish(ALICE, id, 1, testOutput())).toBe(false);
        expect(await on.jobs.attach(ALICE, id, 1, testBars("stale"))).toBe(false);
        expect(await on.jobs.giveUp(ALICE, id, 1, PROBLEM, false)).toBeUndefined();
        expect(await on.jobs.release(ALICE, id, 1)).toBe(false);
      };
      await stale();
      await on.jobs.take(ALICE, id, "1:2", LEASE);
      await stale();
      expect(await on.stateOf(id)).toMatchObject({ status: "running", attempt: 2 });
      expect(await on.left(id)).toEqual(NOTHING);
      expect(await on.bars.get(testBars("stale").hash)).toBeUndefined();
      expect(await on.jobs.finish(ALICE, id, 2, testOutput())).toBe(true);
      expect(await on.jobs.finish(ALICE, id, 2, { ...testOutput(), head: "{}" })).toBe(false);
      expect(await on.jobs.result(ALICE, id)).toMatchObject({ head: testOutput().head });
    });

    test("pauses a job given up on, tries it three times and keeps the last problem", async () => {
      const id = await on.taken();
      const paused = await on.jobs.giveUp(ALICE, id, 1, PROBLEM, true);
      if (paused?.status !== "queued") throw new Error("it does not pause");
      const { readyAtMs, ...rest } = paused;
      expect(rest).toEqual({ status: "queued", attempt: 1, tries: 1 });
      expect(readyAtMs).toBeWithin(NOW + 1000, NOW + 1500);
      on.setClock(readyAtMs - 1);
      expect(await on.jobs.take(ALICE, id, "1:2", LEASE)).toBeUndefined();
      on.setClock(readyAtMs);
      expect(await on.jobs.take(ALICE, id, "1:2", LEASE)).toMatchObject({ state: { attempt: 2 } });
      await on.jobs.release(ALICE, id, 2);
      await on.jobs.take(ALICE, id, "1:2", LEASE);
      await on.jobs.giveUp(ALICE, id, 3, PROBLEM, true);
      on.setClock(readyAtMs + 6000);
      await on.jobs.take(ALICE, id, "1:2", LEASE);
      const failed = { status: "failed", attempt: 4, problem: PROBLEM } as const;
      expect(await on.jobs.giveUp(ALICE, id, 4, PROBLEM, true)).toEqual(failed);
      expect(await on.stateOf(id)).toEqual(failed);
      on.setClock(NOW);
    });

    test("cancels what is not final, and the worker cannot write any more", async () => {
      const [queued, running, final] = [await on.accepted(), await on.taken(), await on.finished()];
      expect(await on.jobs.cancel(ALICE, queued)).toBe("cancelled");
      expect(await on.jobs.cancel(ALICE, running)).toBe("cancelled");
      expect(await on.jobs.cancel(ALICE, running)).toBe("final");
      expect(await on.jobs.cancel(ALICE, final)).toBe("final");
      expect(await on.jobs.take(ALICE, queued, "1:2", LEASE)).toBeUndefined();
      expect(await on.jobs.finish(ALICE, running, 1, testOutput())).toBe(false);
      expect(await on.left(running)).toEqual(NOTHING);
    });
  });

  describe("what is due", () => {
    /** Ends all there is, so that a test knows what can be due. */
    const clear = async () => {
      for (const { user, id } of await on.jobs.due(10_000)) await on.jobs.cancel(user, id);
      await on.jobs.releaseDead(() => true);
      for (const { user, id } of await on.jobs.due(10_000)) await on.jobs.cancel(user, id);
    };

    test("are queued jobs of all users, oldest first, up to the limit, until they are taken", async () => {
      await clear();
      const [a, b, c] = [await on.accepted(), await on.accepted({}, BOB), await on.accepted({ kind: "sweep" })];
      expect(await on.jobs.due(10)).toEqual([
        { user: ALICE, id: a, kind: "backtest", attempt: 0 },
        { user: BOB, id: b, kind: "backtest", attempt: 0 },
        { user: ALICE, id: c, kind: "sweep", attempt: 0 },
      ]);
      expect(await on.jobs.due(2)).toHaveLength(2);
      await on.jobs.take(ALICE, a, "1:2", LEASE);
      expect((await on.jobs.due(10)).map(({ id }) => id)).toEqual([b, c]);
    });

    test("are no jobs that pause, and running ones as soon as the lease is over: three times, then they failed", async () => {
      await clear();
      const id = await on.taken();
      await on.jobs.giveUp(ALICE, id, 1, PROBLEM, true);
      on.setClock(NOW + 999);
      expect(await on.jobs.due(10)).toEqual([]);
      const start = NOW + 1500;
      on.setClock(start);
      expect(await on.jobs.due(10)).toEqual([{ user: ALICE, id, kind: "backtest", attempt: 1 }]);
      for (const attempt of [2, 3]) {
        expect(await on.jobs.take(ALICE, id, "1:2", LEASE)).toMatchObject({ state: { attempt } });
        on.setClock(start + (attempt - 1) * LEASE - 1);
        expect(await on.jobs.due(10)).toEqual([]);
        on.setClock(start + (attempt - 1) * LEASE);
        expect(await on.jobs.due(10)).toEqual([{ user: ALICE, id, kind: "backtest", attempt }]);
      }
      expect(await on.jobs.due(10)).toEqual([]);
      expect(await on.stateOf(id)).toMatchObject({ status: "failed", attempt: 3, problem: { code: "crash", findings: [] } });
      on.setClock(NOW);
    });

    test("are at once the jobs of a dead worker, and of no other", async () => {
      await clear();
      const [mine, other] = [await on.accepted(), await on.accepted()];
      await on.jobs.take(ALICE, mine, "dead:1", LEASE);
      await on.jobs.take(ALICE, other, "alive:1", LEASE);
      expect(await on.jobs.releaseDead((worker) => worker.startsWith("dead"))).toBe(1);
      expect(await on.jobs.releaseDead((worker) => worker.startsWith("dead"))).toBe(0);
      expect((await on.jobs.due(10)).map(({ id }) => id)).toEqual([mine]);
      expect(await on.jobs.finish(ALICE, mine, 1, testOutput())).toBe(false);
      expect(await on.jobs.finish(ALICE, other, 1, testOutput())).toBe(true);
    });
  });
}
