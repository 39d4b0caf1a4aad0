import type { AppError } from "../core/errors.ts";
import type { Result } from "../core/result.ts";
import type { Config } from "./config.ts";
import type { Log } from "./parts.ts";
import type { Migrated } from "./store/postgres/migrate.ts";

/** A process that works until it is stopped. */
export interface Running {
  /** Where it answers; null for one that does not. */
  readonly url: string | null;
  /** Takes nothing new, lets what runs end for as long as the settings say, hands back the rest. */
  stop(): Promise<void>;
}

type Start = (config: Config, log: Log) => Promise<Result<Running, AppError>>;

/** What is loaded is what is used: a worker has no routes, one process no queue. */
const PROGRAMS = {
  serve: async () => (await import("./service.ts")).startService,
  worker: async () => (await import("./worker.ts")).startWorker,
} as const satisfies Readonly<Record<string, () => Promise<Start>>>;

/** Runs the service, or a worker, until SIGTERM or SIGINT; a second signal ends it at once. Resolves to the exit code. */
export async function runUntilStopped(
  program: keyof typeof PROGRAMS,
  config: Config,
  log: Log,
  ready?: (url: string | null) => void,
): Promise<number> {
  const start = await PROGRAMS[program]();
  const running = await start(config, log);
  if (!running.ok) {
    log({ level: "error", message: running.error.detail });
    return running.error.code === "invalid_request" ? 2 : 1;
  }
  const { url, stop } = running.value;
  log({ level: "info", message: url === null ? "working" : "listening", ...(url === null ? {} : { url }), pid: process.pid });
  ready?.(url);
  const signal = await firstSignal();
  log({ level: "info", message: `${signal}: finishing what runs` });
  await stop();
  log({ level: "info", message: "stopped" });
  return 0;
}

/** Brings the schema of a fleet's database up to date. Errors: `invalid_request` without a fleet, `unavailable`. */
export async function migrateFleet(config: Config): Promise<Result<Migrated, AppError>> {
  const [{ fleetOf }, { migratePostgres }] = await Promise.all([import("./fleet.ts"), import("./store/postgres/migrate.ts")]);
  const fleet = fleetOf(config);
  if (!fleet.ok) return fleet;
  return migratePostgres(fleet.value.migrationDatabaseUrl);
}

function firstSignal(): Promise<string> {
  return new Promise((resolve) => {
    let seen = false;
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.on(signal, () => {
        if (seen) process.exit(1);
        seen = true;
        resolve(signal);
      });
    }
  });
}
