import type { Sql } from "postgres";
import { type AppError, fail } from "../../../core/errors.ts";
import { ok, type Result } from "../../../core/result.ts";
import { isRefused, sqlState } from "./sql-state.ts";

/** Owns all there is; migrations alone run as it. */
export const OWNER = "backgrid_owner";
/** As which the sessions of the service run: it owns nothing, and policies hold for it. */
export const APP = "backgrid_app";
/** Owns the few functions that look across users. */
const KEEPER = "backgrid_keeper";

/** What an administrator has to run where the login of the migrations may not. */
const STATEMENTS = (login: string, database: string) => [
  // Not inheriting: the owner may hand functions to the keeper, and the keeper's policies are not its own.
  `CREATE ROLE ${OWNER} NOLOGIN NOINHERIT`,
  `CREATE ROLE ${APP} NOLOGIN`,
  `CREATE ROLE ${KEEPER} NOLOGIN`,
  `GRANT ${KEEPER} TO ${OWNER}`,
  `GRANT ${OWNER}, ${APP} TO ${login}`,
  `GRANT CREATE ON DATABASE ${database} TO ${login}`,
];

/** Two sessions changed one role at once. */
const CONCURRENT = "XX000";
const TRIES = 5;

interface Standing {
  readonly login: string;
  readonly database: string;
  readonly known: readonly string[];
  readonly owner_has_keeper: boolean;
  readonly has_owner: boolean;
  readonly has_app: boolean;
  readonly has_schema: boolean;
}

/**
 * Makes the roles, which are of the whole server, and the schema where they are not there, and lets the login of this connection become owner
 * and app. Errors: `unavailable` with the statements to be run by an administrator where the login may not.
 */
export async function ensureRoles(sql: Sql): Promise<Result<void, AppError>> {
  const { login, database } = await standingOf(sql);
  try {
    for (let tried = 1; ; tried++) {
      try {
        await makeMissing(sql);
        return ok(undefined);
      } catch (cause) {
        if (sqlState(cause) !== CONCURRENT || tried === TRIES) throw cause;
      }
    }
  } catch (cause) {
    if (!isRefused(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    return fail(
      "unavailable",
      `the login ${login} may not make what the service needs (${reason}); let an administrator run: ${STATEMENTS(login, database).join("; ")}`,
    );
  }
}

async function makeMissing(sql: Sql): Promise<void> {
  const before = await standingOf(sql);
  for (const role of [OWNER, APP, KEEPER]) {
    if (before.known.includes(role)) continue;
    const made = `CREATE ROLE ${role} NOLOGIN${role === OWNER ? " NOINHERIT" : ""}`;
    await sql.unsafe(`DO $$ BEGIN ${made}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`);
  }
  const { login, owner_has_keeper, has_owner, has_app, has_schema } = await standingOf(sql);
  if (!owner_has_keeper) await sql.unsafe(`GRANT ${KEEPER} TO ${OWNER}`);
  if (!has_owner) await sql.unsafe(`GRANT ${OWNER} TO ${login}`);
  if (!has_app) await sql.unsafe(`GRANT ${APP} TO ${login}`);
  if (!has_schema) await sql.unsafe(`CREATE SCHEMA IF NOT EXISTS backgrid AUTHORIZATION ${OWNER}`);
}

/** From PostgreSQL 16 on a member may not become the role unless it was granted so. */
async function standingOf(sql: Sql): Promise<Standing> {
  const [{ version }] = await sql<[{ version: number }]>`SELECT current_setting('server_version_num')::int AS version`;
  const right = version >= 160_000 ? "SET" : "MEMBER";
  const [standing] = await sql<[Standing]>`
    WITH roles AS (SELECT oid, rolname::text AS name FROM pg_roles WHERE rolname IN (${OWNER}, ${APP}, ${KEEPER}))
    SELECT quote_ident(session_user) AS login, quote_ident(current_database()) AS database,
      coalesce((SELECT array_agg(name) FROM roles), '{}') AS known,
      EXISTS (SELECT FROM roles o, roles k WHERE o.name = ${OWNER} AND k.name = ${KEEPER} AND pg_has_role(o.oid, k.oid, ${right}))
        AS owner_has_keeper,
      EXISTS (SELECT FROM roles WHERE name = ${OWNER} AND pg_has_role(session_user, oid, ${right})) AS has_owner,
      EXISTS (SELECT FROM roles WHERE name = ${APP} AND pg_has_role(session_user, oid, ${right})) AS has_app,
      EXISTS (SELECT FROM pg_namespace WHERE nspname = 'backgrid') AS has_schema`;
  return standing;
}
