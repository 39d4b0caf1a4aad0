import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Registry } from "prom-client";
import { type AppError, fail } from "../core/errors.ts";
import { ok, type Result } from "../core/result.ts";
import { VERSION } from "../core/version.ts";
import { createApp } from "./app.ts";
import { FAULTS } from "./compute/faults.ts";
import { createPool } from "./compute/pool.ts";
import { type Config, isLoopback } from "./config.ts";
import { jobsWithPoints, killAt, runnerWithPoints } from "./faults.ts";
import { jobIds, LOCAL_USER } from "./ids.ts";
import { addRunnerGauges, createServiceMetrics } from "./metrics.ts";
import type { Log } from "./parts.ts";
import { isDeadProcess, processName } from "./process-name.ts";
import { createRunner } from "./runner/runner.ts";
import { databasePath, openStores, yahooBars } from "./wiring.ts";

/** A service that answers. */
export interface Service {
  readonly url: string;
  /** Takes no new requests, lets what runs end for as long as the settings say, hands back the rest. Calling it again gives the same promise. */
  stop(): Promise<void>;
}

const DEFAULT_WAIT_MS = 30_000;
/** What a child takes before it has a sweep, and what an answer takes on its way. */
const CHILD_BYTES = 300 * 2 ** 20;
const LEAST_SWEEP_BYTES = 128 * 2 ** 20;
/** Quiet streams of events live longer than this: they send a heartbeat. */
const IDLE_SECONDS = 120;
/** The server's own limit would refuse without a problem document; routes count what they read, and what nobody reads is not kept. */
const MOST_BODY_BYTES = Number.MAX_SAFE_INTEGER;

/** The service in this process. Errors: `forbidden` for an open address without leave, `unavailable` when the store or the address is not to be had. */
export async function startService(config: Config, log: Log): Promise<Result<Service, AppError>> {
  if (!isLoopback(config.host) && !config.allowAnonymous) {
    return fail(
      "forbidden",
      `HOST ${config.host} can be reached by other machines, and nobody has to log in yet: listen on 127.0.0.1, or say ALLOW_ANONYMOUS=1 if that is meant`,
    );
  }
  const nowMs = () => Date.now();
  const point = config.faults.point === null ? null : killAt(config.faults.point);
  if (point?.ok === false) return point;
  const onPoint = point?.value;
  const stores = await openStores(config, nowMs, onPoint === undefined ? {} : { onPoint });
  if (!stores.ok) return stores;
  const { bars, datasets } = stores.value;
  const jobs = onPoint === undefined ? stores.value.jobs : jobsWithPoints(stores.value.jobs, onPoint);
  const uploadFolder = emptyFolder(join(config.dataDir, "uploads"));
  const metrics = createServiceMetrics(new Registry());
  const faults = config.faults.strategies ? FAULTS : [];
  const yahoo = yahooBars(config, nowMs);
  const cores = availableParallelism();
  const children = config.concurrency ?? cores;
  const pool = createPool({
    size: children,
    jobTimeoutMs: config.jobTimeoutMs,
    jobMemoryMb: config.jobMemoryMb,
    child: {
      ...{ databasePath: databasePath(config), engine: config.engine, faults: config.faults.strategies },
      threads: config.threads ?? Math.max(1, Math.floor(cores / children)),
      sweepBarTrials: config.sweepBarTrials,
      sweepBytes: Math.max(LEAST_SWEEP_BYTES, config.jobMemoryMb * 2 ** 20 - CHILD_BYTES),
    },
    log,
  });
  const runner = createRunner({
    ...{ jobs, pool, yahoo, faults, leaseMs: config.leaseMs, nowMs, log, metrics },
    worker: processName(),
    isDead: isDeadProcess,
  });
  addRunnerGauges(metrics.registry, runner);
  let stopping = false;
  const app = createApp({
    ...{ jobs, bars, datasets, yahoo, nowMs, log, metrics, faults, uploadFolder },
    runner: onPoint === undefined ? runner : runnerWithPoints(runner, onPoint),
    version: VERSION,
    limits: config,
    hosts: config.allowAnonymous ? null : [config.host],
    user: LOCAL_USER,
    newJobId: jobIds(nowMs),
    logRequests: config.logRequests,
    engineTrouble: () => pool.trouble?.detail ?? null,
    defaultWaitMs: DEFAULT_WAIT_MS,
    stopping: () => stopping,
  });

  let server: Bun.Server<undefined>;
  try {
    server = Bun.serve({
      hostname: config.host,
      port: config.port,
      idleTimeout: IDLE_SECONDS,
      maxRequestBodySize: MOST_BODY_BYTES,
      fetch: (request) => app.fetch(request),
    });
  } catch (cause) {
    await pool.close(0);
    await jobs.close();
    const reason = cause instanceof Error ? cause.message : String(cause);
    return fail("unavailable", `cannot listen on ${config.host}:${config.port}: ${reason}`);
  }
  await runner.start();

  const stop = async () => {
    stopping = true;
    const closed = server.stop(false);
    await runner.stop(config.shutdownMs);
    await Promise.race([closed, Bun.sleep(1000)]);
    await server.stop(true);
    await jobs.close();
  };
  let stopped: Promise<void> | null = null;
  return ok({
    url: server.url.href.replace(/\/$/, ""),
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  });
}

/** Uploads that a dead process left are of no use. */
function emptyFolder(path: string): string {
  mkdirSync(path, { recursive: true });
  for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true, force: true });
  return path;
}
