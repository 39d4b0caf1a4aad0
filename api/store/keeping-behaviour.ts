import { describe, expect, test } from "bun:test";
import type { JobId } from "../../core/jobs/job.ts";
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
  testId,
  testJob,
  testOutput,
} from "./test-jobs.ts";

/** What a store of jobs promises about accepting, removing, listing and the bars of jobs, as tests. */
export function describeKeeping(on: JobBench): void {
  describe("accepting", () => {
    test("keeps the job as it was given, queued", async () => {
      const job = testJob(on.next(), { request: '{"symbol":"ÄÖ","x":"\\ud800"}', bars: { source: "sample", hash: null } });
      await on.jobs.accept(ALICE, job, null, null);
      expect(await on.jobs.find(ALICE, job.id)).toEqual({
        ...job,
        state: { status: "queued", attempt: 0, tries: 0, readyAtMs: 0 },
      });
      expect(await on.left(job.id)).toEqual(NOTHING);
    });

    test("with a key answers a repeat with the first job and refuses another body, and stores neither", async () => {
      const [first, second] = [testJob(on.next()), testJob(on.next())];
      const key = { key: "k1", bodyHash: "h1" };
      expect(await on.jobs.replay(ALICE, key)).toBeUndefined();
      expect(await on.jobs.accept(ALICE, first, key, null)).toEqual({ kind: "accepted" });
      expect(await on.jobs.accept(ALICE, second, key, null)).toEqual({ kind: "replayed", id: first.id });
      expect(await on.jobs.accept(ALICE, second, { ...key, bodyHash: "h2" }, null)).toEqual({ kind: "mismatch" });
      expect(await on.jobs.find(ALICE, second.id)).toBeUndefined();
      expect(await on.jobs.replay(ALICE, key)).toBe(first.id);
      expect(await on.jobs.replay(ALICE, { ...key, bodyHash: "h2" })).toBe("mismatch");
      expect(await on.jobs.replay(BOB, key)).toBeUndefined();
      expect(await on.jobs.accept(BOB, second, { ...key, bodyHash: "h2" }, null)).toEqual({ kind: "accepted" });
    });

    test("of many requests with one key at once takes one job", async () => {
      const given = Array.from({ length: 20 }, () => testJob(on.next()));
      const answers = await Promise.all(given.map((job) => on.jobs.accept(ALICE, job, { key: "k2", bodyHash: "h" }, null)));
      const first = given[answers.findIndex(({ kind }) => kind === "accepted")]!;
      expect(answers.filter(({ kind }) => kind === "accepted")).toHaveLength(1);
      expect(answers.filter(({ kind }) => kind === "replayed")).toEqual(new Array(19).fill({ kind: "replayed", id: first.id }));
    });

    test("refuses a job on bars that are gone, and the key stays free", async () => {
      const job = testJob(on.next(), { bars: { source: "dataset", hash: "sha256:gone" } });
      const key = { key: "k3", bodyHash: "h" };
      expect(await on.jobs.accept(ALICE, job, key, null)).toEqual({ kind: "bars_gone" });
      expect(await on.jobs.find(ALICE, job.id)).toBeUndefined();
      expect(await on.jobs.replay(ALICE, key)).toBeUndefined();
    });

    test("an id that exists is a bug and changes nothing, also for those who write at the same time", async () => {
      const id = await on.accepted();
      const other = testJob(on.next());
      const settled = await Promise.allSettled([
        on.jobs.accept(ALICE, testJob(on.next()), null, null),
        on.jobs.accept(ALICE, testJob(0, { id, symbol: "OTHER" }), null, null),
        on.jobs.accept(ALICE, other, null, null),
      ]);
      expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
      expect(await on.jobs.find(ALICE, id)).toMatchObject({ symbol: "AAPL" });
      expect(await on.jobs.find(ALICE, other.id)).toMatchObject({ symbol: "AAPL" });
    });

    test("forgets keys that are old enough, not their jobs", async () => {
      const job = testJob(on.next(), { createdAtMs: NOW - 5000 });
      const key = { key: "k4", bodyHash: "h" };
      await on.jobs.accept(ALICE, job, key, null);
      expect(await on.jobs.forgetKeys(5000)).toBe(0);
      expect(await on.jobs.forgetKeys(4999)).toBe(1);
      expect(await on.jobs.replay(ALICE, key)).toBeUndefined();
      expect(await on.stateOf(job.id)).toMatchObject({ status: "queued" });
    });
  });

  describe("another user's job", () => {
    test("looks like a missing job to every method, and is not touched", async () => {
      const id = await on.finished();
      const missing = testId(999_999);
      for (const [user, of] of [
        [BOB, id],
        [ALICE, missing],
      ] as const) {
        expect(await on.jobs.find(user, of)).toBeUndefined();
        expect(await on.jobs.result(user, of)).toBeUndefined();
        expect(await on.jobs.curve(user, of)).toBeUndefined();
        expect(await on.jobs.preview(user, of)).toBeUndefined();
        expect(await on.jobs.take(user, of, "1:2", LEASE)).toBeUndefined();
        expect(await on.jobs.cancel(user, of)).toBe("missing");
        expect(await on.jobs.remove(user, of)).toBe("missing");
      }
      expect(await on.stateOf(id)).toEqual({ status: "completed", attempt: 1 });
    });

    test("cannot be written to with the right attempt", async () => {
      const id = await on.taken();
      expect(await on.jobs.renew(BOB, id, 1, LEASE)).toBe(false);
      expect(await on.jobs.attach(BOB, id, 1, testBars("of another"))).toBe(false);
      expect(await on.jobs.finish(BOB, id, 1, testOutput())).toBe(false);
      expect(await on.jobs.giveUp(BOB, id, 1, PROBLEM, false)).toBeUndefined();
      expect(await on.jobs.release(BOB, id, 1)).toBe(false);
      expect(await on.jobs.cancel(BOB, id)).toBe("missing");
      expect(await on.stateOf(id)).toMatchObject({ status: "running", attempt: 1 });
      expect(await on.left(id)).toEqual(NOTHING);
    });

    test("is in no list of hers", async () => {
      await on.accepted({ symbol: "ALICES" });
      const bobs = await on.accepted({ symbol: "ALICES" }, BOB);
      expect((await on.jobs.list(BOB, { ...ANY, symbol: "ALICES" }, 10, null)).map(({ id }) => id)).toEqual([bobs]);
    });
  });

  describe("removing", () => {
    test("takes a final job with all it left, and its key is free", async () => {
      const job = testJob(on.next());
      const key = { key: "k5", bodyHash: "h" };
      await on.jobs.accept(ALICE, job, key, null);
      expect(await on.jobs.remove(ALICE, job.id)).toBe("not_final");
      await on.jobs.take(ALICE, job.id, "1:2", LEASE);
      expect(await on.jobs.remove(ALICE, job.id)).toBe("not_final");
      await on.jobs.finish(ALICE, job.id, 1, testOutput());
      expect(await on.jobs.remove(ALICE, job.id)).toBe("removed");
      expect(await on.jobs.find(ALICE, job.id)).toBeUndefined();
      expect(await on.left(job.id)).toEqual(NOTHING);
      expect(await on.jobs.replay(ALICE, key)).toBeUndefined();
      expect(await on.jobs.remove(ALICE, job.id)).toBe("missing");
    });
  });

  describe("bars", () => {
    test("stay as long as a job names them, and go with the last one", async () => {
      const bars = testBars("shared by two jobs");
      const of = { bars: { source: "inline", hash: bars.hash } } as const;
      const [one, two] = [testJob(on.next(), of), testJob(on.next(), of)];
      await on.jobs.accept(ALICE, one, null, bars);
      await on.jobs.accept(BOB, two, null, null);
      await on.jobs.cancel(ALICE, one.id);
      await on.jobs.remove(ALICE, one.id);
      expect(await on.bars.get(bars.hash)).toEqual(bars.bytes);
      await on.jobs.cancel(BOB, two.id);
      await on.jobs.remove(BOB, two.id);
      expect(await on.bars.get(bars.hash)).toBeUndefined();
    });

    test("found by a running job are named by it, in place of those it named before", async () => {
      const [first, second] = [testBars("first fetch"), testBars("second fetch")];
      const id = await on.taken();
      expect(await on.jobs.attach(ALICE, id, 1, first)).toBe(true);
      expect(await on.jobs.find(ALICE, id)).toMatchObject({ bars: { source: "yahoo", hash: first.hash } });
      expect(await on.jobs.attach(ALICE, id, 1, second)).toBe(true);
      expect(await on.bars.get(first.hash)).toBeUndefined();
      await on.jobs.finish(ALICE, id, 1, testOutput(3, second.hash));
      expect(await on.jobs.find(ALICE, id)).toMatchObject({ bars: { hash: second.hash } });
      await on.jobs.remove(ALICE, id);
      expect(await on.bars.get(second.hash)).toBeUndefined();
    });

    test("put before and named by the output alone go with the job as well", async () => {
      const bars = testBars("put by hand");
      await on.bars.put(bars);
      const id = await on.finished({}, testOutput(3, bars.hash));
      expect(await on.jobs.find(ALICE, id)).toMatchObject({ bars: { hash: bars.hash } });
      await on.jobs.remove(ALICE, id);
      expect(await on.bars.get(bars.hash)).toBeUndefined();
    });
  });

  describe("lists", () => {
    test("are newest first and show what a job is", async () => {
      const symbol = "LIST1";
      const [a, b] = [await on.finished({ symbol }), await on.accepted({ symbol, strategy: "momentum" })];
      const shown = { symbol, createdAtMs: NOW + on.last(), sharpe: null, totalReturn: null, maxDrawdown: null };
      expect(await on.jobs.list(ALICE, { ...ANY, symbol }, 10, null)).toEqual([
        { ...shown, id: b, status: "queued", strategy: "momentum" },
        {
          ...shown,
          ...testOutput().headline,
          id: a,
          status: "completed",
          strategy: "ma_crossover",
          createdAtMs: NOW + on.last() - 1,
        },
      ]);
    });

    test("filter by any of status, symbol and strategy together", async () => {
      const made: { id: JobId; status: string; symbol: string; strategy: string }[] = [];
      for (const symbol of ["LIST2", "LIST3"])
        for (const strategy of ["s1", "s2"])
          for (const status of ["queued", "cancelled"] as const) {
            const id = await on.accepted({ symbol, strategy });
            if (status === "cancelled") await on.jobs.cancel(ALICE, id);
            made.unshift({ id, status, symbol, strategy });
          }
      for (const symbol of ["LIST2", "LIST3"])
        for (const strategy of [null, "s1", "s2"])
          for (const status of [null, "queued", "cancelled", "failed"] as const) {
            const wanted = made.filter(
              (job) => job.symbol === symbol && [null, job.strategy].includes(strategy) && [null, job.status].includes(status),
            );
            const listed = await on.jobs.list(ALICE, { status, symbol, strategy }, 10, null);
            expect(listed.map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
          }
    });

    test("read page by page neither skip nor repeat a job while others arrive and end", async () => {
      const symbol = "LIST4";
      const before: JobId[] = [];
      for (let i = 0; i < 23; i++) before.unshift(await on.accepted({ symbol }));
      const seen: JobId[] = [];
      for (let after: JobId | null = null; ; ) {
        const page = await on.jobs.list(ALICE, { ...ANY, symbol }, 5, after);
        if (page.length === 0) break;
        seen.push(...page.map(({ id }) => id));
        after = page[page.length - 1]!.id;
        await on.accepted({ symbol });
        await on.jobs.cancel(ALICE, before[seen.length % before.length]!);
        // The job that the cursor names may be gone by the next page.
        await on.jobs.cancel(ALICE, after);
        await on.jobs.remove(ALICE, after);
      }
      expect(seen).toEqual(before);
    });

    test("begin behind the job that they are asked to begin after", async () => {
      const symbol = "LIST5";
      const [a, b, c] = [await on.accepted({ symbol }), await on.accepted({ symbol }), await on.accepted({ symbol })];
      const after = async (id: JobId) => (await on.jobs.list(ALICE, { ...ANY, symbol }, 10, id)).map((job) => job.id);
      expect([await after(c), await after(b), await after(a)]).toEqual([[b, a], [a], []]);
    });
  });
}
