import { afterAll, beforeAll, expect, test } from "bun:test";
import postgres from "postgres";
import { LOCAL_USER } from "../../ids.ts";
import { describeWithPostgres } from "../../test-services/describe.ts";
import { type TestDatabase, testDatabase } from "../../test-services/shared.ts";
import { type Lanes, openLanes } from "./lanes.ts";

const LIMITS = { waitMs: 5000, runMs: 5000 };

describeWithPostgres("transactions on a few connections", () => {
  let database: TestDatabase;
  let lanes: Lanes;
  const connect = () => postgres(database.url, { max: 1, fetch_types: false, onnotice: () => {} });
  beforeAll(async () => {
    database = await testDatabase();
    lanes = openLanes(connect, 1);
    await lanes.run(null, LIMITS, (tx) => tx.query("CREATE TABLE numbers (n int PRIMARY KEY)"));
  });
  afterAll(async () => {
    await lanes.close();
    await database.drop();
  });

  const numbers = async () =>
    (await lanes.run(null, LIMITS, (tx) => tx.query<{ n: number }>("SELECT n FROM numbers ORDER BY n"))).map(({ n }) => n);

  test("are for one user, whom the next one does not have, and tell the database's time", async () => {
    const user = "SELECT current_setting('app.user_id', true) AS name";
    const [hers, nowMs] = await lanes.run(LOCAL_USER, LIMITS, async (tx) => [await tx.query(user), await tx.nowMs]);
    expect(hers).toMatchObject([{ name: LOCAL_USER }]);
    expect(await lanes.run(null, LIMITS, (tx) => tx.query(user))).toMatchObject([{ name: "" }]);
    expect(Math.abs(Number(nowMs) - Date.now())).toBeLessThan(60_000);
    const fixed = openLanes(connect, 1, () => 42);
    expect(await fixed.run(null, LIMITS, (tx) => tx.nowMs)).toBe(42);
    await fixed.close();
  });

  test("wait for all that they sent, and are undone when any of it fails, with the first reason", async () => {
    await lanes.run(null, LIMITS, async (tx) => {
      tx.query("INSERT INTO numbers VALUES ($1)", [1]);
    });
    const failed = lanes.run(null, LIMITS, async (tx) => {
      tx.query("INSERT INTO numbers VALUES ($1)", [2]);
      tx.query("INSERT INTO numbers VALUES ($1)", [1]);
      tx.query("INSERT INTO numbers VALUES ($1)", [3]);
    });
    expect(failed).rejects.toThrow("duplicate key");
    const thrown = lanes.run(null, LIMITS, async (tx) => {
      tx.query("INSERT INTO numbers VALUES ($1)", [4]);
      throw new RangeError("on second thoughts");
    });
    expect(thrown).rejects.toThrow("on second thoughts");
    expect(await numbers()).toEqual([1]);
  });

  test("that find no connection free in time are not begun, and those that take too long lose theirs", async () => {
    const long = lanes.run(null, { waitMs: 1000, runMs: 100 }, (tx) => tx.query("SELECT pg_sleep(20)"));
    const late = lanes.run(null, { waitMs: 20, runMs: 1000 }, (tx) => tx.query("INSERT INTO numbers VALUES (9)"));
    expect(late).rejects.toThrow("the database had no connection free within 20 ms");
    expect(long).rejects.toThrow("the database did not answer within 100 ms");
    expect(await numbers()).toEqual([1]);
  });

  test("are ended when the lanes are closed, and refused afterwards", async () => {
    const own = openLanes(connect, 2);
    const running = [1, 2, 3].map((n) => own.run(null, LIMITS, (tx) => tx.query(`SELECT ${n} AS n, pg_sleep(0.02)`)));
    await Promise.all([own.close(), own.close()]);
    expect((await Promise.all(running)).flat()).toMatchObject([{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(own.run(null, LIMITS, (tx) => tx.query("SELECT 1"))).rejects.toThrow("the store is closed");
  });
});
