import { afterAll, beforeAll, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import postgres, { type Sql } from "postgres";
import { readMigrations } from "../store/migrate.ts";
import { migratePostgres } from "../store/postgres/migrate.ts";
import { describeWithPostgres } from "../test-services/describe.ts";
import { type PostgresServer, startPostgres } from "../test-services/postgres.ts";
import type { Check } from "./check.ts";
import { clockVerdict, migrationLoginCheck, postgresChecks } from "./postgres.ts";
import { timescaleVerdict } from "./postgres-tables.ts";

const MIGRATIONS = readMigrations(fileURLToPath(new URL("../../migrations/postgres/", import.meta.url)));
const LOGINS = `
  CREATE ROLE service LOGIN PASSWORD 'secret'; CREATE ROLE migrator LOGIN;
  GRANT backgrid_app TO service; GRANT backgrid_owner TO migrator`;

const statuses = (checks: readonly Check[]) => Object.fromEntries(checks.map(({ name, status }) => [name, status]));

describeWithPostgres("the doctor, of PostgreSQL", () => {
  let server: PostgresServer;
  let sql: Sql;
  beforeAll(async () => {
    server = await startPostgres();
    sql = postgres(server.url, { max: 1, onnotice: () => undefined });
  });
  afterAll(async () => {
    await sql.end();
    await server.stop();
  });

  const as = (login: string) => {
    const url = new URL(server.url);
    url.username = login;
    url.password = "secret";
    return url.href;
  };
  /** What is found of one matter after some statements; another turns them back. */
  const found = async (name: string, change = "", back = "", login = "service"): Promise<readonly (string | undefined)[]> => {
    await sql.unsafe(change);
    const one = (await postgresChecks(as(login), false)).find((check) => check.name === name);
    await sql.unsafe(back);
    return [one?.status, one?.detail];
  };
  const containing = (text: string) => expect.stringContaining(text);

  test("finds an empty database in want of a migration", async () => {
    const checks = await postgresChecks(server.url, true);
    expect(statuses(checks)).toEqual({
      postgres: "ok",
      postgres_clock: "ok",
      postgres_login: "fail",
      postgres_schema: "fail",
      row_level_security: "skipped",
      timescaledb: "fail",
    });
    expect(
      checks.filter(({ status }) => status === "fail").map(({ detail }) => detail.endsWith('run "backgrid migrate"')),
    ).toEqual([true, true, true]);
  });

  test("finds everything well where it is", async () => {
    const migrated = await migratePostgres(server.url);
    if (!migrated.ok) throw new Error(migrated.error.detail);
    await sql.unsafe(LOGINS);
    const checks = await postgresChecks(as("service"), false);
    expect(checks.filter(({ status }) => status !== "ok")).toEqual([]);
    const [first, clock, login, schema, policies, timescale] = checks.map(({ detail }) => detail);
    expect(first).toMatch(/^\d+\.\d+.* at postgres:\/\/service@127\.0\.0\.1:\d+\/\w+, takes 200 connections$/);
    expect(clock).toEndWith("this machine's");
    expect(login).toBe("service, whose sessions work as backgrid_app");
    expect(schema).toBe(`up to date with all ${MIGRATIONS.length} migrations`);
    expect(policies?.replace("forced on ", "").split(", ")).toEqual(
      expect.arrayContaining(["batches", "jobs", "results", "trials"]),
    );
    expect(timescale).toEndWith("; equity_points is a plain table; EQUITY_POINTS_TABLE is off");
    expect(JSON.stringify(checks)).not.toContain("secret");
  });

  test("warns of a login that may do more than the service needs", async () => {
    expect(await found("postgres_login", "", "", "postgres")).toEqual(["warn", containing("is a superuser")]);
    expect(await found("postgres_login", "GRANT backgrid_owner TO service", "REVOKE backgrid_owner FROM service")).toEqual([
      "warn",
      containing("an owner of the tables too"),
    ]);
  });

  test("fails on a login that cannot work, and on an app role for which policies do not hold", async () => {
    expect(await found("postgres_login", "REVOKE backgrid_app FROM service", "GRANT backgrid_app TO service")).toEqual([
      "fail",
      "service may not work as backgrid_app: GRANT backgrid_app TO service",
    ]);
    expect(await found("postgres_login", "ALTER ROLE backgrid_app BYPASSRLS", "ALTER ROLE backgrid_app NOBYPASSRLS")).toEqual([
      "fail",
      containing("policies do not hold"),
    ]);
  });

  test("tells how the schema stands to this program's", async () => {
    const [last] = MIGRATIONS.slice(-1);
    const remove = `DELETE FROM backgrid.migrations WHERE number = ${last?.number}`;
    const insert = `INSERT INTO backgrid.migrations VALUES (${last?.number}, '${last?.name}', '${last?.checksum}', 0)`;
    const later = "INSERT INTO backgrid.migrations VALUES (9999, '9999_later.sql', '', 0)";
    expect(await found("postgres_schema", remove, insert)).toEqual(["fail", `without ${last?.name}: run "backgrid migrate"`]);
    expect(await found("postgres_schema", later, "DELETE FROM backgrid.migrations WHERE number = 9999")).toEqual([
      "fail",
      containing("9999_later.sql"),
    ]);
    const change = (to: string) => `UPDATE backgrid.migrations SET checksum = '${to}' WHERE number = ${last?.number}`;
    expect(await found("postgres_schema", change("x"), change(last?.checksum ?? ""))).toEqual([
      "fail",
      containing(`${last?.name} was changed`),
    ]);
    expect(
      await found(
        "postgres_schema",
        "REVOKE SELECT ON backgrid.migrations FROM backgrid_app",
        "GRANT SELECT ON backgrid.migrations TO backgrid_app",
      ),
    ).toEqual(["fail", containing("permission denied")]);
  });

  test("fails where a user's rows are open to others", async () => {
    const name = "row_level_security";
    const open = ["fail", containing("not forced on jobs")];
    const force = "ALTER TABLE backgrid.jobs FORCE ROW LEVEL SECURITY";
    expect(await found(name, "ALTER TABLE backgrid.jobs NO FORCE ROW LEVEL SECURITY", force)).toEqual(open);
    const drop = "ALTER TABLE backgrid.jobs DISABLE ROW LEVEL SECURITY";
    expect(await found(name, drop, "ALTER TABLE backgrid.jobs ENABLE ROW LEVEL SECURITY")).toEqual(open);
    expect(
      await found(
        name,
        "GRANT SELECT ON backgrid.equity_points TO backgrid_app",
        "REVOKE SELECT ON backgrid.equity_points FROM backgrid_app",
      ),
    ).toEqual(["fail", containing("may read equity_points")]);
  });

  test("tells of the login that migrates whether it may", async () => {
    expect(statuses(await migrationLoginCheck(server.url))).toEqual({ migration_server: "ok", migration_login: "ok" });
    expect(statuses(await migrationLoginCheck(as("migrator"))).migration_login).toBe("ok");
    const [, refused] = await migrationLoginCheck(as("service"));
    expect(refused?.detail).toBe("service may not migrate: GRANT backgrid_owner TO service");
  });

  test("tells why a login does not get in", async () => {
    const [only, ...others] = await postgresChecks(as("nobody"), false);
    expect(others).toEqual([]);
    expect([only?.status, only?.detail]).toEqual(["fail", containing('is not reachable: role "nobody" does not exist')]);
  });
});

test("clocks are apart by what the time of asking cannot explain", () => {
  const told = [1000, 1500, 2000, 2300, 700, 3001, -1].map((ms) => clockVerdict(ms, 1000, 2000));
  expect(told.map(({ status }) => status)).toEqual(["ok", "ok", "ok", "ok", "ok", "warn", "warn"]);
  expect(told.map(({ detail }) => detail.split(" this")[0])).toEqual([
    ...["agrees with", "agrees with", "agrees with", "300 ms ahead of", "300 ms behind", "1001 ms ahead of", "1001 ms behind"],
  ]);
});

test("rows of points need a table, and one that compresses where it can be had", () => {
  const there = { installed: "2.28.3", available: "2.28.3" };
  const states = (wanted: boolean) =>
    [undefined, { ...there, installed: null }, there].map((extension) =>
      (["missing", "plain", "hypertable"] as const).map((layout) => timescaleVerdict(extension, layout, wanted).status),
    );
  expect(new Set(states(false).flat())).toEqual(new Set(["ok"]));
  expect(states(true)).toEqual([
    ["fail", "ok", "ok"],
    ["fail", "warn", "ok"],
    ["fail", "warn", "ok"],
  ]);
  expect(timescaleVerdict(there, "hypertable", true).detail).toBe(
    "2.28.3 is installed; equity_points is a hypertable; EQUITY_POINTS_TABLE is on",
  );
  expect(timescaleVerdict({ ...there, installed: null }, "missing", false).detail).toStartWith(
    "2.28.3 could be installed in this database; ",
  );
});

test("a PostgreSQL that is not there fails the doctor's look", async () => {
  const [only] = await postgresChecks("postgres://name:secret@127.0.0.1:1/backgrid", false);
  expect(only?.status).toBe("fail");
  expect(only?.detail).toStartWith("postgres://name@127.0.0.1:1/backgrid is not reachable: ");
});

test("one that takes connections and says nothing does too", async () => {
  using hole = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  const [only] = await migrationLoginCheck(`postgres://name@127.0.0.1:${hole.port}/backgrid`);
  expect([only?.status, only?.detail.includes("is not reachable: ")]).toEqual(["fail", true]);
});
