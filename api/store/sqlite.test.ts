import { Database } from "bun:sqlite";
import { afterAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { playInterleaving } from "../../core/jobs/interleavings-behaviour.ts";
import type { UserId } from "../../core/jobs/job.ts";
import { LOCAL_USER } from "../ids.ts";
import { describeBarVault, describeDatasetStore, describeJobStore } from "./conformance.ts";
import { encodeCurve } from "./curve-blob.ts";
import { openSqlite } from "./sqlite.ts";
import { openBarVault } from "./sqlite-bars.ts";
import {
  ALICE,
  BOB,
  type StoreCase,
  testBars,
  testJob,
  testOutput,
  testSweep,
  testTrials,
  testWalkForward,
} from "./test-jobs.ts";
import { faultsIn, inFile, openTestStores, testFolder } from "./test-stores.ts";
import { encodeTrials } from "./trial-blob.ts";

const folder = testFolder();
afterAll(folder.remove);
let files = 0;
const newFile = () => join(folder.path, `${++files}.db`);

async function open(): Promise<StoreCase> {
  let now = 0;
  const stores = openTestStores(newFile(), [ALICE, BOB], { clock: () => now });
  const setClock = (nowMs: number) => {
    now = nowMs;
  };
  return { ...stores, setClock };
}

describeJobStore("sqlite", open);
describeBarVault("sqlite", open);
describeDatasetStore("sqlite", open);

test("the SQLite store keeps the promises of jobs in 400 interleavings", async () => {
  const path = newFile();
  let now = 0;
  const users = Array.from({ length: 400 }, (_, seed) => `user-${seed}` as UserId);
  const { jobs, close } = openTestStores(path, users, { clock: () => now });
  const setClock = (nowMs: number) => {
    now = nowMs;
  };
  for (const [seed, user] of users.entries()) await playInterleaving(seed, { jobs, user, setClock });
  await close();
  expect(faultsIn(path)).toEqual([]);
});

describe("a SQLite file", () => {
  test("keeps everything when it is closed and opened again", async () => {
    const path = newFile();
    const first = openTestStores(path, []);
    const job = testJob(1);
    await first.jobs.accept(LOCAL_USER, job, { key: "k", bodyHash: "h" }, null);
    await first.jobs.take(LOCAL_USER, job.id, "1:2", 1000);
    await first.jobs.finish(LOCAL_USER, job.id, 1, testOutput());
    await first.close();
    await first.close();
    const second = openTestStores(path, []);
    expect(await second.jobs.curve(LOCAL_USER, job.id)).toEqual(testOutput().curve);
    expect(await second.jobs.replay(LOCAL_USER, { key: "k", bodyHash: "h" })).toBe(job.id);
    await second.close();
  });

  test("commits on close what was asked for before, and refuses what comes after", async () => {
    const path = newFile();
    const { jobs, close } = openTestStores(path, []);
    const accepted = jobs.accept(LOCAL_USER, testJob(1), null, null);
    await close();
    expect(await accepted).toEqual({ kind: "accepted" });
    expect(jobs.accept(LOCAL_USER, testJob(2), null, null)).rejects.toThrow("the store is closed");
    expect(inFile(path, (db) => db.query("SELECT count(*) AS n FROM jobs").get())).toEqual({ n: 1 });
  });

  test("leaves no other files when it is closed", async () => {
    const path = newFile();
    await openTestStores(path, [ALICE]).close();
    expect([...new Bun.Glob(`${files}.db*`).scanSync({ cwd: folder.path })]).toEqual([`${files}.db`]);
  });

  test.each(["normal", "full"] as const)("is written ahead with synchronous=%s", async (synchronous) => {
    const path = newFile();
    const { jobs, close } = openTestStores(path, [], { synchronous });
    await jobs.accept(LOCAL_USER, testJob(1), null, null);
    expect(inFile(path, (db) => db.query("PRAGMA journal_mode").get())).toEqual({ journal_mode: "wal" });
    expect(await jobs.find(LOCAL_USER, testJob(1).id)).toMatchObject({ symbol: "AAPL" });
    await close();
  });

  test("has no job of a user that it does not know", async () => {
    const { jobs, close } = openTestStores(newFile(), []);
    expect(jobs.accept(ALICE, testJob(1), null, null)).rejects.toThrow("FOREIGN KEY");
    await close();
  });

  test("is made with its folder", async () => {
    const path = join(folder.path, "a", "b", "c.db");
    await openTestStores(path, []).close();
    expect(faultsIn(path)).toEqual([]);
  });

  test.each([
    ["a folder", () => folder.path],
    ["below a file", () => join(newFileWith("text"), "x.db")],
    ["no database", () => newFileWith("this is no database, but a long enough text to be read as one ".repeat(20))],
  ])("that is %s cannot be opened, and the message names it", (_, make) => {
    const path = make();
    const opened = openSqlite({ path, synchronous: "normal", clock: Date.now });
    if (opened.ok) throw new Error("it was opened");
    expect(opened.error.code).toBe("unavailable");
    expect(opened.error.detail).toStartWith(`the database ${path} cannot be opened: `);
  });

  test("that another process writes to for too long rejects a write, and takes the next", async () => {
    const path = newFile();
    const { jobs, close } = openTestStores(path, [], { busyTimeoutMs: 20 });
    const both = () => Promise.allSettled([1, 2].map((n) => jobs.accept(LOCAL_USER, testJob(n), null, null)));
    const blocker = new Database(path);
    blocker.run("BEGIN IMMEDIATE");
    expect((await both()).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    blocker.run("ROLLBACK");
    blocker.close(true);
    expect((await both()).map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
    await close();
  });

  test("gives its bars to a process that only reads, as soon as they are committed", async () => {
    const path = newFile();
    const { bars, close } = openTestStores(path, []);
    const vault = openBarVault(path);
    const stored = testBars("rows");
    expect(await vault.get(stored.hash)).toBeUndefined();
    await bars.put(stored);
    expect(await vault.get(stored.hash)).toEqual(stored.bytes);
    vault.close();
    await close();
    expect(() => openBarVault(join(folder.path, "none.db"))).toThrow();
  });

  test("keeps a curve that was packed elsewhere as one that was not", async () => {
    const { jobs, close } = openTestStores(newFile(), []);
    const output = testOutput(2000);
    for (const [n, curve] of [output.curve, encodeCurve(output.curve)].entries()) {
      const job = testJob(n + 1);
      await jobs.accept(LOCAL_USER, job, null, null);
      await jobs.take(LOCAL_USER, job.id, "1:2", 1000);
      await jobs.finish(LOCAL_USER, job.id, 1, { ...output, curve });
      expect(await jobs.curve(LOCAL_USER, job.id)).toEqual(output.curve);
      expect((await jobs.preview(LOCAL_USER, job.id))?.equity).toHaveLength(500);
    }
    await close();
  });

  test("keeps trials that were packed elsewhere as those that were not, and is sound with a sweep in it", async () => {
    const path = newFile();
    const { jobs, close } = openTestStores(path, []);
    const output = testSweep(testTrials([5, 10, 20], [30, 60]));
    for (const [n, trials] of [output.trials, encodeTrials(output.trials)].entries()) {
      const job = testJob(n + 1, { kind: "sweep" });
      await jobs.accept(LOCAL_USER, job, null, null);
      await jobs.take(LOCAL_USER, job.id, "1:2", 1000);
      await jobs.finish(LOCAL_USER, job.id, 1, { ...output, trials });
      expect(await jobs.trials(LOCAL_USER, job.id)).toEqual(output.trials);
    }
    await close();
    expect(faultsIn(path)).toEqual([]);
    inFile(path, (db) => db.run("DELETE FROM trials WHERE job_id = ?", [testJob(1).id]));
    expect(faultsIn(path)).toMatchObject([{ id: testJob(1).id, results: 1, trials: 0 }]);
  });

  test("is sound with a walk-forward in it, and not when that lost its curve", async () => {
    const path = newFile();
    const { jobs, close } = openTestStores(path, []);
    const job = testJob(1, { kind: "walk_forward" });
    const output = testWalkForward();
    await jobs.accept(LOCAL_USER, job, null, null);
    await jobs.take(LOCAL_USER, job.id, "1:2", 1000);
    await jobs.finish(LOCAL_USER, job.id, 1, { ...output, curve: encodeCurve(output.curve) });
    expect(await jobs.curve(LOCAL_USER, job.id)).toEqual(output.curve);
    await close();
    expect(faultsIn(path)).toEqual([]);
    inFile(path, (db) => db.run("DELETE FROM curves"));
    expect(faultsIn(path)).toMatchObject([{ id: job.id, results: 1, trades: 0, curves: 0 }]);
  });

  test.each([
    ["figures = zeroblob(264)", "stored trials do not match their checksum"],
    ["skipped = 2", "stored trials do not match their checksum"],
    ["axes = replace(axes, 'sma', 'wma')", "stored trials do not match their checksum"],
    ["choices = zeroblob(16)", "stored trials do not match their checksum"],
    ["version = 9", "stored trials have version 9; this program reads versions up to 2"],
  ])("tells when trials were damaged: %s", async (damage, message) => {
    const path = newFile();
    const { jobs, close } = openTestStores(path, []);
    const job = testJob(1, { kind: "sweep" });
    await jobs.accept(LOCAL_USER, job, null, null);
    await jobs.take(LOCAL_USER, job.id, "1:2", 1000);
    await jobs.finish(LOCAL_USER, job.id, 1, testSweep());
    inFile(path, (db) => db.run(`UPDATE trials SET ${damage}`));
    expect(jobs.trials(LOCAL_USER, job.id)).rejects.toThrow(message);
    await close();
  });

  test.each([
    ["UPDATE curves SET equity = zeroblob(24)", "a stored curve does not match its checksum"],
    ["UPDATE curves SET initial_cash = 2", "a stored curve does not match its checksum"],
    ["UPDATE curves SET times = zeroblob(16)", "a stored curve does not match its checksum"],
    ["UPDATE curves SET points = 2", "a stored curve of 2 points has 3 times and 3 values"],
    ["UPDATE curves SET version = 9", "a stored curve has version 9; this program reads version 1"],
  ])("tells when a curve was damaged: %s", async (damage, message) => {
    const path = newFile();
    const { jobs, close } = openTestStores(path, []);
    const { id } = testJob(1);
    await jobs.accept(LOCAL_USER, testJob(1), null, null);
    await jobs.take(LOCAL_USER, id, "1:2", 1000);
    await jobs.finish(LOCAL_USER, id, 1, testOutput());
    inFile(path, (db) => db.run(damage));
    expect(jobs.curve(LOCAL_USER, id)).rejects.toThrow(message);
    inFile(path, (db) => db.run("UPDATE curves SET preview = zeroblob(48)"));
    expect(jobs.preview(LOCAL_USER, id)).rejects.toThrow();
    await close();
  });
});

function newFileWith(text: string): string {
  const path = newFile();
  writeFileSync(path, text);
  return path;
}
