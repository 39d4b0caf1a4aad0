import postgres, { type Sql } from "postgres";
import { schemaState } from "../store/postgres/migrate.ts";
import { APP, OWNER } from "../store/postgres/roles.ts";
import { within } from "../within.ts";
import { type Check, check, looked, PATIENCE_MS, reasonOf, shownAddress } from "./check.ts";
import { policyCheck, timescaleCheck } from "./postgres-tables.ts";

/** The oldest PostgreSQL that the tests run on. */
const LEAST_MAJOR = 15;
/** Clocks farther apart than this make the logs and times of different machines hard to put in order. */
const APART_MS = 1000;

/** What the PostgreSQL at an address says about itself and its schema. @param wantsPoints whether rows of equity points are to be written */
export async function postgresChecks(address: string, wantsPoints: boolean): Promise<readonly Check[]> {
  return asked("postgres", address, async (sql) => [
    await looked("postgres_clock", () => clockCheck(sql)),
    await looked("postgres_login", () => loginCheck(sql)),
    await looked("postgres_schema", () => schemaCheck(sql)),
    await looked("row_level_security", () => policyCheck(sql)),
    await looked("timescaledb", () => timescaleCheck(sql, wantsPoints)),
  ]);
}

/** Whether the login that migrates gets in and may do what that needs. */
export async function migrationLoginCheck(address: string): Promise<readonly Check[]> {
  return asked("migration_server", address, async (sql) => [await looked("migration_login", () => migratorCheck(sql))]);
}

/** What the server is, then the answers to `ask`; none of these where it is not reachable. */
async function asked(name: string, address: string, ask: (sql: Sql) => Promise<readonly Check[]>): Promise<readonly Check[]> {
  const shown = shownAddress(address);
  const sql = postgres(address, {
    max: 1,
    connect_timeout: PATIENCE_MS / 1000,
    onnotice: () => undefined,
    connection: { application_name: "backgrid doctor" },
  });
  try {
    const server = await within(PATIENCE_MS, "the server", serverCheck(sql, name, shown));
    return [server, ...(await ask(sql))];
  } catch (cause) {
    return [check(name, "fail", `${shown} is not reachable: ${reasonOf(cause)}`)];
  } finally {
    await sql.end({ timeout: 0 });
  }
}

async function serverCheck(sql: Sql, name: string, shown: string): Promise<Check> {
  const [row] = await sql<[{ version: string; number: number; connections: string }]>`
    SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
      current_setting('max_connections') AS connections`;
  const found = `${row.version} at ${shown}, takes ${row.connections} connections`;
  if (row.number >= LEAST_MAJOR * 10_000) return check(name, "ok", found);
  return check(name, "warn", `${found}; Backgrid is tested on ${LEAST_MAJOR} and newer`);
}

async function clockCheck(sql: Sql): Promise<Check> {
  const before = Date.now();
  const [{ ms }] = await sql<[{ ms: number }]>`SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms`;
  return clockVerdict(ms, before, Date.now());
}

/** @param ms what the server's clock said at some moment between `before` and `after` of this machine's */
export function clockVerdict(ms: number, before: number, after: number): Check {
  const apart = ms < before ? ms - before : Math.max(0, ms - after);
  if (apart === 0) return check("postgres_clock", "ok", "agrees with this machine's");
  const found = `${Math.abs(apart)} ms ${apart < 0 ? "behind" : "ahead of"} this machine's`;
  if (Math.abs(apart) <= APART_MS) return check("postgres_clock", "ok", found);
  return check(
    "postgres_clock",
    "warn",
    `${found}: leases follow the server's clock, logs this one's; let both follow a time server`,
  );
}

interface Login {
  readonly login: string;
  readonly strong: boolean;
  readonly appStrong: boolean | null;
  readonly mayBeApp: boolean | null;
  readonly mayBeOwner: boolean | null;
}

async function loginCheck(sql: Sql): Promise<Check> {
  const [{ login, strong, appStrong, mayBeApp, mayBeOwner }] = await sql<[Login]>`
    SELECT l.rolname AS login, l.rolsuper OR l.rolbypassrls AS strong,
      a.rolsuper OR a.rolbypassrls OR pg_has_role(a.oid, o.oid, 'MEMBER') AS "appStrong",
      pg_has_role(l.oid, a.oid, ${mayBecome(sql)}) AS "mayBeApp", pg_has_role(l.oid, o.oid, 'MEMBER') AS "mayBeOwner"
    FROM pg_roles l LEFT JOIN pg_roles a ON a.rolname = ${APP} LEFT JOIN pg_roles o ON o.rolname = ${OWNER}
    WHERE l.rolname = session_user`;
  const name = "postgres_login";
  if (mayBeApp === null)
    return check(name, "fail", `${login} cannot work as ${APP}, which does not exist: run "backgrid migrate"`);
  if (appStrong) return check(name, "fail", `${APP} is an owner or a superuser: policies do not hold for it`);
  if (!mayBeApp) return check(name, "fail", `${login} may not work as ${APP}: GRANT ${APP} TO ${login}`);
  const found = `${login}, whose sessions work as ${APP}`;
  const more = strong ? "a superuser or past all policies" : mayBeOwner ? "an owner of the tables too" : null;
  if (more === null) return check(name, "ok", found);
  return check(name, "warn", `${found}, is ${more}: give the service a login that is a member of ${APP} alone`);
}

/** The right to become a role: from PostgreSQL 16 on a member may be without it. */
function mayBecome(sql: Sql) {
  return sql`CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END`;
}

async function migratorCheck(sql: Sql): Promise<Check> {
  const [{ login, mayMakeRoles, mayBeOwner }] = await sql<[{ login: string; mayMakeRoles: boolean; mayBeOwner: boolean | null }]>`
    SELECT l.rolname AS login, l.rolsuper OR l.rolcreaterole AS "mayMakeRoles",
      pg_has_role(l.oid, o.oid, ${mayBecome(sql)}) AS "mayBeOwner"
    FROM pg_roles l LEFT JOIN pg_roles o ON o.rolname = ${OWNER}
    WHERE l.rolname = session_user`;
  if (mayBeOwner) return check("migration_login", "ok", `${login}, a member of ${OWNER}`);
  if (mayMakeRoles && mayBeOwner === null) return check("migration_login", "ok", `${login}, who may make the roles`);
  const right = mayBeOwner === null ? `ALTER ROLE ${login} CREATEROLE` : `GRANT ${OWNER} TO ${login}`;
  return check("migration_login", "fail", `${login} may not migrate: ${right}`);
}

async function schemaCheck(sql: Sql): Promise<Check> {
  const name = "postgres_schema";
  const { applied, missing, problem } = await schemaState(sql);
  if (problem !== null) return check(name, "fail", problem);
  if (applied === 0) return check(name, "fail", 'there are no tables yet: run "backgrid migrate"');
  if (missing.length > 0) return check(name, "fail", `without ${missing.join(", ")}: run "backgrid migrate"`);
  return check(name, "ok", `up to date with all ${applied} migrations`);
}
