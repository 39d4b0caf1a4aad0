import { describe, expect, test } from "bun:test";
import { appError } from "../../core/errors.ts";
import type { ChildEvents, ChildProcess } from "./child-process.ts";
import { ChildPool } from "./pool.ts";
import { taskFor } from "./test-tasks.ts";

const SETTINGS = {
  size: 1,
  jobTimeoutMs: 1000,
  jobMemoryMb: 1024,
  child: { database: { kind: "sqlite", path: "" }, engine: "auto", faults: false },
} as const;

/** Children that do at their start what they are told to. */
function poolOf(onStart: (events: ChildEvents, starts: number) => void) {
  const logged: unknown[] = [];
  let starts = 0;
  const launch = (_: unknown, events: ChildEvents): ChildProcess => {
    starts++;
    queueMicrotask(() => onStart(events, starts));
    return { pid: 1, send: () => true, kill: () => undefined, exited: Promise.resolve() };
  };
  const pool = new ChildPool({ ...SETTINGS, log: (entry) => logged.push(entry) }, launch);
  return { pool, logged, starts: () => starts };
}

describe("a pool whose children die as they start", () => {
  test("tries again with pauses, then answers what waits and what comes with the reason", async () => {
    const { pool, logged, starts } = poolOf((events) => events.ended("exit code 3"));
    const error = { code: "unavailable", detail: "processes that run jobs die as they start: exit code 3" };
    const waiting = [pool.run(taskFor({})), pool.run(taskFor({}))];
    expect(pool.trouble).toBeNull();
    for (const ended of await Promise.all(waiting)) expect(ended).toMatchObject({ ok: false, error });
    expect(starts()).toBe(3);
    expect(await pool.run(taskFor({}))).toMatchObject({ ok: false, error });
    expect(pool.trouble).toMatchObject(error);
    expect(logged).toHaveLength(3);
    await pool.close(0);
    await Bun.sleep(500);
    expect(starts()).toBe(3);
  });

  test("treats those that die before their first task alike", async () => {
    const { pool, starts } = poolOf((events) => {
      events.ready();
      queueMicrotask(() => events.ended("signal SIGKILL"));
    });
    for (let k = 0; k < 200 && pool.trouble === null; k++) await Bun.sleep(10);
    expect(pool.trouble?.detail).toContain("signal SIGKILL");
    expect(starts()).toBe(3);
    await pool.close(0);
  });

  test("tells the reason that a child gave itself", async () => {
    const given = appError("unavailable", "engine-wasm does not load: no file");
    const { pool } = poolOf((events) => {
      events.unfit(given);
      events.ended("exit code 0");
    });
    expect(await pool.run(taskFor({}))).toEqual({ ok: false, error: given });
    await pool.close(0);
  });

  test("works again as soon as one starts", async () => {
    const { pool } = poolOf((events, starts) => (starts <= 3 ? events.ended("signal SIGILL") : events.ready()));
    expect((await pool.run(taskFor({}))).ok).toBeFalse();
    for (let k = 0; k < 200 && pool.trouble !== null; k++) await Bun.sleep(10);
    expect(pool.trouble).toBeNull();
    await pool.close(0);
  });
});

test("settings that make no sense are refused", () => {
  expect(() => new ChildPool({ ...SETTINGS, size: 0 })).toThrow("at least 1 child: got 0");
  expect(() => new ChildPool({ ...SETTINGS, jobTimeoutMs: 0 })).toThrow("jobTimeoutMs 0");
});
