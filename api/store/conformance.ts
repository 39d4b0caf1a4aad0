import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Dataset, StoredBars } from "../../core/jobs/store.ts";
import { describeBatches } from "./batch-behaviour.ts";
import { describeKeeping } from "./keeping-behaviour.ts";
import { describeRunning } from "./running-behaviour.ts";
import { describeSweeps } from "./sweep-behaviour.ts";
import { ALICE, BOB, jobBench, NOW, type StoreCase, testBars, testJob } from "./test-jobs.ts";
import { describeWalkForwards } from "./walk-forward-behaviour.ts";

/** What every store of jobs promises, as tests. */
export function describeJobStore(name: string, open: () => Promise<StoreCase>): void {
  describe(`job store: ${name}`, () => {
    let at: StoreCase;
    beforeAll(async () => {
      at = await open();
      at.setClock(NOW);
    });
    afterAll(() => at.close());

    const bench = jobBench(() => at);
    describeKeeping(bench);
    describeRunning(bench);
    describeSweeps(bench);
    describeWalkForwards(bench);
    describeBatches(bench);

    test("answers a ping", async () => {
      expect(await at.jobs.ping()).toBeUndefined();
    });
  });
}

/** What every vault of bars promises, as tests. */
export function describeBarVault(name: string, open: () => Promise<StoreCase>): void {
  describe(`bar vault: ${name}`, () => {
    test("gives back what was put, by its hash, however often it was put", async () => {
      const at = await open();
      const bars = { hash: "sha256:x", bytes: Uint8Array.from({ length: 100_000 }, (_, i) => i % 251) };
      await Promise.all([at.bars.put(bars), at.bars.put(bars)]);
      await at.bars.put(bars);
      expect(await at.bars.get(bars.hash)).toEqual(bars.bytes);
      expect(await at.bars.get("sha256:y")).toBeUndefined();
      await at.close();
    });
  });
}

/** What every store of datasets promises, as tests. */
export function describeDatasetStore(name: string, open: () => Promise<StoreCase>): void {
  describe(`dataset store: ${name}`, () => {
    let at: StoreCase;
    beforeAll(async () => {
      at = await open();
    });
    afterAll(() => at.close());

    const datasetOf = (symbol: string, bars: StoredBars, rows = 3): Dataset => ({
      symbol,
      interval: "1d",
      adjusted: rows % 2 === 1,
      rows,
      from: "2024-01-02",
      to: "2024-01-04",
      hash: "sha256:gated",
      barsHash: bars.hash,
      warnings: '[{"rule":"x"}]',
      createdAtMs: NOW,
    });

    test("keeps a dataset for its user, with its bars", async () => {
      const bars = testBars("one");
      const dataset = datasetOf("ONE", bars);
      expect(await at.datasets.put(ALICE, dataset, bars)).toBe(true);
      expect(await at.datasets.find(ALICE, "ONE")).toEqual(dataset);
      expect(await at.datasets.find(BOB, "ONE")).toBeUndefined();
      expect(await at.datasets.remove(BOB, "ONE")).toBe(false);
      expect(await at.bars.get(bars.hash)).toEqual(bars.bytes);
    });

    test("replaces a dataset in one step, and the old bars go", async () => {
      const [old, present] = [testBars("two, old"), testBars("two, new")];
      expect(await at.datasets.put(ALICE, datasetOf("TWO", old), old)).toBe(true);
      expect(await at.datasets.put(ALICE, datasetOf("TWO", present, 4), present)).toBe(false);
      expect(await at.datasets.find(ALICE, "TWO")).toEqual(datasetOf("TWO", present, 4));
      expect(await at.bars.get(old.hash)).toBeUndefined();
      expect(await at.bars.get(present.hash)).toEqual(present.bytes);
    });

    test("keeps the bars of a dataset that is put again unchanged", async () => {
      const bars = testBars("three");
      await at.datasets.put(ALICE, datasetOf("THREE", bars), bars);
      await at.datasets.put(ALICE, datasetOf("THREE", bars), bars);
      expect(await at.bars.get(bars.hash)).toEqual(bars.bytes);
    });

    test("leaves bars that a job or another user's dataset names", async () => {
      const bars = testBars("four");
      await at.datasets.put(ALICE, datasetOf("FOUR", bars), bars);
      await at.datasets.put(BOB, datasetOf("FOUR", bars), bars);
      const job = testJob(1, { bars: { source: "dataset", hash: bars.hash } });
      expect(await at.jobs.accept(ALICE, job, null, null)).toEqual({ kind: "accepted" });
      expect(await at.datasets.remove(ALICE, "FOUR")).toBe(true);
      expect(await at.datasets.remove(BOB, "FOUR")).toBe(true);
      expect(await at.bars.get(bars.hash)).toEqual(bars.bytes);
      await at.jobs.cancel(ALICE, job.id);
      await at.jobs.remove(ALICE, job.id);
      expect(await at.bars.get(bars.hash)).toBeUndefined();
      expect(await at.datasets.remove(ALICE, "FOUR")).toBe(false);
    });

    test("lists by symbol, page by page", async () => {
      const bars = testBars("list");
      for (const symbol of ["Z", "^A", "B", "BRK.B"]) await at.datasets.put(BOB, datasetOf(symbol, bars), bars);
      const symbols = async (limit: number, after: string | null) =>
        (await at.datasets.list(BOB, limit, after)).map(({ symbol }) => symbol);
      expect(await symbols(10, null)).toEqual(["B", "BRK.B", "Z", "^A"]);
      expect(await symbols(2, null)).toEqual(["B", "BRK.B"]);
      expect(await symbols(2, "BRK.B")).toEqual(["Z", "^A"]);
      expect(await symbols(2, "^A")).toEqual([]);
    });
  });
}
