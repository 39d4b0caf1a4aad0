import { Database } from "bun:sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { linesOf } from "../../api/test-lines.ts";
import { startPostgres } from "../../api/test-services/postgres.ts";
import { startRedis } from "../../api/test-services/redis.ts";
import { databasePath } from "../../api/wiring.ts";
import { upload } from "../http/jobs.ts";
import { runProgram } from "../http/program.ts";
import { type Effort, report, spread, whole } from "../http/report.ts";
import { ms } from "../receipt.ts";
import { postJson, waitFor } from "./client.ts";
import { minutes } from "./load.ts";
import { startCommand } from "./program.ts";
import { CONCURRENCY, IN_ONE_CALL, type QueueSpec, type QueueSpeed } from "./spec.ts";
import { openFleet } from "./stage.ts";

const ROWS = fileURLToPath(new URL("./rows-child.ts", import.meta.url));
const BULLMQ = fileURLToPath(new URL("./queue-child.ts", import.meta.url));
/** Where the driver of BullMQ's PostgreSQL backend is installed: `--pg=<folder that holds node_modules/pg>`. */
export const PG_FLAG = "--pg=";
/** Takes long enough for its process to be killed. */
const SLOW = {
  strategy: "ma_crossover",
  overfitting: "none",
  params: { fast: { from: 2, to: 301 }, slow: { from: 2, to: 301 } },
};
const SLOW_BARS = 100_000;

interface Round {
  /** Null where it is not measured. */
  readonly speed: QueueSpeed | null;
  readonly restartSeconds: number;
}

interface Candidate {
  readonly name: string;
  measure(jobs: number): Promise<Round>;
}

/** The ways to hand jobs to whoever runs them, with jobs that do nothing, and how long a job of a killed process waits for the next. */
export async function benchQueues(effort: Effort): Promise<void> {
  const jobs = effort.quick ? 1000 : 10_000;
  const pg = process.argv.find((arg) => arg.startsWith(PG_FLAG))?.slice(PG_FLAG.length) ?? null;
  const candidates: readonly Candidate[] = [
    { name: "rows in SQLite, in one process", measure: oneProcess },
    { name: "BullMQ on Redis", measure: bullmqOnRedis },
    ...(pg === null ? [] : [{ name: "BullMQ on PostgreSQL", measure: (count: number) => bullmqOnPostgres(count, pg) }]),
    { name: "rows in PostgreSQL, BullMQ on Redis as their bell", measure: fleet },
  ];
  const results = candidates.map(({ name }) => ({ name, rounds: [] as Round[] }));
  for (let round = 0; round < effort.rounds; round++) {
    for (const [at, { measure }] of candidates.entries()) results[at]?.rounds.push(await measure(jobs));
  }
  report(effort, "DL-021", "queues", "queues", results, {
    title: "Ways to queue jobs",
    notes: [
      `${whole(jobs)} jobs that do nothing, ${IN_ONE_CALL} put into the queue at a time, then carried out ${CONCURRENCY} at a time by one process. Rows in SQLite: a job is accepted, taken and finished, three transactions; in BullMQ it is added, taken and removed.`,
      "Begun again: from SIGKILL of the process that has a job until another has it. In one process that is its next start, at once; in the others a second process waits meanwhile. BullMQ alone with the service's times: locks of 20 s, looked at every 5 s.",
      "Rows in PostgreSQL with BullMQ as their bell is what the service has in a fleet; its jobs a second are those of `fleet-throughput`. On one machine a worker sees that another is dead; on another machine its lease has to end first (LEASE_MS, 20 s).",
      "PostgreSQL waits for the disk at each commit, Redis has appendonly, SQLite is set to NORMAL.",
      pg === null
        ? "BullMQ on PostgreSQL was left out: it needs the package pg, which the service does not (--pg=<folder that holds node_modules/pg>)."
        : "BullMQ on PostgreSQL through pg, which was installed for this alone.",
      `Median of ${effort.rounds} rounds in turn, with the range.`,
    ],
    columns: ["queue", "enqueued/s", "carried out/s", "begun again after s"],
    rows: results.map(({ name, rounds }) => {
      const rate = (key: keyof QueueSpeed) => {
        const measured = rounds.flatMap(({ speed }) => (speed === null ? [] : [speed[key]]));
        return measured.length === 0 ? "-" : spread(measured, whole);
      };
      const restarts = rounds.map(({ restartSeconds }) => restartSeconds);
      return [name, rate("enqueuedPerSecond"), rate("processedPerSecond"), spread(restarts, ms)];
    }),
  });
}

