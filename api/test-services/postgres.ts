import { chownSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { findPostgres } from "./binaries.ts";
import type { Keeper } from "./kept.ts";
import { type KeptServer, keepServer } from "./kept-server.ts";
import { serverUser } from "./server-user.ts";

/** A client's connection as the server sees it; its pid is one of this machine. */
export interface Backend {
  readonly pid: number;
  readonly database: string;
  readonly application: string;
  readonly state: string;
}

/** How a server ends, in PostgreSQL's words: after the last connection, after rolling back, as in a crash. */
export type ShutdownMode = "smart" | "fast" | "immediate";

/** A PostgreSQL server of this process alone; its url is that of the database `postgres` and of a superuser. */
export interface PostgresServer extends KeptServer<ShutdownMode> {
  /** The connections of clients, without the one that asks. */
  backends(): Promise<readonly Backend[]>;
}

/**
 * Starts PostgreSQL on a free port of the loopback address, in a directory of its own; as root, under another user.
 *
 * @param options.durable  whether commits wait for the disk (fsync); without it they survive every kill, but no power cut
 * @throws {Error} when it is not installed; with the end of its log when it does not start
 */
export async function startPostgres({ durable = false }: { readonly durable?: boolean } = {}): Promise<PostgresServer> {
  const folder = findPostgres();
  if (folder === null) throw new Error("PostgreSQL is not installed");
  const user = serverUser();
  const command = (directory: string, program: string, args: readonly string[]) => [
    ...user.command,
    join(folder, program),
    ...["-D", join(directory, "data")],
    ...args,
  ];

  async function initialise(keeper: Keeper): Promise<void> {
    const data = join(keeper.directory, "data");
    mkdirSync(data, { mode: 0o700 });
    if (user.owner !== null) chownSync(data, user.owner.uid, user.owner.gid);
    const args = ["--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"];
    const how = await (await keeper.start(command(keeper.directory, "initdb", args))).ended;
    if (how !== "0") throw new Error(`initdb ended with ${how}:\n${keeper.log()}`);
  }

  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: 200,
    fsync: durable ? "on" : "off",
    full_page_writes: durable ? "on" : "off",
    timezone: "UTC",
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const server = await keepServer<ShutdownMode>({
    name: "postgres",
    halts: { smart: "SIGTERM", fast: "SIGINT", immediate: "SIGQUIT" },
    usualHalt: "fast",
    lastSignal: "SIGQUIT",
    prepare: initialise,
    url: (port) => `postgres://postgres@127.0.0.1:${port}/postgres`,
    command: (directory, port) => command(directory, "postgres", ["-p", String(port), ...args]),
    isReady: async (directory, _, pid) => isReady(directory, pid),
    afterKill: removeSharedMemory,
  });
  return Object.assign(server, { backends: () => backendsOf(server.url) });
}

/** The file that tells of the running server, as pg_ctl reads it: pid in the first line, shared memory in the seventh, state in the eighth. */
function postmasterLines(directory: string): readonly string[] {
  const path = join(directory, "data", "postmaster.pid");
  return existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
}

function isReady(directory: string, pid: number): boolean {
  const lines = postmasterLines(directory);
  return Number(lines[0]) === pid && lines[7]?.trim() === "ready";
}

/** A killed server leaves a few bytes of System V memory that only its next start would remove. */
function removeSharedMemory(directory: string): void {
  const id = postmasterLines(directory)[6]?.trim().split(/\s+/)[1];
  if (id !== undefined && Bun.which("ipcrm") !== null) Bun.spawnSync(["ipcrm", "-m", id]);
}

async function backendsOf(url: string): Promise<readonly Backend[]> {
  const sql = postgres(url, { max: 1 });
  try {
    return await sql<Backend[]>`
      select pid, datname as database, application_name as application, coalesce(state, '') as state
      from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() order by pid`;
  } finally {
    await sql.end();
  }
}
