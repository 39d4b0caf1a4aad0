import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { decodeTrials } from "../store/trial-blob.ts";
import type { ChildPool } from "./pool.ts";
import { runSweepTask } from "./run-sweep-task.ts";
import type { SweepParts } from "./sweep-ports.ts";
import type { SweptOutput } from "./task.ts";
import {
  NOW_MS,
  plainPool,
  someStoredBars,
  sweepFor,
  sweepPartsOf,
  sweptBy,
  taskFor,
  temporaryStore,
  walkForwardFor,
} from "./test-tasks.ts";

const SMALL = { params: { fast: [5, 10], slow: [20, 30, 40] }, objective: "total_return" };
/** Some seconds of work for the plain sweeper. */
const LONG = sweepFor({ start: "2000-01-01", params: { fast: { from: 1, to: 100 }, slow: { from: 101, to: 200 } } });
const LOOP = sweepFor({ strategy: "fault_loop" });
const WALK_LOOP = walkForwardFor({ strategy: "fault_loop" });
const JOB = taskFor({ symbol: "SAMPLE-TREND", equity_points: 10 });
const STORED = someStoredBars();

let store: ReturnType<typeof temporaryStore>;
let pool: ChildPool;
beforeAll(async () => {
  store = temporaryStore();
  await store.bars.put(STORED);
  pool = plainPool(store.path);
  await pool.ready;
});
afterAll(async () => {
  await pool.close(0);
  await store[Symbol.asyncDispose]();
});

const partsOf = (changes: Partial<SweepParts> = {}) => sweepPartsOf(store.bars, changes);

const ignored = () => {};
const timeless = (head: string) => ({ ...JSON.parse(head), runtime_seconds: 0, trials_per_second: 0, engine: null });

describe("a sweep task", () => {
  test("gives the answer, and all trials packed", async () => {
    const output = await runSweepTask(sweepFor(SMALL), partsOf(), ignored);
    const { head, headline, objective, best, trials, resultHash } = sweptBy(output);
    const answer = JSON.parse(head);
    expect(answer).toMatchObject({
      sweep_id: "sweep",
      created_at: new Date(NOW_MS - 1000).toISOString(),
      engine: { name: "ts", fallback_reason: "told so" },
      result_hash: resultHash,
    });
    const table = decodeTrials(trials);
    expect(table.grid).toMatchObject({ trials: 6, skipped: 0, axes: [{ name: "fast" }, { name: "slow" }, { name: "average" }] });
    expect([objective, best]).toEqual(["total_return", Math.max(...table.columns.total_return)]);
    expect(headline).toEqual({
      sharpe: answer.best.sharpe,
      totalReturn: answer.best.total_return,
      maxDrawdown: answer.best.max_drawdown,
    });
  });

  test("has neither best nor headline where the objective is undefined for all", async () => {
    const none = sweepFor({ params: { fast: 4000, slow: [4500, 5000] }, objective: "win_rate" });
    const output = await runSweepTask(none, partsOf(), ignored);
    const headline = { sharpe: null, totalReturn: null, maxDrawdown: null };
    expect(output).toMatchObject({ ok: true, value: { best: null, headline } });
  });

  test("runs on stored bars, and fails with what is wrong with bars, request, sweeper or cost", async () => {
    const codeOf = async (fields: object, changes: Partial<SweepParts> = {}, bars = STORED.task) => {
      const output = await runSweepTask(sweepFor({ source: "dataset", start: null, ...fields }, bars), partsOf(changes), ignored);
      return output.ok ? "ok" : output.error.code;
    };
    expect(await codeOf(SMALL)).toBe("ok");
    expect(await codeOf({ params: { fast: 0 } })).toBe("invalid_request");
    expect(await codeOf(SMALL, { vault: { get: async () => undefined } })).toBe("not_found");
    expect(await codeOf(SMALL, { vault: { get: () => Promise.reject(new Error("closed")) } })).toBe("unavailable");
    expect(await codeOf({ ...SMALL, start: "2090-01-01" })).toBe("no_data");
    expect(await codeOf(SMALL, { mostBarTrials: 6 * 300 })).toBe("ok");
    expect(await codeOf(SMALL, { mostBarTrials: 6 * 300 - 1 })).toBe("too_costly");
    const broken = { code: "unavailable", detail: "no engine", findings: [] } as const;
    expect(await codeOf(SMALL, { sweeper: async () => ({ ok: false, error: broken }) })).toBe("unavailable");
  });

  test("tells its progress now and then, not each step of it", async () => {
    const told: (readonly [number, number])[] = [];
    const started = performance.now();
    await runSweepTask(
      sweepFor({ params: { fast: { from: 1, to: 60 }, slow: { from: 61, to: 90 } } }),
      partsOf(),
      (...step) => void told.push(step),
    );
    expect(told[0]).toEqual([0, 1800]);
    expect(told.every(([done, total], k) => total === 1800 && done >= (told[k - 1]?.[0] ?? 0))).toBe(true);
    expect(told.length).toBeLessThanOrEqual(1 + (performance.now() - started) / 100);
  });
});

