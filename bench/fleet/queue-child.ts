import { createBunRedisClient, createPostgresBackend, type Job, Queue, Worker } from "bullmq";
import { RedisClient } from "bun";
import { CONCURRENCY, IN_ONE_CALL, type QueueSpec, type QueueSpeed } from "./spec.ts";

// BullMQ with jobs that do nothing, in a process of its own: `bun bench/fleet/queue-child.ts <spec as JSON>`. Prints one line of JSON, or what befalls it.

const LINE = "bench";
/** Those of the service. */
const TIMES = { lockDuration: 20_000, stalledInterval: 5_000, maxStalledCount: 1000 };
const DONE = { removeOnComplete: true, removeOnFail: true };

const { backend, url, role, jobs }: QueueSpec = JSON.parse(process.argv[2] ?? "");
const inRedis = () => ({ connection: createBunRedisClient(new RedisClient(url)) });
const inPostgres = () => ({ connection: { connectionString: url, migrate: true } });

function work(act: (job: Pick<Job, "name">) => Promise<void>): { close(): Promise<void> } {
  const how = { concurrency: CONCURRENCY, ...TIMES };
  if (backend === "redis") return new Worker(LINE, act, { ...inRedis(), ...how });
  return new Worker(LINE, act, { ...inPostgres(), ...how }, createPostgresBackend);
}

function openQueue() {
  if (backend === "redis") return new Queue(LINE, { ...inRedis(), defaultJobOptions: DONE });
  return new Queue(LINE, { ...inPostgres(), defaultJobOptions: DONE }, createPostgresBackend);
}

async function speed(): Promise<QueueSpeed> {
  const queue = openQueue();
  await queue.waitUntilReady();
  const begun = performance.now();
  for (let sent = 0; sent < jobs; sent += IN_ONE_CALL) {
    await queue.addBulk(Array.from({ length: Math.min(IN_ONE_CALL, jobs - sent) }, (_, k) => ({ name: "job", data: { k } })));
  }
  const enqueued = performance.now();
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = jobs;
  const worker = work(async () => {
    if (--left === 0) resolve();
  });
  await promise;
  const processed = performance.now();
  await worker.close();
  await queue.close();
  return { enqueuedPerSecond: (1000 * jobs) / (enqueued - begun), processedPerSecond: (1000 * jobs) / (processed - enqueued) };
}

/** Queues one job, and holds it until the process is killed. */
async function hold(): Promise<void> {
  const queue = openQueue();
  await queue.add("job", {});
  work(() => {
    console.log("begun");
    return new Promise(() => {});
  });
}

/** Waits for a job, and ends. */
async function take(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  work(async () => resolve());
  console.log("waits");
  await promise;
  console.log("begun");
  process.exit(0);
}

if (role === "speed") {
  console.log(JSON.stringify(await speed()));
  process.exit(0);
} else await (role === "hold" ? hold() : take());
