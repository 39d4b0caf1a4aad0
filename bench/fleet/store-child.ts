import { runTask } from "../../api/compute/run-task.ts";
import { jobIds, LOCAL_USER } from "../../api/ids.ts";
import { openPostgres } from "../../api/store/postgres/postgres.ts";
import { openSqlite } from "../../api/store/sqlite.ts";
import type { JobOutput, NewJob } from "../../core/jobs/job.ts";
import type { StoredBars } from "../../core/jobs/store.ts";
import { quantile } from "../../core/statistics/quantile.ts";
import { tenYears } from "../http/jobs.ts";
import { storedBars, taskOf, taskParts } from "../http/task-parts.ts";
import type { StoreResult, StoreSpec } from "./spec.ts";

// A store under jobs that nothing runs, in a process of its own: `bun bench/fleet/store-child.ts <spec as JSON>`. Prints one line of JSON.

const LEASE_MS = 30_000;
const WORKER = "bench";

const { place, atOnce, warmup, jobs: count }: StoreSpec = JSON.parse(process.argv[2] ?? "");
const opened =
  place.kind === "postgres"
    ? await openPostgres({ url: place.url })
    : openSqlite({ ...place, clock: Date.now, checkpointThread: true });
if (!opened.ok) throw new Error(opened.error.detail);
const { jobs, close } = opened.value;

const data = await tenYears();
const bars = storedBars(data);
const newId = jobIds(Date.now);
const output = await outputOf(bars);
await inParallel(warmup, async () => void (await oneJob()));
const times: number[] = [];
const cpuStart = process.cpuUsage();
const startMs = performance.now();
await inParallel(count, async () => {
  const begunMs = performance.now();
  await oneJob();
  times.push(performance.now() - begunMs);
});
const seconds = (performance.now() - startMs) / 1000;
const { user, system } = process.cpuUsage(cpuStart);
await close();
const sorted = Float64Array.from(times).sort();
const result: StoreResult = {
  ...{ perSecond: count / seconds, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) },
  cpuMs: (user + system) / 1000 / count,
};
console.log(JSON.stringify(result));

/** What ten years of bars leave. */
async function outputOf({ hash, bytes }: StoredBars): Promise<JobOutput> {
  const ran = await runTask(taskOf(data, hash, {}, false), await taskParts({ get: async () => bytes }));
  if (!ran.ok) throw new Error(ran.error.detail);
  if (ran.value.kind !== "backtest") throw new TypeError("a backtest was asked for");
  const { kind, headline, resultHash, head, trades, curve } = ran.value;
  return { kind, headline, resultHash, head, trades, curve, barsHash: hash };
}

/** Accepted, taken, finished, each of them committed before the next. @throws {Error} when one of them is refused */
async function oneJob(): Promise<void> {
  const id = newId();
  const job: NewJob = {
    ...{ id, kind: "backtest", createdAtMs: Date.now(), symbol: data.symbol, strategy: "ma_crossover" },
    request: '{"strategy":"ma_crossover"}',
    bars: { source: "inline", hash: bars.hash },
  };
  const acceptance = await jobs.accept(LOCAL_USER, job, null, bars);
  const taken = await jobs.take(LOCAL_USER, id, WORKER, LEASE_MS);
  const finished = taken !== undefined && (await jobs.finish(LOCAL_USER, id, taken.state.attempt, output));
  if (acceptance.kind !== "accepted" || !finished) throw new Error(`a job was not carried through: ${acceptance.kind}`);
}

async function inParallel(times: number, act: () => Promise<void>): Promise<void> {
  let left = times;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (left-- > 0) await act();
    }),
  );
}