async function oneProcess(jobs: number): Promise<Round> {
  const folder = mkdtempSync(join(tmpdir(), "backgrid-fleet-bench-"));
  try {
    const dataDir = join(folder, "data");
    const start = () => startCommand(["serve", "--port", "0", "--concurrency", "1"], { DATA_DIR: dataDir }, join(folder, "log"));
    const first = await start();
    await acceptSlow(first.url);
    const runs = async (attempt: number) => {
      using db = new Database(databasePath({ dataDir }), { readonly: true });
      return db.query("SELECT 1 FROM jobs WHERE status = 'running' AND attempt = ?").get(attempt) !== null;
    };
    await waitFor(() => runs(1));
    const killed = performance.now();
    await first.kill9();
    const second = await start();
    await waitFor(() => runs(2));
    const restartSeconds = secondsSince(killed);
    await second.kill9();
    return { speed: await runProgram<QueueSpeed>(ROWS, `${jobs}`), restartSeconds };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function fleet(): Promise<Round> {
  await using open = await openFleet({ workers: 1, settings: { SPLIT_BAR_TRIALS: "100000000000" } });
  await acceptSlow(open.url);
  const runs = async (attempt: number) =>
    (await open.sql`SELECT FROM jobs WHERE status = 'running' AND attempt = ${attempt}`).length > 0;
  await waitFor(() => runs(1));
  await open.work();
  const [first] = open.workers.splice(0, 1);
  const killed = performance.now();
  await first?.kill9();
  await waitFor(() => runs(2));
  const restartSeconds = secondsSince(killed);
  return { speed: null, restartSeconds };
}

async function acceptSlow(url: string): Promise<void> {
  const data = minutes(SLOW_BARS);
  await upload({ url }, data);
  const body = { source: "dataset", symbol: data.symbol, ...SLOW };
  const { status } = await postJson(`${url}/api/v1/sweeps`, body, "respond-async");
  if (status !== 202) throw new Error(`a sweep was answered with ${status}`);
}

async function bullmqOnRedis(jobs: number): Promise<Round> {
  const server = await startRedis({ appendonly: true });
  try {
    return await bullmq({ backend: "redis", url: server.url, jobs }, {});
  } finally {
    await server.stop();
  }
}

async function bullmqOnPostgres(jobs: number, pg: string): Promise<Round> {
  const server = await startPostgres({ durable: true });
  try {
    return await bullmq({ backend: "postgres", url: server.url, jobs }, { NODE_PATH: join(pg, "node_modules") });
  } finally {
    await server.stop();
  }
}

async function bullmq(spec: Omit<QueueSpec, "role">, env: Readonly<Record<string, string>>): Promise<Round> {
  const start = (role: QueueSpec["role"]) =>
    Bun.spawn([process.execPath, BULLMQ, JSON.stringify({ ...spec, role })], {
      env: { PATH: process.env.PATH ?? "", ...env },
      ...{ stdin: "ignore", stdout: "pipe", stderr: "inherit" },
    });
  const timed = start("speed");
  const speed: QueueSpeed = JSON.parse(await new Response(timed.stdout).text());
  const holder = start("hold");
  const held = linesOf(holder.stdout);
  await lineIs(held, "begun");
  const next = start("take");
  const taken = linesOf(next.stdout);
  await lineIs(taken, "waits");
  const killed = performance.now();
  holder.kill("SIGKILL");
  await lineIs(taken, "begun");
  const restartSeconds = secondsSince(killed);
  await next.exited;
  return { speed, restartSeconds };
}

/** @throws {Error} when another line comes, or none */
async function lineIs(lines: AsyncGenerator<string, undefined>, wanted: string): Promise<void> {
  const { value } = await lines.next();
  if (value !== wanted) throw new Error(`a queue said ${value}, not ${wanted}`);
}

function secondsSince(ms: number): number {
  return (performance.now() - ms) / 1000;
}
