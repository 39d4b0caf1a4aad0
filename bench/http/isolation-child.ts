import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { createPool } from "../../api/compute/pool.ts";
import { runTask } from "../../api/compute/run-task.ts";
import type { BacktestTask } from "../../api/compute/task.ts";
import { openSqlite } from "../../api/store/sqlite.ts";
import { openBarVault } from "../../api/store/sqlite-bars.ts";
import { median } from "../receipt.ts";
import { millionMinutes, tenYears, type Upload } from "./jobs.ts";
import { programPath } from "./program.ts";
import { storedBars, taskOf, taskParts } from "./task-parts.ts";

// A server that runs backtests in one of three places: `bun bench/http/isolation-child.ts <processes|threads|http>`. Prints its address.
// GET /health, /heavy?jobs=10 (at once), /small?jobs=500 (one after the other), /memory. Ends when standard input does.

const SIZE = 2;

interface Place {
  run(task: BacktestTask): Promise<boolean>;
  pids(): readonly number[];
}

const folder = mkdtempSync(join(tmpdir(), "backgrid-isolation-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const databasePath = join(folder, "bars.sqlite");
const heavy = await stored(millionMinutes());
const small = await stored(await tenYears());

async function stored(data: Upload): Promise<BacktestTask> {
  const opened = openSqlite({ path: databasePath, synchronous: "normal", clock: Date.now });
  if (!opened.ok) throw new Error(opened.error.detail);
  const bars = storedBars(data);
  await opened.value.bars.put(bars);
  await opened.value.close();
  return taskOf(data, bars.hash, { equity_points: "none" }, true);
}

function inProcesses(): Place {
  const child = { database: { kind: "sqlite", path: databasePath }, engine: "wasm", faults: false } as const;
  const pool = createPool({ size: SIZE, jobTimeoutMs: 60_000, jobMemoryMb: 1024, child });
  return { run: async (task) => (await pool.run(task)).ok, pids: () => pool.pids };
}

async function inThreads(): Promise<Place> {
  const idle: Worker[] = [];
  const line: ((worker: Worker) => void)[] = [];
  const free = (worker: Worker) => {
    const next = line.shift();
    if (next === undefined) idle.push(worker);
    else next(worker);
  };
  for (let i = 0; i < SIZE; i++) {
    const worker = new Worker(programPath("isolation-thread.ts"), { workerData: databasePath });
    await new Promise((resolve) => worker.once("message", resolve));
    idle.push(worker);
  }
  const run = async (task: BacktestTask) => {
    const worker = idle.shift() ?? (await new Promise<Worker>((resolve) => line.push(resolve)));
    const answer = new Promise<{ readonly ok: boolean }>((resolve) => worker.once("message", resolve));
    worker.postMessage(task);
    const { ok } = await answer;
    free(worker);
    return ok;
  };
  return { run, pids: () => [] };
}

async function onTheHttpThread(): Promise<Place> {
  const parts = await taskParts(openBarVault(databasePath));
  return { run: async (task) => (await runTask(task, parts)).ok, pids: () => [] };
}

const places: Readonly<Record<string, () => Place | Promise<Place>>> = {
  processes: inProcesses,
  threads: inThreads,
  http: onTheHttpThread,
};
const place = await places[process.argv[2] ?? ""]?.();
if (place === undefined) throw new Error(`there are ${Object.keys(places).join(", ")}`);
for (let i = 0; i < 200; i++) await timed(place, small);

async function timed({ run }: Place, task: BacktestTask): Promise<number> {
  const start = performance.now();
  if (!(await run(task))) throw new Error("a task failed");
  return performance.now() - start;
}

const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  idleTimeout: 120,
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    const jobs = Number(searchParams.get("jobs"));
    if (pathname === "/health") return Response.json({ status: "ok" });
    if (pathname === "/memory") return Response.json([process.pid, ...place.pids()]);
    const start = performance.now();
    const times: number[] = [];
    if (pathname === "/heavy") times.push(...(await Promise.all(Array.from({ length: jobs }, () => timed(place, heavy)))));
    else for (let i = 0; i < jobs; i++) times.push(await timed(place, small));
    return Response.json({ allMs: performance.now() - start, medianMs: median(times) });
  },
});
console.log(server.url.href.replace(/\/$/, ""));
process.stdin.on("end", () => process.exit(0)).resume();
