import { fileURLToPath } from "node:url";
import type { Sql } from "postgres";
import { type AppError, fail } from "../../../core/errors.ts";
import { ok, type Result } from "../../../core/result.ts";
import { type Applied, type Migration, mismatch, readMigrations } from "../migrate.ts";
import { ensureExtension } from "./extension.ts";
import { connectPlainly } from "./plain-connection.ts";
import { ensureRoles, OWNER } from "./roles.ts";

const MIGRATIONS = fileURLToPath(new URL("../../../migrations/postgres/", import.meta.url));
/** Names the lock under which the schema of a database is changed. */
const LOCK = 7_214_609_318;
const TABLE = `CREATE TABLE IF NOT EXISTS migrations (
  number integer NOT NULL PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at_ms bigint NOT NULL)`;

/** How a database's schema stands to the migrations of this program. */
export interface SchemaState {
  /** How many were carried out. */
  readonly applied: number;
  /** Names of those that are still to be carried out. */
  readonly missing: readonly string[];
  /** Why this program cannot use the schema: it is newer, or a migration was changed after it was applied; null where it can. */
  readonly problem: string | null;
}

/** What `migratePostgres` did. */
export interface Migrated {
  readonly applied: number;
  /** What a person should know: why the server's TimescaleDB is not used. */
  readonly notes: readonly string[];
}

/** Looks at the schema of a database; any login and role may. */
export async function schemaState(sql: Sql, migrations = readMigrations(MIGRATIONS)): Promise<SchemaState> {
  const applied = await appliedTo(sql);
  const problem = mismatch(applied, migrations) ?? null;
  return { applied: applied.length, missing: migrations.slice(applied.length).map(({ name }) => name), problem };
}

/**
 * Makes roles, schema and tables, or brings them to the newest form: each missing migration in a transaction of its own, in which it is recorded.
 * Processes that do so at once wait for each other. Errors: `unavailable` for a server that does not answer, a login that may not (with what is to
 * be done), a database that is newer than this program, and one whose schema was made by a migration that has been changed since.
 *
 * @param url   of a login that may make roles, or is a member of backgrid_owner where they are there
 * @param nowMs what is recorded as the time
 */
export async function migratePostgres(
  url: string,
  nowMs = Date.now(),
  migrations = readMigrations(MIGRATIONS),
): Promise<Result<Migrated, AppError>> {
  const sql = connectPlainly(url);
  try {
    const session = await sql.reserve();
    try {
      await session`SELECT pg_advisory_lock(${LOCK})`;
      return await migrateAlone(session, url, nowMs, migrations);
    } finally {
      session.release();
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return fail("unavailable", `the schema of the database cannot be brought up to date: ${reason}`);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function migrateAlone(
  sql: Sql,
  url: string,
  nowMs: number,
  migrations: readonly Migration[],
): Promise<Result<Migrated, AppError>> {
  const before = await schemaState(sql, migrations);
  if (before.problem !== null) return fail("unavailable", before.problem);
  if (before.applied > 0 && before.missing.length === 0) return ok({ applied: 0, notes: [] });
  const roles = await ensureRoles(sql);
  if (!roles.ok) return roles;
  const note = await ensureExtension(sql, url, "timescaledb");
  await asOwner(sql, () => sql.unsafe(TABLE));
  for (const migration of migrations.slice(before.applied)) await carryOut(sql, migration, nowMs);
  return ok({ applied: before.missing.length, notes: note === null ? [] : [`${note}: points of equity go into a plain table`] });
}

async function carryOut(sql: Sql, { number, name, checksum, sql: text }: Migration, nowMs: number): Promise<void> {
  try {
    await asOwner(sql, async () => {
      await sql.unsafe(text);
      await sql`INSERT INTO migrations (number, name, checksum, applied_at_ms) VALUES (${number}, ${name}, ${checksum}, ${nowMs})`;
    });
  } catch (cause) {
    throw new Error(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** In one transaction. */
async function asOwner(sql: Sql, act: () => PromiseLike<unknown>): Promise<void> {
  await sql.unsafe(`BEGIN; SET LOCAL ROLE ${OWNER}; SET LOCAL search_path = backgrid`);
  try {
    await act();
    await sql`COMMIT`;
  } catch (cause) {
    await sql`ROLLBACK`.catch(() => {});
    throw cause;
  }
}

async function appliedTo(sql: Sql): Promise<readonly Applied[]> {
  // Names in the catalogue are seen by all; to_regclass fails where the schema may not be used.
  const [{ exists }] = await sql<[{ exists: boolean }]>`
    SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'backgrid' AND c.relname = 'migrations') AS exists`;
  if (!exists) return [];
  return sql<Applied[]>`SELECT number, name, checksum FROM backgrid.migrations ORDER BY number`;
}
