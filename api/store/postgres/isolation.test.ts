import { afterAll, beforeAll, expect, test } from "bun:test";
import postgres, { type ISql } from "postgres";
import type { BatchId } from "../../../core/jobs/job.ts";
import { describeWithPostgres } from "../../test-services/describe.ts";
import { ALICE, BOB, LEASE, testBars, testJob, testOutput, testSweep } from "../test-jobs.ts";
import type { PostgresStores } from "./postgres.ts";
import { type TestSchema, testSchema } from "./test-postgres.ts";

describeWithPostgres("rows of PostgreSQL that belong to a user", () => {
  let schema: TestSchema;
  let stores: PostgresStores;
  let tables: readonly string[];
  const bars = testBars("of alice");

  beforeAll(async () => {
    schema = await testSchema([ALICE, BOB]);
    stores = await schema.open();
    const { jobs, datasets } = stores;
    const batch = { id: testJob(1).id as string as BatchId, createdAtMs: 0, kind: "backtest" } as const;
    await jobs.acceptBatch(ALICE, batch, [testJob(1)], { key: "k", bodyHash: "h" }, []);
    await jobs.take(ALICE, testJob(1).id, "1:2", LEASE);
    await jobs.finish(ALICE, testJob(1).id, 1, testOutput());
    for (const n of [2, 3]) {
      await jobs.accept(ALICE, testJob(n, { kind: "sweep" }), null, null);
      await jobs.take(ALICE, testJob(n).id, "1:2", LEASE);
    }
    await jobs.finish(ALICE, testJob(2).id, 1, testSweep());
    await jobs.split(ALICE, testJob(3).id, 1, [{ id: testJob(4).id, part: 0, first: 0, count: 1 }]);
    const dataset = { symbol: "A", interval: "1d", adjusted: true, rows: 1, from: "", to: "", hash: "", warnings: "[]" };
    await datasets.put(ALICE, { ...dataset, barsHash: bars.hash, createdAtMs: 0 }, bars);
    const rows = await schema.admin<{ name: string }[]>`
      SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND attname = 'user_id'
      WHERE relnamespace = 'backgrid'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1`;
    tables = rows.map(({ name }) => name);
  });

  afterAll(async () => {
    await stores.close();
    await schema.drop();
  });

  /** How many rows of each table a session sees. */
  async function seen(sql: ISql): Promise<Record<string, number>> {
    const counts = await Promise.all(
      tables.map(async (table) => [table, Number((await sql`SELECT count(*) FROM ${sql(table)}`)[0]?.count)] as const),
    );
    return Object.fromEntries(counts);
  }

  const asUser = <T>(user: string, act: (sql: ISql) => Promise<T>) =>
    stores.sql.begin(async (tx) => {
      await tx`SELECT set_config('app.user_id', ${user}, true)`;
      return act(tx);
    });

  const none = () => Object.fromEntries(tables.map((table) => [table, 0]));

  test("lie in tables with forced policies", async () => {
    expect(tables).toEqual([
      ...["batches", "curves", "datasets", "idempotency_keys", "jobs", "requests", "results", "sweep_parts", "trades", "trials"],
    ]);
    const policies = await schema.admin`
      SELECT relname AS name FROM pg_class c WHERE relnamespace = 'backgrid'::regnamespace AND relrowsecurity AND relforcerowsecurity
        AND EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid AND polcmd = '*' AND polroles = '{0}') ORDER BY 1`;
    expect(policies.map(({ name }) => name)).toEqual([...tables]);
  });

  test("are in every one of them, and seen by their user alone", async () => {
    const hers = await asUser(ALICE, seen);
    expect(Object.entries(hers).filter(([, count]) => count === 0)).toEqual([]);
    expect(await asUser(BOB, seen)).toEqual(none());
  });

  test("are not seen by a session without a user, nor by the owner", async () => {
    expect(await seen(stores.sql)).toEqual(none());
    const owned = await schema.admin.begin(async (tx) => {
      await tx`SET LOCAL ROLE backgrid_owner`;
      return seen(tx);
    });
    expect(owned).toEqual(none());
  });

  test("cannot be written by a session without a user, nor in another's name", async () => {
    const insert = (sql: ISql) =>
      sql`INSERT INTO batches (user_id, id, kind, created_at_ms) VALUES (${ALICE}, ${BOB}, 'sweep', 0)`;
    expect(insert(stores.sql).execute()).rejects.toThrow("row-level security");
    expect(asUser(BOB, async (sql) => insert(sql))).rejects.toThrow("row-level security");
    const changed = await asUser(BOB, async (sql) => (await sql`UPDATE jobs SET symbol = 'X'`).count);
    const deleted = await asUser(BOB, async (sql) => (await sql`DELETE FROM results`).count);
    expect([changed, deleted]).toEqual([0, 0]);
    const moved = asUser(ALICE, async (sql) => sql`UPDATE batches SET user_id = ${BOB}`);
    expect(moved).rejects.toThrow("row-level security");
  });

  test("are no longer seen on the connection when the transaction is over, also when it failed", async () => {
    const sql = postgres(schema.url, {
      max: 1,
      onnotice: () => {},
      connection: { role: "backgrid_app", search_path: "backgrid" },
    });
    const inHerName = (fail: boolean) =>
      sql.begin(async (tx) => {
        await tx`SELECT set_config('app.user_id', ${ALICE}, true)`;
        if (fail) await tx`SELECT 1 / 0`;
      });
    await inHerName(false);
    expect(await seen(sql)).toEqual(none());
    await inHerName(true).catch(() => {});
    expect(await seen(sql)).toEqual(none());
    await sql.end();
    const both = await Promise.all([stores.jobs.find(ALICE, testJob(1).id), stores.jobs.find(BOB, testJob(1).id)]);
    expect(both.map((job) => job?.id)).toEqual([testJob(1).id, undefined]);
  });

  test("are met by sessions as a role that is neither owner nor superuser nor past policies", async () => {
    const [role] = await stores.sql`
      SELECT current_user AS name, rolsuper, rolbypassrls, rolcanlogin, pg_has_role(current_user, 'backgrid_owner', 'MEMBER') AS owner,
        pg_has_role(current_user, 'backgrid_keeper', 'MEMBER') AS keeper FROM pg_roles WHERE rolname = current_user`;
    expect(role).toEqual({
      name: "backgrid_app",
      rolsuper: false,
      rolbypassrls: false,
      rolcanlogin: false,
      owner: false,
      keeper: false,
    });
    const owned = await schema.admin`
      SELECT relname FROM pg_class WHERE relnamespace = 'backgrid'::regnamespace AND relowner = 'backgrid_app'::regrole`;
    expect(owned).toHaveLength(0);
    expect(stores.sql`SELECT FROM users`.execute()).rejects.toThrow("permission denied");
  });

  test("are looked at across users by the keeper's functions alone, which are the service's to call", async () => {
    const functions = await schema.admin<{ name: string; definer: boolean; path: boolean; mine: boolean; others: boolean }[]>`
      SELECT proname AS name, prosecdef AS definer, proconfig @> '{"search_path=backgrid, pg_temp"}' AS path,
        has_function_privilege('backgrid_app', oid, 'EXECUTE') AS mine, has_function_privilege('public', oid, 'EXECUTE') AS others
      FROM pg_proc WHERE proowner = 'backgrid_keeper'::regrole ORDER BY 1`;
    const right = { definer: true, path: true, mine: true, others: false };
    expect([...functions]).toEqual(functions.map(({ name }) => ({ name, ...right })));
    const names = functions.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["drop_bars", "due_jobs", "forget_keys", "queue_depth", "running_jobs"]));
    const [may] = await schema.admin`SELECT has_schema_privilege('backgrid_keeper', 'backgrid', 'CREATE') AS make`;
    expect(may).toEqual({ make: false });
  });

  test("are counted by kind while they wait", async () => {
    expect(await stores.jobs.depth()).toEqual([{ kind: "sweep_part", queued: 1, oldestMs: expect.any(Number) }]);
  });
});
