import { Database } from "bun:sqlite";
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { databasePath, openStores } from "../wiring.ts";
import { dataFolderCheck, sqliteCheck } from "./data-folder.ts";

const PLACE = mkdtempSync(join(tmpdir(), "backgrid-doctor-"));
afterAll(() => rmSync(PLACE, { recursive: true, force: true }));

/** A folder with a store in it, which `change` alters. */
async function stored(name: string, change: (db: Database) => void = () => undefined): Promise<string> {
  const dataDir = join(PLACE, name);
  const opened = await openStores({ dataDir, sqliteSynchronous: "normal" }, () => 0);
  if (!opened.ok) throw new Error(opened.error.detail);
  await opened.value.close();
  const db = new Database(databasePath({ dataDir }));
  change(db);
  db.close();
  return dataDir;
}

describe("the doctor, of the data folder", () => {
  test("tries to write into it and leaves nothing behind", () => {
    const folder = join(PLACE, "plain");
    mkdirSync(folder);
    const { status, detail } = dataFolderCheck(folder, 0);
    expect(status).toBe("ok");
    expect(detail).toMatch(/^\/.*\/plain, [\d.]+ GiB free$/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("does not make one that is still missing", () => {
    const { status, detail } = dataFolderCheck(join(PLACE, "not", "yet"), 0);
    expect(status).toBe("ok");
    expect(detail).toContain("/not/yet (will be made), ");
    expect(readdirSync(PLACE)).not.toContain("not");
  });

  test("warns where little room is left", () => {
    const { status, detail } = dataFolderCheck(PLACE, Number.MAX_SAFE_INTEGER);
    expect([status, detail.endsWith("GiB free: what does not fit is refused")]).toEqual(["warn", true]);
  });

  test.each(["a file", "a file/below"])("fails where %s is in its place", (path) => {
    writeFileSync(join(PLACE, "a file"), "");
    const { status, detail } = dataFolderCheck(join(PLACE, path));
    expect(status).toBe("fail");
    expect(detail).toContain(`${path} cannot be written: `);
  });
});

describe("the doctor, of the SQLite file", () => {
  test("is content without one, and does not make it", () => {
    const { status, detail } = sqliteCheck(join(PLACE, "nothing"));
    expect([status, detail.endsWith("backgrid.sqlite will be made")]).toEqual(["ok", true]);
    expect(readdirSync(PLACE)).not.toContain("nothing");
  });

  test("finds one that was used up to date", async () => {
    const { status, detail } = sqliteCheck(await stored("used"));
    expect(status).toBe("ok");
    expect(detail).toMatch(/backgrid\.sqlite, up to date with \d{4}_[a-z_]+\.sql$/);
  });

  test("tells how far it is behind, which the next start mends", async () => {
    const dataDir = await stored("old", (db) => db.run("DELETE FROM migrations WHERE number > 1"));
    const { status, detail } = sqliteCheck(dataDir);
    expect(status).toBe("ok");
    expect(detail).toMatch(/, without 0002_sweeps\.sql(, \d{4}_[a-z_]+\.sql)*: the next start carries that out$/);
  });

  test("fails on one of a newer program", async () => {
    const dataDir = await stored("new", (db) => db.run("INSERT INTO migrations VALUES (9999, '9999_later.sql', '', 0)"));
    const { status, detail } = sqliteCheck(dataDir);
    expect([status, detail.includes("9999_later.sql")]).toEqual(["fail", true]);
  });

  test("fails where a migration was changed after it was applied", async () => {
    const dataDir = await stored("changed", (db) => db.run("UPDATE migrations SET checksum = 'x' WHERE number = 1"));
    const { status, detail } = sqliteCheck(dataDir);
    expect([status, detail.includes("0001_init.sql was changed")]).toEqual(["fail", true]);
  });

  test("fails on what is no database", () => {
    const dataDir = join(PLACE, "text");
    mkdirSync(dataDir);
    writeFileSync(databasePath({ dataDir }), "not a database, and longer than the header of one would be");
    const { status, detail } = sqliteCheck(dataDir);
    expect([status, detail.includes("cannot be read: ")]).toEqual(["fail", true]);
  });
});
