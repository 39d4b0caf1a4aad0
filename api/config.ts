import { type AppError, type Finding, fail } from "../core/errors.ts";
import { ok, type Result } from "../core/result.ts";

export const ENGINE_CHOICES = ["auto", "ts", "wasm"] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

/** Settings of processes that work together. */
export interface FleetConfig {
  readonly databaseUrl: string;
  /** The login that brings the schema up to date. */
  readonly migrationDatabaseUrl: string;
  readonly redisUrl: string;
  /** Before the names of everything in Redis, and of channels. */
  readonly redisPrefix: string;
  readonly databaseConnections: number;
  /** Whether each point of an equity curve is a row as well. */
  readonly equityPoints: boolean;
  /** Where a worker tells how it is; null: nowhere. */
  readonly workerPort: number | null;
  /** A sweep of more trials x bars is run in parts. */
  readonly splitBarTrials: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Settings of a process. This file alone reads environment variables; docs/service.md tells each of them. */
export interface Config {
  readonly engine: EngineChoice;
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Database, uploads on their way and cached market data. */
  readonly dataDir: string;
  /** Another address for the provider's, such as a stand-in's; null for the real one. */
  readonly yahooBaseUrl: string | null;
  readonly allowAnonymous: boolean;
  /** Where a fleet of processes keeps its jobs, and what rings for them; null is one process on SQLite. */
  readonly fleet: FleetConfig | null;
  readonly sqliteSynchronous: "normal" | "full";
  /** Child processes; null is one a core. */
  readonly concurrency: number | null;
  /** Threads of a sweep; null is cores / children, at least 1. */
  readonly threads: number | null;
  readonly leaseMs: number;
  readonly jobTimeoutMs: number;
  readonly jobMemoryMb: number;
  readonly maxJsonBytes: number;
  readonly maxDatasetBytes: number;
  readonly maxDepth: number;
  readonly maxQueued: number;
  /** The most trials x bars of a sweep. */
  readonly sweepBarTrials: number;
  /** How long a shutdown waits for what runs. */
  readonly shutdownMs: number;
  readonly logRequests: boolean;
  /** With NODE_ENV=test alone: strategies that fail on purpose exist, and `BG_FAULT=point[:n]` kills the process there. */
  readonly faults: { readonly strategies: boolean; readonly point: string | null };
}

const MIB = 2 ** 20;

/**
 * Errors: `invalid_request` with a finding for every variable that is wrong, its value and what is allowed.
 * @param env     the environment, by name
 * @param instead what beats it, such as flags
 */
export function readConfig(env: Environment = process.env, instead: Environment = {}): Result<Config, AppError> {
  const findings: Finding[] = [];
  const read = <T>(name: string, standard: T, parse: (text: string) => T | undefined, allowed: string): T => {
    const text = instead[name] ?? env[name];
    if (text === undefined) return standard;
    const value = parse(text);
    if (value !== undefined) return value;
    findings.push({ path: name, message: `${name} must be ${allowed}: got ${JSON.stringify(text)}` });
    return standard;
  };
  const choice = <const T extends string>(name: string, standard: T, choices: readonly T[]) =>
    read<T>(name, standard, (text) => choices.find((known) => known === text), `one of ${choices.join(", ")}`);
  const whole = (name: string, standard: number, least: number, most: number) =>
    read(name, standard, (text) => wholeNumber(text, least, most), `a whole number from ${least} to ${most}`);
  const flag = (name: string, standard: boolean) =>
    read(name, standard, (text) => (text === "1" ? true : text === "0" ? false : undefined), "1 or 0");
  const text = (name: string, standard: string) => read(name, standard, (given) => given.trim() || undefined, "not empty");

  const address = (name: string, protocols: readonly string[], example: string) =>
    read<string | null>(name, null, (given) => serverAddress(given, protocols), `an address such as ${example}`);

  const testing = env.NODE_ENV === "test";
  const databaseUrl = address("DATABASE_URL", ["postgres:", "postgresql:"], "postgres://user@127.0.0.1:5432/backgrid");
  const redisUrl = address("REDIS_URL", ["redis:", "rediss:"], "redis://127.0.0.1:6379");
  const migrationUrl = address(
    "MIGRATION_DATABASE_URL",
    ["postgres:", "postgresql:"],
    "postgres://owner@127.0.0.1:5432/backgrid",
  );
  const isSet = (name: string) => (instead[name] ?? env[name]) !== undefined;
  if (isSet("DATABASE_URL") !== isSet("REDIS_URL")) {
    const [there, missing] = isSet("DATABASE_URL") ? ["DATABASE_URL", "REDIS_URL"] : ["REDIS_URL", "DATABASE_URL"];
    findings.push({
      path: missing,
      message: `${missing} must be set where ${there} is: both make a fleet, none makes one process`,
    });
  }
  const shared = {
    redisPrefix: read(
      "REDIS_PREFIX",
      "backgrid",
      (given) => (/^[\w.-]{1,64}$/.test(given) ? given : undefined),
      "1 to 64 letters, digits, dots, dashes or underscores",
    ),
    databaseConnections: whole("DATABASE_CONNECTIONS", 10, 2, 100),
    equityPoints: choice("EQUITY_POINTS_TABLE", "off", ["off", "on"]) === "on",
    workerPort: read<number | null>(
      "WORKER_PORT",
      null,
      (given) => wholeNumber(given, 0, 65_535),
      "a whole number from 0 to 65535",
    ),
    splitBarTrials: whole("SPLIT_BAR_TRIALS", 500_000_000, 1_000, 100_000_000_000),
  };
  const fleet: FleetConfig | null =
    databaseUrl === null || redisUrl === null
      ? null
      : { ...shared, databaseUrl, redisUrl, migrationDatabaseUrl: migrationUrl ?? databaseUrl };
  const config: Config = {
    engine: choice<EngineChoice>("ENGINE", "auto", ENGINE_CHOICES),
    host: text("HOST", "127.0.0.1"),
    port: whole("PORT", 8000, 0, 65_535),
    dataDir: text("DATA_DIR", ".backgrid"),
    yahooBaseUrl: read<string | null>(
      "YAHOO_BASE_URL",
      null,
      webAddress,
      "an http or https address such as http://127.0.0.1:9000",
    ),
    allowAnonymous: flag("ALLOW_ANONYMOUS", false),
    fleet,
    sqliteSynchronous: choice("SQLITE_SYNCHRONOUS", "normal", ["normal", "full"]),
    concurrency: read<number | null>("CONCURRENCY", null, (given) => wholeNumber(given, 1, 64), "a whole number from 1 to 64"),
    threads: read<number | null>("THREADS", null, (given) => wholeNumber(given, 1, 64), "a whole number from 1 to 64"),
    // A job of a machine that died shall run again within 30 s, the time to notice it included.
    leaseMs: whole("LEASE_MS", fleet === null ? 30_000 : 20_000, 100, 3_600_000),
    jobTimeoutMs: whole("JOB_TIMEOUT_MS", 60_000, 100, 3_600_000),
    jobMemoryMb: whole("JOB_MEMORY_MB", 2048, 256, 65_536),
    maxJsonBytes: whole("MAX_JSON_MB", 32, 1, 1024) * MIB,
    maxDatasetBytes: whole("MAX_DATASET_MB", 128, 1, 4096) * MIB,
    maxDepth: whole("MAX_JSON_DEPTH", 32, 4, 1000),
    maxQueued: whole("MAX_QUEUED", 10_000, 1, 10_000_000),
    sweepBarTrials: whole("SWEEP_BAR_TRIALS", 20_000_000_000, 1, 100_000_000_000),
    shutdownMs: whole("SHUTDOWN_MS", 30_000, 0, 600_000),
    logRequests: flag("LOG_REQUESTS", true),
    faults: { strategies: testing, point: testing ? (env.BG_FAULT ?? null) : null },
  };
  const [first] = findings;
  if (first !== undefined) return fail("invalid_request", findings.map(({ message }) => message).join("; "), findings);
  return ok(config);
}

function wholeNumber(text: string, least: number, most: number): number | undefined {
  const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}

function serverAddress(text: string, protocols: readonly string[]): string | undefined {
  const url = URL.parse(text.trim());
  return url !== null && protocols.includes(url.protocol) && url.hostname !== "" ? text.trim() : undefined;
}

function webAddress(text: string): string | undefined {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === "" ? url.href.replace(/\/$/, "") : undefined;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;

/** True for an address that other machines cannot reach. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** True with BACKGRID_DEBUG=1: a bug then shows its stack. */
export function wantsStacks(env: Environment = process.env): boolean {
  return env.BACKGRID_DEBUG === "1";
}

/** @param name how the message calls the setting: a variable or a flag */
export function parseEngineChoice(value: string, name: string): Result<EngineChoice, AppError> {
  const choice = ENGINE_CHOICES.find((known) => known === value);
  if (choice !== undefined) return ok(choice);
  const message = `${name} must be one of ${ENGINE_CHOICES.join(", ")}: got ${JSON.stringify(value)}`;
  return fail("invalid_request", message, [{ path: name, message }]);
}
