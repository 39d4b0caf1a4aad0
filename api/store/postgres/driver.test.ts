import { afterAll, beforeAll, expect, test } from "bun:test";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import postgres from "postgres";
import { describeWithPostgres } from "../../test-services/describe.ts";
import { freePort } from "../../test-services/free-port.ts";
import { type TestDatabase, testDatabase } from "../../test-services/shared.ts";
import { killConnections } from "./driver-kills.ts";

// What the patched driver keeps (patches/): as published it fails each of these tests.

/** What became of a query whose connection is gone; the system has a word of its own when it was still being sent. */
const LOST = "CONNECTION_CLOSED";
const ALSO_LOST = ["ECONNRESET", "EPIPE"];
const PATIENCE_MS = 5_000;
const ONE = [{ n: 1 }];

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return ALSO_LOST.includes(code) ? LOST : code;
}

/** How a promise ended: its value, the code of its error, or that it did not. */
async function outcome<T>(promise: PromiseLike<T>): Promise<T | string> {
  const { promise: tooLong, resolve } = Promise.withResolvers<string>();
  const timer = setTimeout(() => resolve("did not settle"), PATIENCE_MS);
  const ended = await Promise.race([promise.then((value) => value, codeOf), tooLong]);
  clearTimeout(timer);
  return ended;
}

const outcomes = (promises: readonly PromiseLike<unknown>[]) => Promise.all(promises.map(outcome));

function pool(url: string, options: postgres.Options<Record<string, postgres.PostgresType>> = {}) {
  const sql = postgres(url, { max: 1, connect_timeout: 1, backoff: () => 0.02, onnotice: () => undefined, ...options });
  return Object.assign(sql, { [Symbol.asyncDispose]: () => sql.end({ timeout: 0 }) });
}

type Session = postgres.ISql<NonNullable<unknown>>;

async function pidOf(sql: Session): Promise<number> {
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  return row!.pid;
}

const one = async (sql: Session) => [...(await sql`select 1 as n`)];

