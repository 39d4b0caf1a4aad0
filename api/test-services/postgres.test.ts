import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import postgres from "postgres";
import { processName } from "../process-name.ts";
import { describeWithPostgres } from "./describe.ts";
import { type PostgresServer, type ShutdownMode, startPostgres } from "./postgres.ts";
import { leftOf } from "./test-gone.ts";

/** Runs a statement on a connection of its own. */
async function ask(url: string, statement: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const sql = postgres(url, { max: 1 });
  try {
    return [...(await sql.unsafe(statement))];
  } finally {
    await sql.end();
  }
}

describeWithPostgres("a PostgreSQL server for tests", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
    await ask(server.url, "create table kept (n integer)");
  });
  afterAll(() => server.stop());

  test("answers, as a superuser's own, with room for 200 connections and without waiting for the disk", async () => {
    const rows = await ask(
      server.url,
      `select current_setting('max_connections') as connections, current_setting('fsync') as fsync,
        current_setting('is_superuser') as superuser, current_setting('server_encoding') as encoding`,
    );
    expect(rows).toEqual([{ connections: "200", fsync: "off", superuser: "on", encoding: "UTF8" }]);
  });

  test.each(["smart", "fast", "immediate"] satisfies ShutdownMode[])("a %s restart keeps its port and data", async (mode) => {
    const { pid } = server;
    await ask(server.url, "truncate kept; insert into kept values (1)");
    await server.restart(mode);
    expect(server.pid).not.toBe(pid);
    expect(await ask(server.url, "select n from kept")).toEqual([{ n: 1 }]);
  });

  test("killed, it is gone with its children; started again, it has its port and every commit", async () => {
    await ask(server.url, "truncate kept; insert into kept values (2)");
    const held = postgres(server.url, { max: 1 });
    const [backend] = await held<{ pid: number }[]>`select pg_backend_pid() as pid`;
    const names = [server.pid, backend!.pid].map((pid) => processName(pid));
    await server.kill9();
    expect(await leftOf(names, [])).toEqual([]);
    expect(() => server.pid).toThrow("postgres is not running");
    expect(server.kill9()).rejects.toThrow("postgres is not running");
    await server.start();
    expect(await ask(server.url, "select n from kept")).toEqual([{ n: 2 }]);
    expect(server.start()).rejects.toThrow("postgres is running");
    await held.end();
  });

  test("tells the connections of clients, each with its process", async () => {
    const sql = postgres(server.url, { max: 1, connection: { application_name: "somebody" } });
    const [backend] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
    expect(await server.backends()).toContainEqual({
      pid: backend!.pid,
      database: "postgres",
      application: "somebody",
      state: "idle",
    });
    await sql.end();
  });

  test("a durable one waits for the disk; stopped, nothing is left of it, and stopping again does no harm", async () => {
    const durable = await startPostgres({ durable: true });
    const { pid, directory } = durable;
    expect(await ask(durable.url, "show fsync")).toEqual([{ fsync: "on" }]);
    expect(existsSync(directory)).toBe(true);
    const name = processName(pid);
    await durable.stop();
    expect(await leftOf([name], [directory])).toEqual([]);
    await durable.stop();
  });
});
