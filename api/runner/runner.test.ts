import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Registry } from "prom-client";
import { appError, fail } from "../../core/errors.ts";
import { isFinal, type Job, type JobId, type JobKind } from "../../core/jobs/job.ts";
import type { JobStore } from "../../core/jobs/store.ts";
import type { BarProvider } from "../../core/ports.ts";
import { ok } from "../../core/result.ts";
import { sampleProvider } from "../../data/sample.ts";
import { FAULTS } from "../compute/faults.ts";
import { createPool } from "../compute/pool.ts";
import { jobIds, LOCAL_USER } from "../ids.ts";
import { createServiceMetrics } from "../metrics.ts";
import type { JobEvent } from "../parts.ts";
import { isDeadProcess, processName } from "../process-name.ts";
import { openSqlite } from "../store/sqlite.ts";
import { createRunner } from "./runner.ts";

const nowMs = () => Date.now();
const newId = jobIds(nowMs);
const noNetwork: BarProvider = { bars: async () => fail("provider", "the provider is down") };
const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const act of cleanUp.splice(0).reverse()) await act();
});

/** A store in a folder of its own and runners on it; all are ended after the test. */
function service() {
  const folder = mkdtempSync(join(tmpdir(), "backgrid-runner-"));
  const path = join(folder, "backgrid.sqlite");
  const opened = openSqlite({ path, synchronous: "normal", clock: nowMs });
  if (!opened.ok) throw new Error(opened.error.detail);
  const { jobs, bars } = opened.value;
  cleanUp.push(async () => {
    await jobs.close();
    rmSync(folder, { recursive: true });
  });
  const logged: Readonly<Record<string, unknown>>[] = [];
  const runner = async (
    yahoo: BarProvider = noNetwork,
    worker = processName(),
    leaseMs = 30_000,
    broken: Partial<JobStore> = {},
  ) => {
    const pool = createPool({
      ...{ size: 1, jobTimeoutMs: 1500, jobMemoryMb: 1024 },
      child: { database: { kind: "sqlite", path }, engine: "ts", faults: true },
    });
    const metrics = createServiceMetrics(new Registry());
    const made = createRunner({
      ...{
        jobs: { ...jobs, ...broken },
        pool,
        yahoo,
        faults: FAULTS,
        worker,
        leaseMs,
        nowMs,
        metrics,
        isDead: isDeadProcess,
        log: (entry) => void logged.push(entry),
      },
    });
    cleanUp.push(() => made.stop(0));
    await made.start();
    return made;
  };
  const accept = async (fields: object, source: Job["bars"]["source"] = "sample", kind: JobKind = "backtest") => {
    const request = { symbol: "SAMPLE-TREND", source, strategy: "ma_crossover", start: "2020-01-01", ...fields };
    const id = newId();
    await jobs.accept(
      LOCAL_USER,
      {
        ...{ id, kind, createdAtMs: nowMs(), symbol: request.symbol, strategy: request.strategy },
        ...{ request: JSON.stringify(request), bars: { source, hash: null } },
      },
      null,
      null,
    );
    return { user: LOCAL_USER, id, kind };
  };
  const stateOf = async (id: JobId) => (await jobs.find(LOCAL_USER, id))?.state;
  return { jobs, bars, runner, accept, stateOf, logged };
}

