import { fileURLToPath } from "node:url";
import postgres, { type ReservedSql, type Sql } from "postgres";
import type { Curve, JobId, UserId } from "../../../core/jobs/job.ts";
import { POSTGRES, whyMissing } from "../../test-services/service.ts";
import { sharedPostgres, testDatabase } from "../../test-services/shared.ts";
import { readMigrations } from "../migrate.ts";
import { ALICE, BOB } from "../test-jobs.ts";
import { equityPointsWriter } from "./equity-points.ts";
import { migratePostgres } from "./migrate.ts";

const MIGRATIONS = fileURLToPath(new URL("../../../migrations/postgres/", import.meta.url));

/** A point as its functions give it, its time in epoch ms. */
export type Point = readonly [timeMs: number, equity: number, drawdown: number];

/** A migrated database that knows Alice and Bob. */
export interface EquityCase {
  readonly url: string;
  /** A superuser's sessions. */
  readonly sql: Sql;
  /** Sessions as the service has them. */
  readonly app: Sql;
  /** A transaction for a user, or for none. */
  as<T>(user: UserId | null, act: (tx: ReservedSql) => Promise<T>): Promise<T>;
  /** A completed backtest with these points. */
  add(user: UserId, id: JobId, curve: Curve): Promise<void>;
  remove(user: UserId, id: JobId): Promise<void>;
  /** What a user gets from a function that gives points. */
  points(user: UserId | null, call: string): Promise<readonly Point[]>;
  /** How many points lie in a table, whoever's, of these jobs or of all. */
  count(table: string, ids?: readonly JobId[]): Promise<number>;
  close(): Promise<void>;
}

/** Whether the tests' server can make hypertables. */
export async function hasTimescale(): Promise<boolean> {
  if (whyMissing(POSTGRES) !== null) return false;
  const sql = postgres((await sharedPostgres()).url, { max: 1 });
  const [found] = await sql<{ loaded: boolean }[]>`
    SELECT current_setting('shared_preload_libraries') ~ 'timescaledb' AS loaded FROM pg_available_extensions WHERE name = 'timescaledb'`;
  await sql.end();
  return found?.loaded === true;
}

/** @param layout plain on a server with TimescaleDB: as on one without */
export async function openEquityCase(layout: "plain" | "hypertable"): Promise<EquityCase> {
  const database = await testDatabase();
  const migrations = readMigrations(MIGRATIONS).map((migration) =>
    layout === "plain"
      ? { ...migration, sql: migration.sql.replaceAll("extname = 'timescaledb'", "extname = 'none'") }
      : migration,
  );
  const migrated = await migratePostgres(database.url, 0, migrations);
  if (!migrated.ok) throw new Error(migrated.error.detail);
  const connect = (connection: Readonly<Record<string, string>>) =>
    postgres(database.url, { max: 4, onnotice: () => {}, connection: { ...connection, search_path: "backgrid, public" } });
  const sql = connect({});
  const app = connect({ role: "backgrid_app", lock_timeout: "2000" });
  await sql`INSERT INTO users (id, created_at_ms) VALUES (${ALICE}, 0), (${BOB}, 0)`;

  async function as<T>(user: UserId | null, act: (tx: ReservedSql) => Promise<T>): Promise<T> {
    const tx = await app.reserve();
    try {
      await tx`BEGIN`;
      await tx`SELECT set_config('app.user_id', ${user ?? ""}, true)`;
      const value = await act(tx);
      await tx`COMMIT`;
      return value;
    } catch (error) {
      await tx`ROLLBACK`;
      throw error;
    } finally {
      tx.release();
    }
  }

  return {
    url: database.url,
    sql,
    app,
    as,
    add: (user, id, curve) =>
      as(user, async (tx) => {
        await addJob(tx, user, id);
        await equityPointsWriter.write(tx, [{ user, id, curve }]);
      }),
    remove: (user, id) => as(user, async (tx) => void (await tx`DELETE FROM jobs WHERE user_id = ${user} AND id = ${id}`)),
    points: (user, call) =>
      as(user, async (tx) => {
        const rows = await tx.unsafe<{ ms: number; equity: number; drawdown: number }[]>(
          `SELECT (extract(epoch FROM ts) * 1000)::float8 AS ms, equity, drawdown FROM ${call}`,
        );
        return rows.map(({ ms, equity, drawdown }) => [ms, equity, drawdown] as const);
      }),
    async count(table, ids) {
      const of = ids === undefined ? sql`` : sql`WHERE job_id = ANY (${[...ids]})`;
      const [row] = await sql<{ points: number }[]>`SELECT count(*)::int AS points FROM ${sql(table)} ${of}`;
      return row?.points ?? Number.NaN;
    },
    async close() {
      await Promise.all([sql.end(), app.end()]);
      await database.drop();
    },
  };
}

/** A completed backtest of the transaction's user, made when its id says. */
export async function addJob(tx: ReservedSql, user: UserId, id: JobId): Promise<void> {
  const createdMs = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
  await tx`
    INSERT INTO jobs (user_id, id, kind, status, attempt, tries, created_at_ms, symbol, strategy, bars_source)
    VALUES (${user}, ${id}, 'backtest', 'completed', 1, 1, ${createdMs}, 'AAPL', 'ma_crossover', 'inline')`;
}

/** The n-th id of a time. */
export function idAt(ms: number, n: number): JobId {
  const hex = ms.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${n.toString(16).padStart(12, "0")}` as JobId;
}

/** A curve with these values from 100 on, at these times or a day apart from 2020-01-01. */
export function curveOf(equity: readonly number[], timeMs?: readonly number[]): Curve {
  const times = timeMs ?? equity.map((_, day) => Date.UTC(2020, 0, 1 + day));
  return { initialCash: 100, daily: true, timeMs: Float64Array.from(times), equity: Float64Array.from(equity) };
}
