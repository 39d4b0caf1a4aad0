import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { rememberingJudge } from "../../core/run/judged-series.ts";
import { loadEngineWasm } from "../../engine-wasm/load.ts";
import { isDeadProcess, processName } from "../process-name.ts";
import { BarCache } from "./bar-cache.ts";
import { type ChildPool, createPool, type PoolSettings } from "./pool.ts";
import { runBacktestTask } from "./run-task.ts";
import { NOW_MS, someStoredBars, taskFor, temporaryStore } from "./test-tasks.ts";

type Store = ReturnType<typeof temporaryStore>;

let store: Store;
let pool: ChildPool;

function settings(changes: Partial<PoolSettings> = {}): PoolSettings {
  const child = { database: { kind: "sqlite", path: store.path }, engine: "auto", faults: true } as const;
  return { size: 1, jobTimeoutMs: 30_000, jobMemoryMb: 1024, child, ...changes };
}

beforeAll(() => {
  store = temporaryStore();
  pool = createPool(settings({ size: 2 }));
});
afterAll(async () => {
  await pool.close(0);
  await store[Symbol.asyncDispose]();
});

const GOOD = taskFor({ symbol: "SAMPLE-TREND", equity_points: 10 });
const faulty = (strategy: string) => taskFor({ strategy });

/** A child that ended counts as ended even while nobody has asked how. */
const isAlive = (name: string) => !isDeadProcess(name);
const childrenOf = ({ pids }: ChildPool) => pids.map(processName);

async function eventually(holds: () => boolean): Promise<void> {
  for (let k = 0; k < 500 && !holds(); k++) await Bun.sleep(10);
  expect(holds()).toBeTrue();
}

describe("a pool of children", () => {
  test("holds it against no task that its own process stood still", async () => {
    const own = createPool(settings({ jobTimeoutMs: 800 }));
    try {
      await own.ready;
      const running = own.run(GOOD);
      await Bun.sleep(5);
      Bun.sleepSync(2500);
      expect((await running).ok).toBeTrue();
    } finally {
      await own.close(0);
    }
  });

  test("gives the same as the task done in this process, on samples and on stored bars", async () => {
    const stored = someStoredBars();
    await store.bars.put(stored);
    const engine = await loadEngineWasm();
    const parts = {
      engine,
      fallbackReason: null,
      vault: store.bars,
      cache: new BarCache(2 ** 24),
      judge: rememberingJudge(),
    };
    for (const task of [GOOD, taskFor({ start: null }, stored.task)]) {
      const [there, here] = [await pool.run(task), await runBacktestTask(task, parts)];
      if (!there.ok || !here.ok) throw new Error("a run failed");
      const timeless = (head: string) => ({ ...JSON.parse(head), runtime_seconds: 0 });
      expect({ ...there.value, head: timeless(there.value.head) }).toEqual({ ...here.value, head: timeless(here.value.head) });
    }
  });

  test("passes on what a task fails with", async () => {
    expect(await pool.run(taskFor({ start: "2090-01-01" }))).toMatchObject({ ok: false, error: { code: "no_data" } });
    const path = `${store.folder}/nothing.csv`;
    const missing = await pool.run({ kind: "import", path, symbol: "X", adjusted: true, nowMs: NOW_MS });
    expect(missing).toMatchObject({ ok: false, error: { code: "not_found" } });
  });

  test("runs two tasks side by side, and a third when one of them ends", async () => {
    const ends = [new AbortController(), new AbortController()];
    const loops = ends.map(({ signal }) => pool.run(faulty("fault_loop"), signal));
    const third = pool.run(GOOD);
    expect(pool.load).toBe(3);
    expect(await Promise.race([third, Bun.sleep(150)])).toBeUndefined();
    ends[0]?.abort();
    expect((await third).ok).toBeTrue();
    ends[1]?.abort();
    for (const ended of await Promise.all(loops)) expect(ended).toMatchObject({ ok: false, error: { code: "unavailable" } });
    expect(pool.load).toBe(0);
  });

  test("runs tasks in the order of calls", async () => {
    await using single = disposable(createPool(settings()));
    const order: number[] = [];
    await Promise.all([1, 2, 3, 4, 5].map((k) => single.run(GOOD).then(() => order.push(k))));
    expect(order).toEqual([1, 2, 3, 4, 5]);
  });

  test("takes a task that is called off while it waits out of the line, and does not begin one that was called off before", async () => {
    await using single = disposable(createPool(settings()));
    const { pids } = single;
    const [first, off, last] = [new AbortController(), new AbortController(), AbortSignal.abort()];
    const running = single.run(GOOD, first.signal);
    const waiting = single.run(faulty("fault_exit"), off.signal);
    off.abort();
    expect(await waiting).toMatchObject({ error: { code: "unavailable", detail: "the task was called off" } });
    expect(await single.run(faulty("fault_exit"), last)).toMatchObject({ error: { code: "unavailable" } });
    expect((await running).ok).toBeTrue();
    first.abort();
    expect((await single.run(GOOD)).ok).toBeTrue();
    expect(single.pids).toEqual(pids);
  });

  test("leaves its children alone with the signals of a terminal", async () => {
    await pool.run(GOOD);
    const { pids } = pool;
    for (const pid of pids) for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.kill(pid, signal);
    for (const ran of await Promise.all([GOOD, GOOD, GOOD].map((task) => pool.run(task)))) expect(ran.ok).toBeTrue();
    expect(pool.pids).toEqual(pids);
  });
});

