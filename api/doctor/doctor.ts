import type { AppError } from "../../core/errors.ts";
import type { Result } from "../../core/result.ts";
import { type Config, type FleetConfig, isLoopback } from "../config.ts";
import { type Check, check } from "./check.ts";
import { dataFolderCheck, sqliteCheck } from "./data-folder.ts";
import { bunCheck, loadedEngineCheck, type Machine, machineCheck, thisMachine } from "./machine.ts";
import { migrationLoginCheck, postgresChecks } from "./postgres.ts";
import { redisChecks } from "./redis.ts";

/**
 * What is configured, whether it can be reached, and what is wrong with it. Changes nothing, asks no provider, and takes some seconds at most.
 * Of settings that cannot be read it tells which ones are wrong, and goes no further.
 */
export async function diagnose(settings: Result<Config, AppError>, machine: Machine = thisMachine()): Promise<readonly Check[]> {
  if (settings.ok) return [bunCheck(), check("settings", "ok", "all can be read"), ...(await examine(settings.value, machine))];
  return [bunCheck(), ...settings.error.findings.map(({ message }) => check("settings", "fail", message))];
}

async function examine(config: Config, machine: Machine): Promise<readonly Check[]> {
  const { fleet, dataDir } = config;
  const [engine, ...servers] = await Promise.all([loadedEngineCheck(config.engine), ...serverChecks(fleet)]);
  return [
    machineCheck(config, machine),
    engine,
    addressCheck(config),
    fleet === null
      ? check("mode", "ok", "one process: neither DATABASE_URL nor REDIS_URL is set")
      : check("mode", "ok", "fleet: DATABASE_URL and REDIS_URL are set"),
    dataFolderCheck(dataDir),
    fleet === null ? sqliteCheck(dataDir) : check("sqlite", "skipped", "jobs are kept in PostgreSQL"),
    ...servers.flat(),
    check("yahoo", "skipped", `not asked; prices come from ${config.yahooBaseUrl ?? "Yahoo itself"}`),
  ];
}

function serverChecks(fleet: FleetConfig | null): Promise<readonly Check[]>[] {
  if (fleet === null) return [];
  const { databaseUrl, migrationDatabaseUrl, redisUrl, equityPoints } = fleet;
  return [
    postgresChecks(databaseUrl, equityPoints),
    ...(migrationDatabaseUrl === databaseUrl ? [] : [migrationLoginCheck(migrationDatabaseUrl)]),
    redisChecks(redisUrl),
  ];
}

export function addressCheck({ host, port, allowAnonymous }: Pick<Config, "host" | "port" | "allowAnonymous">): Check {
  const found = `${host}:${port}`;
  if (isLoopback(host)) return check("address", "ok", `${found}, which this machine alone reaches`);
  const why = `${found} can be reached by other machines, and nobody has to log in`;
  if (allowAnonymous) return check("address", "warn", `${why}: put a proxy with TLS and a login in front`);
  return check("address", "fail", `${why}: listen on 127.0.0.1, or say ALLOW_ANONYMOUS=1 if that is meant`);
}