describe("a job that was rung for", () => {
  test("completes, and whoever waits gets the texts of its answer", async () => {
    const { runner, accept, jobs } = service();
    const { ring, wait } = await runner();
    const ref = await accept({});
    ring(ref, true);
    const finished = await wait(ref, 10_000);
    expect(finished?.state.status).toBe("completed");
    const result = await jobs.result(ref.user, ref.id);
    expect(result?.head).toBe(finished?.head ?? "");
    expect(finished?.curveText).toStartWith('"equity_curve":[{"time":"2020-01-01","equity":10000,');
  });

  test("tells its states to a listener, the end last", async () => {
    const { runner, accept } = service();
    const { ring, wait, subscribe } = await runner();
    const ref = await accept({});
    const events: JobEvent[] = [];
    subscribe(ref, (event) => events.push(event));
    ring(ref, false);
    await wait(ref, 10_000);
    expect(events).toEqual([
      { kind: "state", status: "running", attempt: 1 },
      { kind: "end", status: "completed" },
    ]);
  });

  test("fails with the reason of its run", async () => {
    const { runner, accept } = service();
    const { ring, wait } = await runner();
    const ref = await accept({ params: { fast: 100, slow: 5000 } });
    ring(ref, true);
    expect((await wait(ref, 10_000))?.state).toMatchObject({ status: "failed", problem: { code: "no_data" } });
  });

  test("fails with the provider's reason where its bars cannot be fetched", async () => {
    const { runner, accept } = service();
    const { ring, wait } = await runner();
    const ref = await accept({ symbol: "AAPL" }, "yahoo");
    ring(ref, true);
    expect((await wait(ref, 10_000))?.state).toMatchObject({
      status: "failed",
      problem: { code: "provider", detail: "the provider is down" },
    });
  });

  test("runs on fetched bars, which stay to be run on again", async () => {
    const { runner, accept, jobs, bars } = service();
    const yahoo: BarProvider = {
      async bars(query) {
        const sample = await sampleProvider.bars({ ...query, symbol: "SAMPLE-VOL" });
        if (!sample.ok) return sample;
        return ok({
          raw: sample.value.raw,
          origin: { ...sample.value.origin, source: "yahoo", symbol: query.symbol, note: "fetched" },
        });
      },
    };
    const { ring, wait } = await runner(yahoo);
    const ref = await accept({ symbol: "AAPL" }, "yahoo");
    ring(ref, true);
    const finished = await wait(ref, 10_000);
    expect(JSON.parse(finished?.head ?? "{}").data).toMatchObject({ source: "yahoo", note: "fetched" });
    const hash = (await jobs.find(ref.user, ref.id))?.bars.hash ?? "";
    expect((await bars.get(hash))?.length).toBeGreaterThan(0);
  });

  test.each([
    ["fault_loop", "timeout"],
    ["fault_throw", "internal"],
  ])("%s ends it with %s, and the next one runs", async (strategy, code) => {
    const { runner, accept } = service();
    const { ring, wait } = await runner();
    const [bad, good] = [await accept({ strategy }), await accept({})];
    ring(bad, true);
    ring(good, true);
    expect((await wait(bad, 15_000))?.state).toMatchObject({ status: "failed", attempt: 1, problem: { code } });
    expect((await wait(good, 15_000))?.state.status).toBe("completed");
  });

  test("is tried three times when its process dies, and then failed as a crash", async () => {
    const { runner, accept } = service();
    const { ring, wait } = await runner();
    const ref = await accept({ strategy: "fault_exit" });
    ring(ref, true);
    expect((await wait(ref, 20_000))?.state).toMatchObject({ status: "failed", attempt: 3, problem: { code: "crash" } });
  }, 25_000);

  test("that is cancelled while it runs ends at once and leaves no result", async () => {
    const { runner, accept, jobs, stateOf } = service();
    const { ring, wait, cancelled, subscribe } = await runner();
    const ref = await accept({ strategy: "fault_loop" });
    const running = new Promise((resolve) => subscribe(ref, resolve));
    ring(ref, true);
    const waiting = wait(ref, 10_000);
    await running;
    expect(await jobs.cancel(ref.user, ref.id)).toBe("cancelled");
    cancelled(ref);
    expect((await waiting)?.state.status).toBe("cancelled");
    expect(await jobs.result(ref.user, ref.id)).toBeUndefined();
    expect((await stateOf(ref.id))?.status).toBe("cancelled");
  });
});