describe("a task that takes its child with it", () => {
  test.each<[string, Partial<PoolSettings>, object]>([
    ["fault_loop", { jobTimeoutMs: 400 }, { code: "timeout", detail: "the job took longer than a job may: 0.4 s" }],
    ["fault_memory", { jobMemoryMb: 300 }, { code: "memory", detail: "the job needed more memory than a job may: 300 MiB" }],
    ["fault_exit", {}, { code: "crash", detail: "the process that ran it died: exit code 7" }],
  ])("%s is told from others, and the next one runs on a new child", async (strategy, changes, error) => {
    await using single = disposable(createPool(settings(changes)));
    expect((await single.run(GOOD)).ok).toBeTrue();
    const [{ pids }, before] = [single, childrenOf(single)];
    const [bad, next] = await Promise.all([single.run(faulty(strategy)), single.run(GOOD)]);
    expect(bad).toMatchObject({ ok: false, error });
    expect(next.ok).toBeTrue();
    expect(single.pids).not.toEqual(pids);
    expect(before.filter(isAlive)).toEqual([]);
  });

  test("a child killed from outside is a crash", async () => {
    await using single = disposable(createPool(settings()));
    await single.run(GOOD);
    const running = single.run(faulty("fault_loop"));
    for (const pid of single.pids) process.kill(pid, "SIGKILL");
    expect(await running).toMatchObject({ error: { code: "crash", detail: "the process that ran it died: signal SIGKILL" } });
    expect((await single.run(GOOD)).ok).toBeTrue();
  });

  test("a bug does not", async () => {
    await pool.run(GOOD);
    const { pids } = pool;
    expect(await pool.run(faulty("fault_throw"))).toMatchObject({ ok: false, error: { code: "internal" } });
    expect(pool.pids).toEqual(pids);
  });
});

describe("children", () => {
  test("are replaced when they have done their share", async () => {
    await using single = disposable(createPool(settings({ recycleAfterTasks: 2 })));
    const seen = new Set<number>();
    for (let k = 0; k < 5; k++) {
      expect((await single.run(GOOD)).ok).toBeTrue();
      for (const pid of single.pids) seen.add(pid);
    }
    expect(seen.size).toBeGreaterThanOrEqual(2);
  });

  test("are nothing to start by hand", async () => {
    const program = fileURLToPath(new URL("./child.ts", import.meta.url));
    const child = Bun.spawn([process.execPath, program], { stdout: "ignore", stderr: "pipe" });
    expect(await child.stderr.text()).toContain("started by the pool");
    expect(await child.exited).toBe(2);
  });

  test("end with their parent, also when it is killed while they are busy", async () => {
    const program = `
      import { createPool } from ${JSON.stringify(fileURLToPath(new URL("./pool.ts", import.meta.url)))};
      const pool = createPool(${JSON.stringify(settings({ size: 2 }))});
      const task = ${JSON.stringify(faulty("fault_loop"))};
      await pool.run(${JSON.stringify(GOOD)});
      void pool.run(task);
      console.log(JSON.stringify(pool.pids));`;
    const parent = Bun.spawn([process.execPath, "-e", program], { stdout: "pipe" });
    const { value } = await parent.stdout.getReader().read();
    const pids: number[] = JSON.parse(new TextDecoder().decode(value));
    const children = pids.map(processName);
    expect(children.map(isAlive)).toEqual([true, true]);
    parent.kill("SIGKILL");
    await eventually(() => !children.some(isAlive));
  });

  test("end when the pool is closed, after what runs had its time", async () => {
    const closed = createPool(settings());
    await closed.run(GOOD);
    const [running, waiting] = [closed.run(GOOD), closed.run(GOOD)];
    const children = childrenOf(closed);
    const closing = closed.close(20_000);
    expect(await closed.run(GOOD)).toMatchObject({ error: { code: "unavailable" } });
    expect((await running).ok).toBeTrue();
    expect(await waiting).toMatchObject({ error: { code: "unavailable" } });
    await closing;
    expect(children.filter(isAlive)).toEqual([]);
  });

  test("end at the close with what takes longer than its time", async () => {
    const closed = createPool(settings());
    await closed.run(GOOD);
    const stuck = closed.run(faulty("fault_loop"));
    const children = childrenOf(closed);
    await closed.close(50);
    expect(await stuck).toMatchObject({ error: { code: "unavailable" } });
    expect(children.filter(isAlive)).toEqual([]);
    await closed.close(50);
  });
});

function disposable(opened: ChildPool) {
  return Object.assign(opened, { [Symbol.asyncDispose]: () => opened.close(0) });
}