describe("a child with a sweep", () => {
  test("gives the same as the task done in this process, and tells its progress", async () => {
    const told: number[] = [];
    const [there, here] = [
      await pool.run(sweepFor(SMALL), undefined, (done) => told.push(done)),
      await runSweepTask(sweepFor(SMALL), partsOf(), ignored),
    ];
    const shown = (output: SweptOutput) => ({ ...output, head: timeless(output.head) });
    expect(shown(sweptBy(there))).toEqual(shown(sweptBy(here)));
    expect(told[0]).toBe(0);
  });

  test("is told the most trials x bars", async () => {
    await using poor = disposable(plainPool(store.path, {}, 1000));
    expect(await poor.run(sweepFor(SMALL))).toMatchObject({ ok: false, error: { code: "too_costly" } });
  });

  test("ends when the sweep is called off, and the next task runs on a new one", async () => {
    const off = new AbortController();
    const { pids } = pool;
    const sweep = pool.run(LONG, off.signal, (done) => {
      if (done > 0) off.abort();
    });
    const next = pool.run(JOB);
    expect(await sweep).toMatchObject({ ok: false, error: { code: "unavailable", detail: "the task was called off" } });
    expect((await next).ok).toBe(true);
    expect(pool.pids).not.toEqual(pids);
  });

  test("that is killed makes a crash of it", async () => {
    const sweep = pool.run(LONG, undefined, () => {
      for (const pid of pool.pids) process.kill(pid, "SIGKILL");
    });
    expect(await sweep).toMatchObject({ ok: false, error: { code: "crash" } });
    expect((await pool.run(sweepFor(SMALL))).ok).toBe(true);
  });
});

test("of two children sweeps and walk-forwards take one as long as others wait, else both", async () => {
  await using two = disposable(plainPool(store.path, { size: 2 }));
  const ends = [new AbortController(), new AbortController(), new AbortController()];
  const [first, second] = [two.run(LOOP, ends[0]?.signal), two.run(WALK_LOOP, ends[1]?.signal)];
  expect((await two.run(JOB)).ok).toBe(true);
  // Nobody else waits: the second sweep has begun, and a job has to wait for one of them, but not for a sweep that came before it.
  const third = two.run(LOOP, ends[2]?.signal);
  const job = two.run(JOB);
  expect(await Promise.race([job, Bun.sleep(150)])).toBeUndefined();
  ends[0]?.abort();
  expect((await job).ok).toBe(true);
  for (const end of ends) end.abort();
  for (const ended of await Promise.all([first, second, third])) expect(ended?.ok).toBe(false);
});

test("a spare child takes a job while all others have sweeps, and never a sweep", async () => {
  await using pool = disposable(plainPool(store.path, { spare: true }));
  expect(pool.size).toBe(1);
  const ends = [new AbortController(), new AbortController()];
  const begun = Promise.withResolvers<void>();
  const first = pool.run(LONG, ends[0]?.signal, () => begun.resolve());
  await begun.promise;
  const second = pool.run(LOOP, ends[1]?.signal);
  for (const job of [JOB, JOB]) expect((await pool.run(job)).ok).toBe(true);
  // Had it taken the second sweep, which came before the jobs, they would wait.
  expect(pool.pids).toHaveLength(2);
  expect(pool.load).toBe(2);
  for (const end of ends) end.abort();
  for (const ended of await Promise.all([first, second])) expect(ended?.ok).toBe(false);
});

test("a spare child stays idle while another has a job", async () => {
  await using pool = disposable(plainPool(store.path, { spare: true }));
  // From now on the other child is there.
  expect((await pool.run(sweepFor(SMALL))).ok).toBe(true);
  const end = new AbortController();
  const first = pool.run(taskFor({ strategy: "fault_loop" }), end.signal);
  const second = pool.run(JOB);
  expect(await Promise.race([second, Bun.sleep(500)])).toBeUndefined();
  end.abort();
  expect([(await first).ok, (await second).ok]).toEqual([false, true]);
});

function disposable(opened: ChildPool) {
  return Object.assign(opened, { [Symbol.asyncDispose]: () => opened.close(0) });
}