describe("a sweep", () => {
  test("completes, tells its progress while it runs, and leaves its answer and its trials", async () => {
    const { runner, accept, jobs } = service();
    const { ring, wait, subscribe, progress } = await runner();
    const ref = await accept({ params: { fast: [5, 10], slow: [20, 30] } }, "sample", "sweep");
    const told: unknown[] = [];
    subscribe(ref, (event) => {
      if (event.kind === "progress") told.push([event.done, event.total], progress(ref));
    });
    ring(ref, true);
    const finished = await wait(ref, 10_000);
    expect(finished).toMatchObject({ state: { status: "completed" }, trades: null, curveText: null });
    expect((await jobs.sweep(ref.user, ref.id))?.head).toBe(finished?.head ?? "");
    expect((await jobs.trials(ref.user, ref.id))?.grid.trials).toBe(4);
    expect(await Promise.all(told.slice(0, 2))).toEqual([[0, 4], { done: 0, total: 4 }]);
    expect(await progress(ref)).toBeNull();
  });

  test("keeps no other job waiting but while it runs itself, however many of them and of walk-forwards there are", async () => {
    const { runner, accept, stateOf } = service();
    const { ring, wait } = await runner();
    const sweeps = [];
    for (const kind of ["sweep", "walk_forward", "sweep", "walk_forward"] as const) {
      sweeps.push(await accept({ strategy: "fault_loop" }, "sample", kind));
    }
    const job = await accept({});
    for (const ref of [...sweeps, job]) ring(ref, false);
    expect((await wait(job, 15_000))?.state.status).toBe("completed");
    const states = await Promise.all(sweeps.map(async ({ id }) => (await stateOf(id))?.status));
    expect(states.slice(2)).toEqual(["queued", "queued"]);
  });
});

describe("a walk-forward", () => {
  test("completes, tells its progress while it runs, and leaves its answer and its curve", async () => {
    const { runner, accept, jobs } = service();
    const { ring, wait, subscribe, progress } = await runner();
    const fields = { params: { fast: [5, 10], slow: [20, 30] }, in_sample_bars: 500, out_of_sample_bars: 400 };
    const ref = await accept(fields, "sample", "walk_forward");
    const told: unknown[] = [];
    subscribe(ref, (event) => {
      if (event.kind === "progress") told.push([event.done, event.total], progress(ref));
    });
    ring(ref, true);
    const finished = await wait(ref, 10_000);
    expect(finished).toMatchObject({ state: { status: "completed" }, trades: null, curveText: null });
    expect((await jobs.walkForward(ref.user, ref.id))?.head).toBe(finished?.head ?? "");
    expect((await jobs.curve(ref.user, ref.id))?.equity).toHaveLength(805);
    expect(await Promise.all(told.slice(0, 2))).toEqual([[0, 12], { done: 0, total: 12 }]);
  });
});

describe("a job that nobody rang for", () => {
  test("is found in the store at the start", async () => {
    const { runner, accept } = service();
    const ref = await accept({});
    const { wait } = await runner();
    expect((await wait(ref, 10_000))?.state.status).toBe("completed");
  });

  test("is found when the process that held it is dead, long before its lease is over", async () => {
    const { runner, accept, jobs, stateOf } = service();
    const ref = await accept({});
    const dead = Bun.spawn(["sleep", "60"]);
    const name = processName(dead.pid);
    await jobs.take(ref.user, ref.id, name, 3_600_000);
    dead.kill("SIGKILL");
    await dead.exited;
    const { wait } = await runner();
    await wait(ref, 10_000);
    expect(await stateOf(ref.id)).toEqual({ status: "completed", attempt: 2 });
  });
});

test("leases are renewed while a job runs longer than they last", async () => {
  const { runner, accept } = service();
  const { ring, wait } = await runner(noNetwork, processName(), 300);
  const ref = await accept({ strategy: "fault_loop" });
  ring(ref, true);
  expect((await wait(ref, 15_000))?.state).toMatchObject({ status: "failed", attempt: 1, problem: { code: "timeout" } });
});

