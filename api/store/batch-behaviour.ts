import { describe, expect, test } from "bun:test";
import type { BatchId, NewBatch, NewJob } from "../../core/jobs/job.ts";
import type { IdempotencyKey, StoredBars } from "../../core/jobs/store.ts";
import {
  ALICE,
  ANY,
  BOB,
  type JobBench,
  LEASE,
  NOW,
  PROBLEM,
  testBars,
  testId,
  testJob,
  testOutput,
  testSweep,
} from "./test-jobs.ts";

/** What a store of jobs promises about those that were asked for together, as tests. */
export function describeBatches(on: JobBench): void {
  const batchId = () => testId(on.next()) as string as BatchId;
  const newBatch = (kind: NewBatch["kind"] = "backtest"): NewBatch => ({ id: batchId(), createdAtMs: NOW + on.last(), kind });
  const jobsOf = (symbols: readonly string[], changes: Partial<NewJob> = {}) =>
    symbols.map((symbol) => testJob(on.next(), { symbol, ...changes }));

  interface Accepted {
    readonly batch: NewBatch;
    readonly jobs: readonly NewJob[];
  }

  /** A batch of Alice with a job a symbol. */
  async function accepted(
    symbols: readonly string[],
    kind: NewBatch["kind"] = "backtest",
    key: IdempotencyKey | null = null,
    bars: StoredBars | null = null,
  ): Promise<Accepted> {
    const batch = newBatch(kind);
    const named: Partial<NewJob> = bars === null ? {} : { bars: { source: "dataset", hash: bars.hash } };
    const jobs = jobsOf(symbols, { kind, ...named });
    expect(await on.jobs.acceptBatch(ALICE, batch, jobs, key, bars === null ? [] : [bars])).toEqual({ kind: "accepted" });
    return { batch, jobs };
  }

  const shown = ({ id, symbol, strategy, createdAtMs }: NewJob) => ({
    ...{ id, symbol, strategy, createdAtMs, status: "queued" },
    ...{ sharpe: null, totalReturn: null, maxDrawdown: null },
  });

  async function cancelAndRemove(jobs: readonly NewJob[]): Promise<void> {
    for (const { id } of jobs) {
      await on.jobs.cancel(ALICE, id);
      expect(await on.jobs.remove(ALICE, id)).toBe("removed");
    }
  }

  describe("a batch", () => {
    test("is its jobs, queued, each as it was given, in the order in which they were asked for", async () => {
      const { batch, jobs } = await accepted(["ZZZ", "AAA", "MMM"]);
      expect<unknown>(await on.jobs.batch(ALICE, batch.id)).toEqual({ ...batch, items: jobs.map(shown) });
      for (const job of jobs) {
        expect(await on.jobs.find(ALICE, job.id)).toEqual({
          ...job,
          state: { status: "queued", attempt: 0, tries: 0, readyAtMs: 0 },
        });
        expect(await on.jobs.batchOf(ALICE, job.id)).toBe(batch.id);
      }
    });

    test("has no part in a job that was asked for alone, nor in one that does not exist", async () => {
      expect(await on.jobs.batchOf(ALICE, await on.accepted())).toBeUndefined();
      expect(await on.jobs.batchOf(ALICE, testId(999_999))).toBeUndefined();
      expect(await on.jobs.batch(ALICE, batchId())).toBeUndefined();
    });

    test("looks like a missing one to another user", async () => {
      const { batch, jobs } = await accepted(["A"]);
      expect(await on.jobs.batch(BOB, batch.id)).toBeUndefined();
      expect(await on.jobs.batchOf(BOB, jobs[0]!.id)).toBeUndefined();
      expect((await on.jobs.listBatches(BOB, 1000, null)).map(({ id }) => id)).not.toContain(batch.id);
    });

    test("is not stored in part: with a job on bars that are gone there is nothing, and its key stays free", async () => {
      const batch = newBatch();
      const gone = testJob(on.next(), { bars: { source: "dataset", hash: "sha256:gone" } });
      const jobs = [...jobsOf(["A"]), gone];
      const key = { key: "batch-gone", bodyHash: "h" };
      const brought = testBars("came with a batch that was refused");
      expect(await on.jobs.acceptBatch(ALICE, batch, jobs, key, [brought])).toEqual({ kind: "bars_gone" });
      expect(await on.jobs.batch(ALICE, batch.id)).toBeUndefined();
      for (const { id } of jobs) expect(await on.jobs.find(ALICE, id)).toBeUndefined();
      expect(await on.jobs.replay(ALICE, key)).toBeUndefined();
      expect(await on.bars.get(brought.hash)).toBeUndefined();
    });

    test("is not stored in part: with the id of a job that exists it is a bug and changes nothing", async () => {
      const id = await on.accepted();
      const batch = newBatch();
      const [first] = jobsOf(["A"]);
      const settled = await Promise.allSettled([
        on.jobs.acceptBatch(ALICE, batch, [first!, testJob(0, { id })], null, []),
        on.jobs.accept(ALICE, testJob(on.next()), null, null),
      ]);
      expect(settled.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
      expect(await on.jobs.batch(ALICE, batch.id)).toBeUndefined();
      expect(await on.jobs.find(ALICE, first!.id)).toBeUndefined();
      expect(await on.jobs.batchOf(ALICE, id)).toBeUndefined();
    });

    test("with a key is stored once, however often it is sent at once; another body is a mismatch", async () => {
      const key = { key: "batch-1", bodyHash: "h1" };
      const given = Array.from({ length: 8 }, () => ({ batch: newBatch(), jobs: jobsOf(["A", "B"]) }));
      const answers = await Promise.all(given.map(({ batch, jobs }) => on.jobs.acceptBatch(ALICE, batch, jobs, key, [])));
      const winner = given[answers.findIndex(({ kind }) => kind === "accepted")]!;
      const first = winner.jobs[0]!.id;
      expect(answers.filter(({ kind }) => kind === "accepted")).toHaveLength(1);
      expect(answers.filter(({ kind }) => kind !== "accepted")).toEqual(new Array(7).fill({ kind: "replayed", id: first }));
      for (const { batch } of given) {
        expect((await on.jobs.batch(ALICE, batch.id)) !== undefined).toBe(batch === winner.batch);
      }
      expect(await on.jobs.replay(ALICE, key)).toBe(first);
      expect(await on.jobs.batchOf(ALICE, first)).toBe(winner.batch.id);
      const other = { ...key, bodyHash: "h2" };
      expect(await on.jobs.acceptBatch(ALICE, newBatch(), jobsOf(["A"]), other, [])).toEqual({ kind: "mismatch" });
      expect(await on.jobs.accept(ALICE, testJob(on.next()), other, null)).toEqual({ kind: "mismatch" });
    });

    test("brings bars for all of its jobs, which go with the last of them", async () => {
      const bars = testBars("for a whole batch");
      const { jobs } = await accepted(["A", "B"], "backtest", null, bars);
      expect(await on.bars.get(bars.hash)).toEqual(bars.bytes);
      await cancelAndRemove(jobs.slice(0, 1));
      expect(await on.bars.get(bars.hash)).toEqual(bars.bytes);
      await cancelAndRemove(jobs.slice(1));
      expect(await on.bars.get(bars.hash)).toBeUndefined();
    });

    test("shows what became of its jobs, which live as others do", async () => {
      const { batch, jobs } = await accepted(["A", "B", "C", "D"]);
      const [done, failed, running, queued] = jobs.map(({ id }) => id);
      for (const id of [done!, failed!, running!]) {
        expect(await on.jobs.take(ALICE, id, "1:2", LEASE)).toMatchObject({ state: { attempt: 1 } });
      }
      expect(await on.jobs.finish(ALICE, done!, 1, testOutput())).toBe(true);
      await on.jobs.giveUp(ALICE, failed!, 1, PROBLEM, false);
      const found = await on.jobs.batch(ALICE, batch.id);
      expect(found?.items.map(({ id, status, maxDrawdown }) => [id, status, maxDrawdown])).toEqual([
        [done!, "completed", -0.5],
        [failed!, "failed", null],
        [running!, "running", null],
        [queued!, "queued", null],
      ]);
      expect((await on.jobs.due(1000)).map(({ id }) => id)).toContain(queued!);
      const listed = await on.jobs.list(ALICE, { ...ANY, symbol: "D" }, 10, null);
      expect(listed.map(({ id }) => id)).toEqual([queued!]);
      expect((await on.jobs.listBatches(ALICE, 1, null))[0]).toEqual({
        ...batch,
        counts: { queued: 1, running: 1, completed: 1, failed: 1, cancelled: 0 },
      });
    });

    test("of sweeps shows the figures of their best trials", async () => {
      const { batch, jobs } = await accepted(["A"], "sweep");
      const { id } = jobs[0]!;
      await on.jobs.take(ALICE, id, "1:2", LEASE);
      await on.jobs.finish(ALICE, id, 1, testSweep());
      expect(await on.jobs.batch(ALICE, batch.id)).toMatchObject({
        kind: "sweep",
        items: [{ id, status: "completed", sharpe: 2.5, totalReturn: 0.5, maxDrawdown: null }],
      });
    });

    test("is left with the rest when one of its jobs is removed, and goes with the last", async () => {
      const key = { key: "batch-2", bodyHash: "h" };
      const { batch, jobs } = await accepted(["A", "B", "C"], "backtest", key);
      await cancelAndRemove(jobs.slice(0, 2));
      expect((await on.jobs.batch(ALICE, batch.id))?.items.map(({ symbol }) => symbol)).toEqual(["C"]);
      await cancelAndRemove(jobs.slice(2));
      expect(await on.jobs.batch(ALICE, batch.id)).toBeUndefined();
      expect((await on.jobs.listBatches(ALICE, 1000, null)).map(({ id }) => id)).not.toContain(batch.id);
      expect(await on.jobs.replay(ALICE, key)).toBeUndefined();
    });

    test("goes when all of its jobs are removed at once", async () => {
      const { batch, jobs } = await accepted(["A", "B", "C", "D"]);
      await Promise.all(jobs.map(({ id }) => on.jobs.cancel(ALICE, id)));
      const removed = await Promise.all(jobs.map(({ id }) => on.jobs.remove(ALICE, id)));
      expect(removed).toEqual(new Array(4).fill("removed"));
      expect(await on.jobs.batch(ALICE, batch.id)).toBeUndefined();
      expect((await on.jobs.listBatches(ALICE, 1000, null)).map(({ id }) => id)).not.toContain(batch.id);
    });

    test("can be of a thousand jobs", async () => {
      const symbols = Array.from({ length: 1000 }, (_, k) => `S${k}`);
      const { batch } = await accepted(symbols);
      expect((await on.jobs.batch(ALICE, batch.id))?.items.map(({ symbol }) => symbol)).toEqual(symbols);
    });
  });

  describe("lists of batches", () => {
    test("are newest first, and read page by page", async () => {
      const made: BatchId[] = [];
      for (let k = 0; k < 5; k++) made.unshift((await accepted(["A", "B"], k % 2 === 0 ? "backtest" : "sweep")).batch.id);
      const page = async (limit: number, after: BatchId | null) =>
        (await on.jobs.listBatches(ALICE, limit, after)).map(({ id }) => id);
      expect((await page(1000, null)).slice(0, 5)).toEqual(made);
      expect(await page(2, null)).toEqual(made.slice(0, 2));
      expect(await page(2, made[1]!)).toEqual(made.slice(2, 4));
      expect((await on.jobs.listBatches(ALICE, 2, null)).map(({ kind, counts }) => [kind, counts.queued])).toEqual([
        ["backtest", 2],
        ["sweep", 2],
      ]);
    });

    test("begin behind a batch that is gone", async () => {
      const [a, b, c] = [await accepted(["A"]), await accepted(["A"]), await accepted(["A"])];
      await cancelAndRemove(b.jobs);
      expect((await on.jobs.listBatches(ALICE, 1, b.batch.id))[0]?.id).toBe(a.batch.id);
      expect((await on.jobs.listBatches(ALICE, 2, null)).map(({ id }) => id)).toEqual([c.batch.id, a.batch.id]);
    });
  });
}
