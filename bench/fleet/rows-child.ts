import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jobIds, LOCAL_USER } from "../../api/ids.ts";
import { Line } from "../../api/runner/line.ts";
import { openSqlite } from "../../api/store/sqlite.ts";
import type { JobOutput } from "../../core/jobs/job.ts";
import { CONCURRENCY, IN_ONE_CALL, type QueueSpeed } from "./spec.ts";

// The queue of one process, which is the rows of its jobs in SQLite and a line in memory, with jobs that do nothing: `bun bench/fleet/rows-child.ts <jobs>`.
// Prints one line of JSON.

const NOTHING: JobOutput = {
  kind: "backtest",
  headline: { sharpe: null, totalReturn: null, maxDrawdown: null },
  ...{ resultHash: "", barsHash: null, head: "{}", trades: "[]" },
  curve: { initialCash: 1, daily: true, timeMs: Float64Array.of(0), equity: Float64Array.of(1) },
};

const count = Number(process.argv[2]);
const folder = mkdtempSync(join(tmpdir(), "backgrid-rows-"));
try {
  console.log(JSON.stringify(await speed()));
} finally {
  rmSync(folder, { recursive: true });
}

async function speed(): Promise<QueueSpeed> {
  const path = join(folder, "jobs.sqlite");
  const opened = openSqlite({ path, synchronous: "normal", clock: Date.now, checkpointThread: true });
  if (!opened.ok) throw new Error(opened.error.detail);
  const { jobs, close } = opened.value;
  const newId = jobIds(Date.now);
  const line = new Line();

  async function accept(): Promise<void> {
    const id = newId();
    const what = { kind: "backtest", symbol: "SAMPLE-TREND", strategy: "ma_crossover", request: "{}" } as const;
    await jobs.accept(LOCAL_USER, { id, createdAtMs: Date.now(), ...what, bars: { source: "sample", hash: null } }, null, null);
    line.join({ user: LOCAL_USER, id, kind: "backtest" });
  }

  async function work(): Promise<void> {
    for (let next = line.next(true); next !== undefined; next = line.next(true)) {
      const taken = await jobs.take(next.user, next.id, "bench", 30_000);
      if (taken === undefined || !(await jobs.finish(next.user, next.id, taken.state.attempt, NOTHING)))
        throw new Error("a job was not carried through");
    }
  }

  const begun = performance.now();
  for (let sent = 0; sent < count; sent += IN_ONE_CALL) await Promise.all(Array.from({ length: IN_ONE_CALL }, accept));
  const enqueued = performance.now();
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  const processed = performance.now();
  await close();
  return { enqueuedPerSecond: (1000 * count) / (enqueued - begun), processedPerSecond: (1000 * count) / (processed - enqueued) };
}
