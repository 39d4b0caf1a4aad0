import { afterAll, describe, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import { uniforms } from "../../core/random.ts";
import { LOCAL_USER } from "../ids.ts";
import { testId, testJob, testOutput } from "./test-jobs.ts";
import { faultsIn, inFile, openTestStores, testFolder } from "./test-stores.ts";

const folder = testFolder();
afterAll(folder.remove);
const CHILD = new URL("./process-behaviour.ts", import.meta.url).pathname;

function work(path: string, count: number) {
  return Bun.spawn([process.execPath, CHILD, "work", path, String(count)], { stdout: "pipe", stderr: "inherit" });
}

const statuses = (path: string) =>
  inFile(path, (db) => db.query("SELECT status, attempt, count(*) AS n FROM jobs GROUP BY 1, 2 ORDER BY 1, 2").all());

test("what a file must not show is found", async () => {
  const path = join(folder.path, "faults.db");
  const { jobs, close } = openTestStores(path, []);
  await jobs.accept(LOCAL_USER, testJob(1), null, null);
  await jobs.take(LOCAL_USER, testId(1), "1:2", 1000);
  await jobs.finish(LOCAL_USER, testId(1), 1, testOutput());
  await close();
  expect(faultsIn(path)).toEqual([]);
  inFile(path, (db) => db.run("DELETE FROM trades"));
  expect(faultsIn(path)).toEqual([{ id: testId(1), status: "completed", results: 1, trades: 0, curves: 1, trials: 0 }]);
});

describe("two processes on one file", () => {
  test("complete every job once, and the file stays sound", async () => {
    const path = join(folder.path, "two.db");
    await openTestStores(path, []).close();
    const children = [work(path, 150), work(path, 150)];
    const texts = await Promise.all(children.map(({ stdout }) => stdout.text()));
    expect(await Promise.all(children.map(({ exited }) => exited))).toEqual([0, 0]);
    const finished = texts.map((text) => Number(/^finished (\d+)$/m.exec(text)?.[1]));
    expect(finished[0]! + finished[1]!).toBe(300);
    expect(statuses(path)).toEqual([{ status: "completed", attempt: 1, n: 300 }]);
    expect(faultsIn(path)).toEqual([]);
  });
});

describe("a process that is killed while it writes", () => {
  test("leaves each job it acknowledged, whole or not begun, and the next process goes on", async () => {
    const path = join(folder.path, "killed.db");
    await openTestStores(path, []).close();
    const next = uniforms(7);
    const acknowledged: string[] = [];
    for (let round = 0; round < 8; round++) {
      const child = work(path, 1_000_000);
      const reader = child.stdout.getReader();
      let text = new TextDecoder().decode((await reader.read()).value);
      setTimeout(() => child.kill("SIGKILL"), 5 + 60 * next());
      for (let part = await reader.read(); !part.done; part = await reader.read()) text += new TextDecoder().decode(part.value);
      await child.exited;
      expect(child.signalCode).toBe("SIGKILL");
      acknowledged.push(...text.split("\n").slice(0, -1));
    }
    expect(acknowledged.length).toBeGreaterThan(100);
    expect(faultsIn(path)).toEqual([]);
    const known = inFile(path, (db) => new Set(db.query("SELECT id FROM jobs").values().flat()));
    expect(acknowledged.filter((id) => !known.has(id))).toEqual([]);

    const { jobs, close } = openTestStores(path, []);
    await jobs.releaseDead((worker) => worker.startsWith("child:"));
    for (const { user, id } of await jobs.due(10_000)) {
      const job = await jobs.take(user, id, "next:1", 1000);
      if (job !== undefined) expect(await jobs.finish(user, id, job.state.attempt, testOutput())).toBe(true);
    }
    await close();
    expect(faultsIn(path)).toEqual([]);
    expect(inFile(path, (db) => db.query("SELECT DISTINCT status FROM jobs").values())).toEqual([["completed"]]);
  });
});

describe("a disk that is full", () => {
  test("rejects what does not fit, keeps the rest, and takes more when there is room again", async () => {
    const path = join(folder.path, "full.db");
    const { jobs, close } = openTestStores(path, [], { maxBytes: 2 ** 20 });
    let done = 0;
    let refused = 0;
    for (let n = 1; refused < 3; n++) {
      await jobs
        .accept(LOCAL_USER, testJob(n), null, null)
        .then(
          async () => {
            await jobs.take(LOCAL_USER, testId(n), "1:2", 60_000);
            expect(await jobs.finish(LOCAL_USER, testId(n), 1, testOutput(2520))).toBe(true);
            done = n;
          },
          () => {},
        )
        .catch((cause) => {
          expect(String(cause)).toContain("full");
          refused++;
        });
    }
    expect(done).toBeGreaterThan(10);
    // The small ones of a group still fit where a large one does not.
    const large = { ...testOutput(), trades: "x".repeat(2 ** 21) };
    const settled = await Promise.allSettled([
      jobs.renew(LOCAL_USER, testId(done + 1), 1, 60_000),
      jobs.finish(LOCAL_USER, testId(done + 1), 1, large),
      jobs.renew(LOCAL_USER, testId(done + 1), 1, 60_000),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await jobs.find(LOCAL_USER, testId(done + 1))).toMatchObject({ state: { status: "running" } });
    expect(await jobs.result(LOCAL_USER, testId(done + 1))).toBeUndefined();
    for (let n = 1; n <= 3; n++) expect(await jobs.remove(LOCAL_USER, testId(n))).toBe("removed");
    expect(await jobs.finish(LOCAL_USER, testId(done + 1), 1, testOutput(2520))).toBe(true);
    await close();
    expect(faultsIn(path)).toEqual([]);
    expect(statSync(path).size).toBeLessThanOrEqual(2 ** 20);
  });

  test("in the form of a limit on the size of files leaves a sound file with all that was acknowledged", async () => {
    const path = join(folder.path, "limit.db");
    await openTestStores(path, []).close();
    // Blocks of 512 or 1024 bytes; with the signal ignored a write beyond the limit fails like one to a full disk.
    const script = `trap '' XFSZ; ulimit -f 4000; exec "$0" "$@"`;
    const child = Bun.spawn(["sh", "-c", script, process.execPath, CHILD, "work", path, "1000000"], {
      stdout: "pipe",
      stderr: "pipe",
    });
    const [text, errors] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    expect(await child.exited).toBe(1);
    expect(errors).toMatch(/disk|full/);
    expect(faultsIn(path)).toEqual([]);
    const known = inFile(path, (db) => new Set(db.query("SELECT id FROM jobs").values().flat()));
    const acknowledged = text.split("\n").slice(0, -1);
    expect(acknowledged.length).toBeGreaterThan(20);
    expect(acknowledged.filter((id) => !known.has(id))).toEqual([]);
    const { jobs, close } = openTestStores(path, []);
    expect(await jobs.accept(LOCAL_USER, testJob(1), null, null)).toEqual({ kind: "accepted" });
    await close();
  });
});
