import { afterAll, beforeAll, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import postgres, { type Sql } from "postgres";
import { LOCAL_USER } from "../../ids.ts";
import { describeWithPostgres } from "../../test-services/describe.ts";
import { type PostgresServer, startPostgres } from "../../test-services/postgres.ts";
import { type Migration, readMigrations } from "../migrate.ts";
import { ANY, testId, testJob } from "../test-jobs.ts";
import { ensureExtension } from "./extension.ts";
import { migratePostgres, schemaState } from "./migrate.ts";
import { openPostgres } from "./postgres.ts";

const MIGRATIONS = readMigrations(fileURLToPath(new URL("../../../migrations/postgres", import.meta.url)));

/** A server of its own: what is made here are roles of the whole server. */
describeWithPostgres("the schema of PostgreSQL", () => {
  let server: PostgresServer;
  let admin: Sql;
  let databases = 0;
  beforeAll(async () => {
    server = await startPostgres();
    admin = postgres(server.url, { max: 1, onnotice: () => {} });
  });
  afterAll(async () => {
    await admin.end();
    await server.stop();
  });

  async function database(login = "postgres"): Promise<string> {
    const name = `schema_${++databases}`;
    await admin.unsafe(`CREATE DATABASE ${name}`);
    const url = new URL(server.url);
    url.pathname = name;
    url.username = login;
    return url.href;
  }

  async function inside<T>(url: string, use: (sql: Sql) => Promise<T>): Promise<T> {
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    try {
      return await use(sql);
    } finally {
      await sql.end();
    }
  }

  const state = (url: string, migrations = MIGRATIONS) => inside(url, (sql) => schemaState(sql, migrations));

  async function refusalOf(url: string, migrations: readonly Migration[] = MIGRATIONS): Promise<string> {
    const migrated = await migratePostgres(url, 0, migrations);
    if (migrated.ok) throw new Error("it was let through");
    expect(migrated.error.code).toBe("unavailable");
    return migrated.error.detail;
  }

  test("is made by many who start at once in two databases of a new server, by one of them each", async () => {
    const urls = [await database(), await database()];
    expect(await state(urls[0]!)).toEqual({ applied: 0, missing: MIGRATIONS.map(({ name }) => name), problem: null });
    const all = await Promise.all([...urls, ...urls, ...urls].map((url) => migratePostgres(url, 7)));
    const applied = all.map((migrated) => (migrated.ok ? migrated.value.applied : migrated.error.detail));
    expect(applied.toSorted()).toEqual([0, 0, 0, 0, MIGRATIONS.length, MIGRATIONS.length]);
    expect(await state(urls[1]!)).toEqual({ applied: MIGRATIONS.length, missing: [], problem: null });
    const times = await inside(urls[1]!, (sql) => sql`SELECT DISTINCT applied_at_ms FROM backgrid.migrations`);
    expect([...times]).toEqual([{ applied_at_ms: "7" }]);
  });

  test("is refused, unchanged, when a file was changed or the program is older", async () => {
    const url = await database();
    await migratePostgres(url);
    const changed = MIGRATIONS.map((one) => (one.number === 2 ? { ...one, checksum: "other" } : one));
    const words = "migration 0002_sweeps.sql was changed after it was applied to the database";
    expect(await refusalOf(url, changed)).toStartWith(words);
    expect((await state(url, changed)).problem).toStartWith(words);
    await inside(url, (sql) => sql`INSERT INTO backgrid.migrations VALUES (9999, '9999_x.sql', '', 0)`);
    expect(await refusalOf(url)).toStartWith("the database has the schema of a newer program (migration 9999_x.sql;");
    const opened = await openPostgres({ url });
    expect(opened).toMatchObject({ ok: false, error: { code: "unavailable" } });
  });

  test("is left as it was by a migration that fails, and what came before stays", async () => {
    const url = await database();
    const broken = {
      number: 2,
      name: "0002_broken.sql",
      sql: "CREATE TABLE half (n int); INSERT INTO nowhere VALUES (1)",
      checksum: "",
    };
    expect(await refusalOf(url, [MIGRATIONS[0]!, broken])).toContain('0002_broken.sql: relation "nowhere" does not exist');
    const tables = await inside(url, (sql) => sql`SELECT FROM pg_tables WHERE schemaname = 'backgrid' AND tablename = 'half'`);
    expect(tables).toHaveLength(0);
    expect(await state(url)).toMatchObject({ applied: 1 });
    expect(await migratePostgres(url)).toMatchObject({ ok: true, value: { applied: MIGRATIONS.length - 1 } });
  });

  test("from the first form on keeps the jobs that are there, as backtests", async () => {
    const url = await database();
    await migratePostgres(url, 0, MIGRATIONS.slice(0, 1));
    await inside(url, async (sql) => {
      await sql`INSERT INTO backgrid.jobs (user_id, id, status, attempt, tries, due_at_ms, created_at_ms, symbol, strategy, bars_source)
        VALUES (${LOCAL_USER}, ${testId(1)}, 'queued', 0, 0, 0, 1, 'A', 'momentum', 'sample'),
          (${LOCAL_USER}, ${testId(2)}, 'completed', 1, 1, NULL, 2, 'B', 'momentum', 'sample')`;
      await sql`INSERT INTO backgrid.requests SELECT user_id, id, '{}' FROM backgrid.jobs`;
    });
    const opened = await openPostgres({ url });
    if (!opened.ok) throw new Error(opened.error.detail);
    const { jobs, close } = opened.value;
    expect(await jobs.find(LOCAL_USER, testId(2))).toMatchObject({
      kind: "backtest",
      symbol: "B",
      state: { status: "completed" },
    });
    expect(await jobs.due(10)).toEqual([{ user: LOCAL_USER, id: testId(1), kind: "backtest", attempt: 0 }]);
    const sweep = testJob(3, { kind: "sweep" });
    await jobs.accept(LOCAL_USER, sweep, null, null);
    expect((await jobs.listSweeps(LOCAL_USER, ANY, 10, null)).map(({ id }) => id)).toEqual([sweep.id]);
    await close();
  });

  test("can be made by a login that may make roles, and used by one that is a member of backgrid_app", async () => {
    await admin.unsafe("CREATE ROLE maker LOGIN CREATEROLE; CREATE ROLE service LOGIN; CREATE ROLE stranger LOGIN");
    const url = await database("maker");
    const name = new URL(url).pathname.slice(1);
    const message = await refusalOf(url);
    expect(message).toStartWith("the login maker may not make what the service needs (permission denied for database");
    expect(message).toContain(`GRANT CREATE ON DATABASE ${name} TO maker`);
    await admin.unsafe(`GRANT CREATE ON DATABASE ${name} TO maker`);
    expect(await migratePostgres(url)).toMatchObject({ ok: true });
    await admin.unsafe("GRANT backgrid_app TO service");
    const opened = await openPostgres({ url: url.replace("maker@", "service@") });
    if (!opened.ok) throw new Error(opened.error.detail);
    expect(await opened.value.jobs.accept(LOCAL_USER, testJob(1), null, null)).toEqual({ kind: "accepted" });
    await opened.value.close();
  });

  test("is not made by a login that may not, which is told what an administrator has to run", async () => {
    const url = await database("stranger");
    expect(await refusalOf(url)).toContain("let an administrator run: CREATE ROLE backgrid_owner NOLOGIN NOINHERIT; ");
    const refused = async (as: string) => {
      const opened = await openPostgres({ url: as });
      if (opened.ok) throw new Error("it was opened");
      expect(opened.error.code).toBe("unavailable");
      return opened.error.detail;
    };
    expect(await refused(url)).toStartWith(
      'the login may not work as backgrid_app: let an administrator run "GRANT backgrid_app TO" it',
    );
    const service = url.replace("stranger@", "service@");
    expect(await refused(service)).toStartWith("the schema of the database lacks 0001_init.sql, ");
    expect(await refused(service)).toContain('run "backgrid migrate" with a login that may');
    expect(await migratePostgres(url.replace("stranger@", "postgres@"))).toMatchObject({ ok: true });
    expect(await refused(url)).toContain("permission denied for");
  });

  test("goes on without an extension that is not there, or that the login may not install, and says so", async () => {
    const url = await database();
    const asStranger = url.replace("postgres@", "stranger@");
    const ensure = (as: string, name: string) => inside(as, (sql) => ensureExtension(sql, as, name));
    expect(await ensure(url, "no_such_extension")).toBeNull();
    expect(await ensure(asStranger, "plpgsql")).toBeNull();
    expect(await ensure(asStranger, "dblink")).toContain(
      "the server has dblink, but it could not be installed in this database (",
    );
    expect(await ensure(url, "dblink")).toBeNull();
    expect(await ensure(asStranger, "dblink")).toBeNull();
  });

  test("cannot be looked at where no server answers, within seconds", async () => {
    const url = "postgres://postgres@127.0.0.1:1/none";
    expect(await refusalOf(url)).toContain("the schema of the database cannot be brought up to date: ");
    expect(await openPostgres({ url })).toMatchObject({ ok: false, error: { code: "unavailable" } });
  });
});