describeWithPostgres("the PostgreSQL driver", () => {
  let database: TestDatabase;
  let killer: ReturnType<typeof pool>;
  beforeAll(async () => {
    database = await testDatabase();
    killer = pool(database.url);
  });
  afterAll(async () => {
    await killer.end();
    await database.drop();
  });

  /** Ends a connection from the server's side, and waits until the client can know. */
  async function kill(pid: number): Promise<void> {
    await killer`select pg_terminate_backend(${pid}, 5000)`;
    await Bun.sleep(20);
  }

  test("outlives kills, crashes and restarts under load: every promise settles, no transaction is left in part, the pool stays whole", async () => {
    const { client, exitCode, terminated } = await killConnections(60, 5, 7);
    const { issued = 0, committed = 0, failures = {} } = client ?? {};
    expect({ ...client, exitCode }).toMatchObject({
      ...{ unsettled: 0, stray: [], wrong: [], halves: 0, lost: 0 },
      ...{ width: 5, connections: 6, hasHeard: true, hasEnded: true, exitCode: 0 },
    });
    const expected = [LOST, ...ALSO_LOST, "ECONNREFUSED", "CONNECT_TIMEOUT", "57P01", "57P02", "57P03"];
    expect(Object.keys(failures).filter((code) => !expected.includes(code))).toEqual([]);
    expect(Math.min(issued, committed, terminated)).toBeGreaterThan(20);
  }, 60_000);

  test("rejects what a dead transaction says later, and nothing of it reaches the connection's next transaction", async () => {
    await using sql = pool(database.url);
    await sql`create table said (by text)`;
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const pid = Promise.withResolvers<number>();
    const late = Promise.withResolvers<unknown>();
    const dead = outcome(
      sql.begin(async (tx) => {
        pid.resolve(await pidOf(tx));
        await first.promise;
        late.resolve(await outcome(tx`insert into said values ('dead')`));
      }),
    );
    await kill(await pid.promise);
    expect(await dead).toBe(LOST);
    const next = outcome(
      sql.begin(async (tx) => {
        await tx`insert into said values ('next')`;
        first.resolve();
        await second.promise;
        await tx`select 1 / 0`;
      }),
    );
    expect(await late.promise).toBe(LOST);
    second.resolve();
    expect(await next).toBe("22012");
    expect([...(await sql`select by from said`)]).toEqual([]);
  });

  test("rejects the statements that wait in a transaction when its connection dies", async () => {
    await using sql = pool(database.url, { max: 2 });
    const pid = Promise.withResolvers<number>();
    const statements = Promise.withResolvers<readonly unknown[]>();
    const transaction = sql.begin(async (tx) => {
      pid.resolve(await pidOf(tx));
      statements.resolve(outcomes(Array.from({ length: 5 }, (_, i) => tx`select pg_sleep(${10}), ${i}::int`)));
      await statements.promise;
    });
    const ended = outcome(transaction);
    await kill(await pid.promise);
    expect(await ended).toBe(LOST);
    expect(await statements.promise).toEqual([LOST, LOST, LOST, LOST, LOST]);
    expect(await outcome(one(sql))).toEqual(ONE);
  });

  test("rejects everything asked of a reserved connection that died; released, it is in the pool again", async () => {
    await using sql = pool(database.url);
    const own = await sql.reserve();
    const pid = await pidOf(own);
    const sent = outcomes([own`begin`, own`select pg_sleep(10)`, own`commit`]);
    await kill(pid);
    expect((await sent).slice(1)).toEqual([LOST, LOST]);
    expect(await outcome(own`select 1`)).toBe(LOST);
    const waiting = outcome(sql.reserve().then(one));
    own.release();
    own.release();
    expect(await outcome(own`select 1`)).toBe(LOST);
    expect(await waiting).toEqual(ONE);
  });

  test("gives a connection to who waits for one when the connection he waits for dies", async () => {
    await using sql = pool(database.url);
    const own = await sql.reserve();
    const waiting = outcome(sql.reserve().then(one));
    await kill(await pidOf(own));
    expect(await waiting).toEqual(ONE);
  });

  test("gives the query after a killed one its own answer", async () => {
    await using sql = pool(database.url);
    const pid = await pidOf(sql);
    const killed = outcome(sql`select pg_sleep(10)`);
    await Bun.sleep(20);
    await kill(pid);
    expect([await killed, await outcome(one(sql))]).toEqual([LOST, ONE]);
  });

  test("rejects all that waits while the server is down, closes each connection, or says nothing", async () => {
    const sockets: Socket[] = [];
    const closing = createServer((socket) => socket.end());
    const silent = createServer((socket) => sockets.push(socket));
    for (const server of [closing, silent]) await once(server.listen(0, "127.0.0.1"), "listening");
    const portOf = (server: typeof silent) => Number(Object(server.address()).port);
    for (const [port, code] of [
      [await freePort(), "ECONNREFUSED"],
      [portOf(closing), LOST],
      [portOf(silent), "CONNECT_TIMEOUT"],
    ] as const) {
      await using sql = pool(`postgres://postgres@127.0.0.1:${port}/postgres`, { max: 2 });
      const asked = [sql.reserve(), sql.begin(one), ...Array.from({ length: 50 }, () => one(sql))];
      expect(new Set(await outcomes(asked))).toEqual(new Set([code, LOST]));
    }
    for (const socket of sockets) socket.destroy();
    await Promise.all([closing.close(), silent.close()]);
  });

  test("rejects a copy whose lines are refused or whose connection dies before the end is acknowledged", async () => {
    await using sql = pool(database.url);
    await sql`create table numbers (n int)`;
    await sql.unsafe(`create function wait() returns trigger language plpgsql as 'begin perform pg_sleep(10); return null; end';
      create trigger waits after insert on numbers for each statement execute function wait()`);
    const copy = async (line: string) => pipeline(Readable.from([line]), await sql`copy numbers from stdin`.writable());
    expect(await outcome(copy("x\n"))).toBe("22P02");
    const pid = await pidOf(sql);
    const killed = outcome(copy("1\n"));
    await Bun.sleep(50);
    await kill(pid);
    expect([await killed, await outcome(one(sql))]).toEqual([LOST, ONE]);
  });

  test("goes on with a connection whose copy was left before its end", async () => {
    await using sql = pool(database.url);
    for await (const part of await sql`copy (select repeat('x', 1000) from generate_series(1, 20000)) to stdout`.readable()) {
      expect(part.length).toBeGreaterThan(0);
      break;
    }
    expect(await outcome(one(sql))).toEqual(ONE);
  });

  test("rejects a cursor whose connection dies, rather than ending it early", async () => {
    await using sql = pool(database.url);
    const pid = await pidOf(sql);
    const read = async () => {
      for await (const rows of sql`select generate_series(1, 100)`.cursor(10)) if (rows.length > 0) await kill(pid);
    };
    expect([await outcome(read()), await outcome(one(sql))]).toEqual([LOST, ONE]);
  });

  test("rejects a query that cannot be sent alone: those before and after it have their own answers", async () => {
    await using sql = pool(database.url);
    await one(sql);
    const good = () => sql`select 1 as n`.execute();
    const refused = () => sql.unsafe("select 2 as n", Array(65_534).fill(2)).execute();
    expect(await outcomes([good(), refused(), good()])).toEqual([ONE, "MAX_PARAMETERS_EXCEEDED", ONE]);
  });

  test("ends when what waits is done, and leaves no connection", async () => {
    await using sql = pool(database.url, { max: 2, connection: { application_name: "ending" } });
    const asked = Array.from({ length: 8 }, () => sql`select pg_sleep(${0.02})`.then(() => 1));
    const ended = outcomes(asked);
    await Bun.sleep(5);
    expect(await outcome(sql.end())).toBeUndefined();
    expect(await ended).toEqual(Array(8).fill(1));
    await Bun.sleep(50);
    expect([...(await killer`select pid from pg_stat_activity where application_name = 'ending'`)]).toEqual([]);
    expect(await outcome(sql.reserve().then(one))).toBe("CONNECTION_ENDED");
  });

  test("ends although a connection dies, and when a reserved one is released", async () => {
    await using sql = pool(database.url);
    const pid = await pidOf(sql);
    const killed = outcome(sql`select pg_sleep(10)`);
    await Bun.sleep(20);
    const ended = outcome(sql.end());
    await kill(pid);
    expect([await killed, await ended]).toEqual([LOST, undefined]);
    await using other = pool(database.url);
    const own = await other.reserve();
    const otherEnded = outcome(other.end());
    await Bun.sleep(5);
    expect(await outcome(one(own))).toEqual(ONE);
    own.release();
    expect(await otherEnded).toBeUndefined();
  });
});
