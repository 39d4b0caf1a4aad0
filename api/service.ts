import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Registry } from "prom-client";
import { type AppError, fail } from "../core/errors.ts";
import { ok, type Result } from "../core/result.ts";
import { VERSION } from "../core/version.ts";
import { createApp } from "./app.ts";
import { faultsOf, oneProcess } from "./backend.ts";
import { type Config, isLoopback } from "./config.ts";
import { jobIds, LOCAL_USER } from "./ids.ts";
import { addRunnerGauges, createServiceMetrics } from "./metrics.ts";
import type { Log } from "./parts.ts";

/** A service that answers. */
export interface Service {
  readonly url: string;
  /** Takes no new requests, lets what runs end for as long as the settings say, hands back the rest. Calling it again gives the same promise. */
  stop(): Promise<void>;
}

/** Quiet streams of events live longer than this: they send a heartbeat. */
const IDLE_SECONDS = 120;
/** The server's own limit would refuse without a problem document; routes count what they read, and what nobody reads is not kept. */
const MOST_BODY_BYTES = Number.MAX_SAFE_INTEGER;

/**
 * The service in this process: with its children alone, or at the front of a fleet. Errors: `forbidden` for an open address without leave, `unavailable`
 * when the store or the address is not to be had.
 */
export async function startService(config: Config, log: Log): Promise<Result<Service, AppError>> {
  if (!isLoopback(config.host) && !config.allowAnonymous) {
    return fail(
      "forbidden",
      `HOST ${config.host} can be reached by other machines, and nobody has to log in yet: listen on 127.0.0.1, or say ALLOW_ANONYMOUS=1 if that is meant`,
    );
  }
  const nowMs = () => Date.now();
  const metrics = createServiceMetrics(new Registry());
  const parts = { config, log, metrics, nowMs };
  const { fleet } = config;
  const opened = fleet === null ? await oneProcess(parts) : await (await import("./fleet.ts")).fleetBackend(parts, fleet);
  if (!opened.ok) return opened;
  const backend = opened.value;
  const uploadFolder = emptyFolder(join(config.dataDir, "uploads", `${fleet === null ? "" : process.pid}`));
  addRunnerGauges(metrics.registry, backend.runner);
  let stopping = false;
  const app = createApp({
    ...backend,
    ...{ nowMs, log, metrics, uploadFolder },
    faults: faultsOf(config),
    version: VERSION,
    limits: config,
    hosts: config.allowAnonymous ? null : [config.host],
    user: LOCAL_USER,
    newJobId: jobIds(nowMs),
    logRequests: config.logRequests,
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
    await backend.stop(0);
    await backend.close();
    const reason = cause instanceof Error ? cause.message : String(cause);
    return fail("unavailable", `cannot listen on ${config.host}:${config.port}: ${reason}`);
  }
  await backend.start();

  const stop = async () => {
    stopping = true;
    const closed = server.stop(false);
    await backend.stop(config.shutdownMs);
    await Promise.race([closed, Bun.sleep(1000)]);
    await server.stop(true);
    await backend.close();
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
