import { availableParallelism } from "node:os";
import { type AppError, fail } from "../core/errors.ts";
import type { BarVault, DatasetStore, JobStore } from "../core/jobs/store.ts";
import type { BarProvider } from "../core/ports.ts";
import { ok, type Result } from "../core/result.ts";
import { FAULTS } from "./compute/faults.ts";
import { type ChildPool, createPool } from "./compute/pool.ts";
import type { ChildSettings } from "./compute/protocol.ts";
import type { Config } from "./config.ts";
import { jobsWithPoints, killAt, type OnPoint, runnerWithPoints } from "./faults.ts";
import type { ServiceMetrics } from "./metrics.ts";
import type { Log, Runner } from "./parts.ts";
import { isDeadProcess, processName } from "./process-name.ts";
import { createRunner, type RunningRunner } from "./runner/runner.ts";
import { databasePath, openStores, yahooBars } from "./wiring.ts";

/** What stands behind the HTTP side: where jobs are kept and what runs them. */
export interface Backend {
  readonly jobs: JobStore;
  readonly bars: BarVault;
  readonly datasets: DatasetStore;
  readonly yahoo: BarProvider;
  /** As routes see it. */
  readonly runner: Runner;
  readonly defaultWaitMs: number;
  readonly engineTrouble: () => string | null;
  /** Rejects with why no job can be rung for. */
  readonly pingQueue: () => Promise<void>;
  /** What `/ready` tells besides. */
  readonly details: () => Promise<Readonly<Record<string, string>>>;
  start(): Promise<void>;
  stop(graceMs: number): Promise<void>;
  close(): Promise<void>;
}

/** What a process of any kind brings. */
export interface BackendParts {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: ServiceMetrics;
  readonly nowMs: () => number;
}

/** What a child takes before it has a sweep, and what an answer takes on its way. */
const CHILD_BYTES = 300 * 2 ** 20;
const LEAST_SWEEP_BYTES = 128 * 2 ** 20;
const WAIT_MS = 30_000;

/**
 * @param children null is as many as the settings say, or one a core
 * @param spare    whether there is one more, so that backtests wait behind no sweep
 */
export function poolOf(
  { config, log }: Pick<BackendParts, "config" | "log">,
  database: ChildSettings["database"],
  children: number | null,
  spare = false,
): ChildPool {
  const cores = availableParallelism();
  const size = children ?? config.concurrency ?? cores;
  return createPool({
    ...{ size, spare },
    jobTimeoutMs: config.jobTimeoutMs,
    jobMemoryMb: config.jobMemoryMb,
    child: {
      ...{ database, engine: config.engine, faults: config.faults.strategies },
      threads: config.threads ?? Math.max(1, Math.floor(cores / size)),
      sweepBarTrials: config.sweepBarTrials,
      sweepBytes: Math.max(LEAST_SWEEP_BYTES, config.jobMemoryMb * 2 ** 20 - CHILD_BYTES),
    },
    log,
  });
}

/** Strategies that fail on purpose, where they exist. */
export function faultsOf({ faults }: Config): readonly string[] {
  return faults.strategies ? FAULTS : [];
}

/** Where this process is to be killed, in tests. Errors: `invalid_request`. */
export function pointOf({ faults }: Config): Result<OnPoint | undefined, AppError> {
  return faults.point === null ? ok(undefined) : killAt(faults.point);
}

/** Everything in this process and its children, on SQLite. Errors: `unavailable`. */
export async function oneProcess(parts: BackendParts): Promise<Result<Backend, AppError>> {
  const { config, log, metrics, nowMs } = parts;
  const point = pointOf(config);
  if (!point.ok) return point;
  const onPoint = point.value;
  const stores = await openStores(config, nowMs, onPoint === undefined ? {} : { onPoint });
  if (!stores.ok) return fail("unavailable", stores.error.detail);
  const { bars, datasets } = stores.value;
  const jobs = onPoint === undefined ? stores.value.jobs : jobsWithPoints(stores.value.jobs, onPoint);
  const yahoo = yahooBars(config, nowMs, { onProblem: (message) => log({ level: "warn", message }) });
  const pool = poolOf(parts, { kind: "sqlite", path: databasePath(config) }, null);
  const runner: RunningRunner = createRunner({
    ...{ jobs, pool, yahoo, faults: faultsOf(config), leaseMs: config.leaseMs, nowMs, log, metrics },
    worker: processName(),
    isDead: isDeadProcess,
  });
  return ok({
    ...{ jobs, bars, datasets, yahoo },
    runner: onPoint === undefined ? runner : runnerWithPoints(runner, onPoint),
    defaultWaitMs: WAIT_MS,
    engineTrouble: () => pool.trouble?.detail ?? null,
    pingQueue: async () => {},
    details: async () => ({ mode: "one process" }),
    start: () => runner.start(),
    stop: (graceMs) => runner.stop(graceMs),
    close: () => jobs.close(),
  });
}
