import { describe, expect, test } from "bun:test";
import type { JobId } from "../core/jobs/job.ts";
import { KeptTrials } from "./kept-trials.ts";
import { testId, testTrials } from "./store/test-jobs.ts";

/** Tables of 3 trials, and how often each was read. */
function shelf(mostTrials: number) {
  const kept = new KeptTrials(mostTrials);
  const reads = new Map<JobId, number>();
  const look = (n: number) =>
    kept.table(testId(n), async () => {
      reads.set(testId(n), (reads.get(testId(n)) ?? 0) + 1);
      return testTrials([1, 2], [n, n + 1]);
    });
  return { kept, look, readsOf: (n: number) => reads.get(testId(n)) ?? 0 };
}

describe("kept trials", () => {
  test("are read once, as long as there is room; the one not looked at for longest goes first", async () => {
    const { look, readsOf } = shelf(6);
    for (const n of [1, 2, 1, 3, 1, 2]) expect((await look(n)).grid.axes[1]?.values).toEqual([n, n + 1]);
    expect([readsOf(1), readsOf(2), readsOf(3)]).toEqual([1, 2, 1]);
  });

  test("are those of one sweep at least, however large", async () => {
    const { look, readsOf } = shelf(1);
    for (const n of [1, 1, 2, 2, 1]) await look(n);
    expect([readsOf(1), readsOf(2)]).toEqual([2, 1]);
  });

  test("are put in order once for each query that follows on itself", async () => {
    const { kept, look } = shelf(6);
    await look(1);
    let found = 0;
    const ordered = (id: JobId, query: string) => [...kept.ordered(id, query, () => Int32Array.of(++found))];
    const id = testId(1);
    expect([ordered(id, "a"), ordered(id, "a"), ordered(id, "b"), ordered(id, "a")]).toEqual([[1], [1], [2], [3]]);
    expect([ordered(testId(9), "a"), ordered(testId(9), "a")]).toEqual([[4], [5]]);
  });
});
