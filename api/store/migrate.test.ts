import { Database } from "bun:sqlite";
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LOCAL_USER } from "../ids.ts";
import { type Migration, migrate, readMigrations } from "./migrate.ts";
import { openSqlite } from "./sqlite.ts";
import { ANY, testId, testJob } from "./test-jobs.ts";
import { faultsIn, inFile, openTestStores, testFolder } from "./test-stores.ts";

const MIGRATIONS = new URL("../../migrations/sqlite", import.meta.url).pathname;
const folder = testFolder();
afterAll(folder.remove);

const step = (number: number, sql: string, checksum = sql): Migration => ({ number, name: `000${number}_x.sql`, sql, checksum });
const ONE = step(1, "CREATE TABLE one (x); INSERT INTO one VALUES (1)");
const TWO = step(2, "CREATE TABLE two (x); INSERT INTO two SELECT x + 1 FROM one");

function tables(db: Database): readonly string[] {
  const all = db.query<{ readonly name: string }, []>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all();
  return all.map(({ name }) => name);
}

describe("migrations", () => {
  test("are carried out in order, once, and recorded", () => {
    using db = new Database(":memory:");
    expect(migrate(db, [ONE], 10)).toEqual({ ok: true, value: 1 });
    expect(migrate(db, [ONE, TWO], 20)).toEqual({ ok: true, value: 1 });
    expect(migrate(db, [ONE, TWO], 30)).toEqual({ ok: true, value: 0 });
    expect(tables(db)).toEqual(["migrations", "one", "two"]);
    expect(db.query("SELECT number, applied_at_ms FROM migrations").values()).toEqual([
      [1, 10],
      [2, 20],
    ]);
  });

  test("that fail leave nothing of themselves, and what came before stays", () => {
    using db = new Database(":memory:");
    const broken = step(2, "CREATE TABLE two (x); INSERT INTO nowhere VALUES (1)");
    expect(() => migrate(db, [ONE, broken], 0)).toThrow("nowhere");
    expect(tables(db)).toEqual(["migrations", "one"]);
    expect(migrate(db, [ONE, TWO], 0)).toEqual({ ok: true, value: 1 });
  });

  test.each([
    [
      "changed since",
      [{ ...ONE, checksum: "other" }, TWO],
      "migration 0001_x.sql was changed after it was applied to the database",
    ],
    ["missing here", [ONE], "the database has the schema of a newer program (migration 0002_x.sql; this program knows up to 1)"],
    [
      "in another place",
      [ONE, step(3, "")],
      "the database has migration 0002_x.sql, but this program would have 0003_x.sql there",
    ],
  ])("that are %s make the database refused, unchanged", (_, migrations, message) => {
    using db = new Database(":memory:");
    migrate(db, [ONE, TWO], 0);
    const before = tables(db);
    const refused = migrate(db, migrations, 0);
    if (refused.ok) throw new Error("let through");
    expect(refused.error.code).toBe("unavailable");
    expect(refused.error.detail).toStartWith(message);
    expect(tables(db)).toEqual(before);
  });

  test("are the numbered files of a folder", () => {
    const files = join(folder.path, "files");
    mkdirSync(files);
    writeFileSync(join(files, "0002_b.sql"), "SELECT 2");
    writeFileSync(join(files, "0001_a.sql"), "SELECT 1");
    const read = readMigrations(files);
    expect(read.map(({ number, name, sql }) => [number, name, sql])).toEqual([
      [1, "0001_a.sql", "SELECT 1"],
      [2, "0002_b.sql", "SELECT 2"],
    ]);
    expect(read[0]?.checksum).toBe("e004ebd5b5532a4b85984a62f8ad48a81aa3460c1ca07701f386135d72cdecf5");
    writeFileSync(join(files, "0002_c.sql"), "");
    expect(() => readMigrations(files)).toThrow("two migrations have the number of 0002_b.sql");
    writeFileSync(join(files, "notes.txt"), "");
    expect(() => readMigrations(files)).toThrow('got "notes.txt"');
  });

  test("of a newer program make opening fail with the file's name", async () => {
    const path = join(folder.path, "newer.db");
    const first = openSqlite({ path, synchronous: "normal", clock: Date.now });
    if (!first.ok) throw new Error(first.error.detail);
    await first.value.close();
    inFile(path, (db) => db.run("INSERT INTO migrations VALUES (9999, '9999_x.sql', '', 0)"));
    const refused = openSqlite({ path, synchronous: "normal", clock: Date.now });
    if (refused.ok) throw new Error("it was opened");
    expect(refused.error.code).toBe("unavailable");
    expect(refused.error.detail).toStartWith(`${path}: the database has the schema of a newer program (migration 9999_x.sql`);
  });

  test("from the schema without sweeps on keep the jobs that are there, as backtests", async () => {
    const path = join(folder.path, "first.db");
    const [first] = readMigrations(MIGRATIONS);
    inFile(path, (db) => {
      migrate(db, [first!], 0);
      db.run(
        `INSERT INTO jobs (user_id, id, status, attempt, tries, due_at_ms, created_at_ms, symbol, strategy, bars_source)
         VALUES (?1, ?2, 'queued', 0, 0, 0, 1, 'A', 'momentum', 'sample'), (?1, ?3, 'completed', 1, 1, NULL, 2, 'B', 'momentum', 'sample')`,
        [LOCAL_USER, testId(1), testId(2)],
      );
      for (const id of [testId(1), testId(2)]) {
        db.run("INSERT INTO requests (user_id, job_id, request) VALUES (?, ?, '{}')", [LOCAL_USER, id]);
      }
    });
    const { jobs, close } = openTestStores(path, []);
    expect(await jobs.find(LOCAL_USER, testId(2))).toMatchObject({
      kind: "backtest",
      symbol: "B",
      state: { status: "completed" },
    });
    expect(await jobs.due(10)).toEqual([{ user: LOCAL_USER, id: testId(1), kind: "backtest", attempt: 0 }]);
    expect((await jobs.list(LOCAL_USER, ANY, 10, null)).map(({ id }) => id)).toEqual([testId(2), testId(1)]);
    expect(await jobs.listSweeps(LOCAL_USER, ANY, 10, null)).toEqual([]);
    const [sweep, walkForward] = [testJob(3, { kind: "sweep" }), testJob(4, { kind: "walk_forward" })];
    for (const job of [sweep, walkForward]) await jobs.accept(LOCAL_USER, job, null, null);
    expect((await jobs.listSweeps(LOCAL_USER, ANY, 10, null)).map(({ id }) => id)).toEqual([sweep.id]);
    expect((await jobs.listWalkForwards(LOCAL_USER, ANY, 10, null)).map(({ id }) => id)).toEqual([walkForward.id]);
    await close();
  });

  test("of many processes that start at once on no file yet all succeed", async () => {
    const path = join(folder.path, "many.db");
    const child = new URL("./process-behaviour.ts", import.meta.url).pathname;
    const children = Array.from({ length: 6 }, () => Bun.spawn([process.execPath, child, "open", path], { stderr: "pipe" }));
    expect(await Promise.all(children.map(({ exited }) => exited))).toEqual(new Array(6).fill(0));
    expect(inFile(path, (db) => db.query("SELECT count(*) AS n FROM migrations").get())).toEqual({
      n: readMigrations(MIGRATIONS).length,
    });
    expect(faultsIn(path)).toEqual([]);
  });
});