test("what runs at a stop is handed back and completes after the next start", async () => {
  const { runner, accept, stateOf } = service();
  const first = await runner();
  const ref = await accept({});
  const slow = await accept({ strategy: "fault_loop" });
  first.ring(slow, false);
  first.ring(ref, false);
  while ((await stateOf(slow.id))?.status !== "running") await Bun.sleep(5);
  await first.stop(0);
  expect((await stateOf(ref.id))?.status).toBe("queued");
  expect(await stateOf(slow.id)).toMatchObject({ status: "queued", attempt: 1, tries: 0 });
  const second = await runner();
  await second.wait(ref, 10_000);
  const state = await stateOf(ref.id);
  expect(state !== undefined && isFinal(state) && state.status).toBe("completed");
});

test("a wait ends with its time or its caller's leave", async () => {
  const { runner, accept } = service();
  const { wait } = await runner();
  const ref = { user: LOCAL_USER, id: newId() };
  await accept({});
  expect(await wait(ref, 20)).toBeUndefined();
  const leave = new AbortController();
  const waiting = wait(ref, 60_000, leave.signal);
  leave.abort();
  expect(await waiting).toBeUndefined();
});

describe("where the store fails", () => {
  test("a job that cannot be taken waits for its next turn", async () => {
    const { runner, accept, jobs, logged } = service();
    let failures = 1;
    const take: JobStore["take"] = (...args) => (failures-- > 0 ? Promise.reject(new Error("disk full")) : jobs.take(...args));
    const { ring, wait } = await runner(noNetwork, processName(), 30_000, { take });
    const ref = await accept({});
    ring(ref, true);
    expect((await wait(ref, 10_000))?.state.status).toBe("completed");
    expect(logged).toContainEqual({ level: "error", message: "could not take a job: disk full", job_id: ref.id });
  });

  test("a job whose outcome cannot be written is tried again", async () => {
    const { runner, accept, jobs, stateOf } = service();
    let failures = 1;
    const finish: JobStore["finish"] = (...args) =>
      failures-- > 0 ? Promise.reject(new Error("disk full")) : jobs.finish(...args);
    const { ring, wait } = await runner(noNetwork, processName(), 30_000, { finish });
    const ref = await accept({});
    ring(ref, true);
    expect((await wait(ref, 10_000))?.state.status).toBe("completed");
    expect(await stateOf(ref.id)).toEqual({ status: "completed", attempt: 2 });
  });

  test("looking after jobs goes on, and the log says that it failed", async () => {
    const { runner, accept, jobs, logged } = service();
    let failures = 1;
    const due: JobStore["due"] = (...args) => (failures++ === 2 ? Promise.reject(new Error("busy")) : jobs.due(...args));
    const { wait } = await runner(noNetwork, processName(), 30_000, { due });
    const ref = await accept({});
    expect((await wait(ref, 10_000))?.state.status).toBe("completed");
    expect(logged).toContainEqual({ level: "error", message: "looking for waiting jobs failed: busy" });
  });
});

test("work whose lease was lost is called off, and its outcome is not written", async () => {
  const { runner, accept, stateOf } = service();
  const { ring, subscribe } = await runner(noNetwork, processName(), 150, { renew: async () => false });
  const ref = await accept({ strategy: "fault_loop" });
  const running = new Promise((resolve) => subscribe(ref, resolve));
  ring(ref, false);
  await running;
  for (let k = 0; k < 300 && (await stateOf(ref.id))?.attempt !== 2; k++) await Bun.sleep(10);
  expect(await stateOf(ref.id)).toMatchObject({ attempt: 2 });
});

test("who waits for a job that ends in another process is told", async () => {
  const { runner, accept, jobs } = service();
  const { wait } = await runner();
  const ref = await accept({});
  await jobs.take(ref.user, ref.id, processName(), 60_000);
  const waiting = wait(ref, 10_000);
  await jobs.giveUp(ref.user, ref.id, 1, appError("no_data", "there is none"), false);
  expect((await waiting)?.state).toMatchObject({ status: "failed", problem: { code: "no_data" } });
});
