import { writeFileSync } from "node:fs";
import postgres, { type ReservedSql, type Sql } from "postgres";
import { LOCAL_USER } from "../../api/ids.ts";
import { type PostgresServer, startPostgres } from "../../api/test-services/postgres.ts";

/** Where Linux lets root drop what it has read of files. */
const DROP_CACHES = "/proc/sys/vm/drop_caches";
const DATABASE = "equity";

/** A throw-away server that waits for the disk at each commit. */
export interface BenchServer extends AsyncDisposable {
  readonly url: string;
  readonly version: string;
  /** Restarts it with TimescaleDB loaded; false where it is not installed. */
  loadTimescale(): Promise<boolean>;
  /** A new, empty database in place of the last one. */
  recreate(): Promise<void>;
  owner(): Sql;
  /** Stops the server, drops the system's cache where that may be done, starts it again. */
  cool(): Promise<"restarted, caches dropped" | "restarted">;
}

export async function openBenchServer(): Promise<BenchServer> {
  const server = await startPostgres({ durable: true });
  try {
    return await described(server);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function described(server: PostgresServer): Promise<BenchServer> {
  const ask = async <T>(act: (sql: Sql) => Promise<T>): Promise<T> => {
    const sql = postgres(server.url, { max: 1, onnotice: () => {} });
    try {
      return await act(sql);
    } finally {
      await sql.end();
    }
  };
  const version = await ask(async (sql) => (await sql<[{ v: string }]>`SELECT current_setting('server_version') AS v`)[0].v);
  const url = new URL(server.url);
  url.pathname = DATABASE;
  return {
    url: url.href,
    version,
    async loadTimescale() {
      const found = await ask((sql) => sql`SELECT FROM pg_available_extensions WHERE name = 'timescaledb'`);
      if (found.length === 0) return false;
      await ask((sql) => sql`ALTER SYSTEM SET shared_preload_libraries = 'timescaledb'`);
      await server.restart();
      // Its reports over the network are of no use here. Some builds have none.
      const reports = await ask((sql) => sql`SELECT FROM pg_settings WHERE name = 'timescaledb.telemetry_level'`);
      if (reports.length > 0) {
        await ask((sql) => sql`ALTER SYSTEM SET timescaledb.telemetry_level = off`);
        await server.restart();
      }
      return true;
    },
    recreate: () =>
      ask(async (sql) => {
        await sql.unsafe(`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`);
        await sql.unsafe(`CREATE DATABASE ${DATABASE} TEMPLATE template0`);
        await sql`CHECKPOINT`;
      }),
    owner: () => connect(url.href, "backgrid_owner"),
    async cool() {
      await server.halt();
      const dropped = dropCaches();
      await server.start();
      return dropped ? "restarted, caches dropped" : "restarted";
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

/** As a session of the service is set up, but for its time-outs. */
function connect(url: string, role: string): Sql {
  const connection = { role, search_path: "backgrid, public", statement_timeout: role === "backgrid_app" ? 60_000 : 0 };
  return postgres(url, { max: 1, onnotice: () => {}, connection });
}

/** On a connection of its own: a transaction for the user, as reads of the service are. */
export async function asUser<T>(url: string, act: (tx: ReservedSql) => Promise<T>): Promise<T> {
  const sql = connect(url, "backgrid_app");
  try {
    const tx = await sql.reserve();
    await tx`BEGIN`;
    await tx`SELECT set_config('app.user_id', ${LOCAL_USER}, true)`;
    try {
      return await act(tx);
    } finally {
      await tx`ROLLBACK`;
      tx.release();
    }
  } finally {
    await sql.end();
  }
}

/** A connection as those that write have it. */
export function asApp(url: string): Sql {
  return connect(url, "backgrid_app");
}

function dropCaches(): boolean {
  Bun.spawnSync(["sync"]);
  try {
    writeFileSync(DROP_CACHES, "3");
    return true;
  } catch {
    return false;
  }
}
