import { describe, expect, test } from "bun:test";
import { appError } from "../errors.ts";
import type { JobId, JobState } from "./job.ts";
import * as machine from "./machine.ts";

const NOW = 1_700_000_000_000;
const LEASE = 30_000;
const PROBLEM = appError("provider", "the provider does not answer");

const queued = { status: "queued", attempt: 4, tries: 1, readyAtMs: NOW } as const satisfies JobState;
const running = {
  status: "running",
  attempt: 5,
  tries: 2,
  leaseUntilMs: NOW + LEASE,
  worker: "12:34",
} as const satisfies JobState;
const FINAL: readonly JobState[] = [
  { status: "completed", attempt: 5 },
  { status: "failed", attempt: 5, problem: PROBLEM },
  { status: "cancelled", attempt: 5 },
];

describe("a queued job", () => {
  test("may be taken as soon as it is accepted, whatever the clock does afterwards", () => {
    expect(machine.take(machine.accept(), 0, "1:2", LEASE)).toEqual({
      status: "running",
      attempt: 1,
      tries: 1,
      leaseUntilMs: LEASE,
      worker: "1:2",
    });
  });

  test("is taken by the next attempt, which is one more try, at its time and not before", () => {
    expect(machine.take(queued, NOW - 1, "1:2", LEASE)).toBeUndefined();
    expect(machine.take(queued, NOW, "1:2", LEASE)).toMatchObject({ attempt: 5, tries: 2, leaseUntilMs: NOW + LEASE });
  });

  test("knows no attempt that could write", () => {
    expect(machine.finish(queued, 4)).toBeUndefined();
    expect(machine.renew(queued, 4, NOW, LEASE)).toBeUndefined();
    expect(machine.giveUp(queued, 4, NOW, PROBLEM, true, 0)).toBeUndefined();
    expect(machine.release(queued, 4)).toBeUndefined();
    expect(machine.orphan(queued)).toBeUndefined();
    expect(machine.expire(queued, NOW + LEASE)).toBeUndefined();
  });

  test("can be cancelled", () => {
    expect(machine.cancel(queued)).toEqual({ status: "cancelled", attempt: 4 });
  });
});

describe("a running job", () => {
  test("cannot be taken", () => {
    expect(machine.take(running, NOW + 2 * LEASE, "1:2", LEASE)).toBeUndefined();
  });

  test.each([4, 6])("does not listen to attempt %d when attempt 5 runs", (attempt) => {
    expect(machine.finish(running, attempt)).toBeUndefined();
    expect(machine.renew(running, attempt, NOW, LEASE)).toBeUndefined();
    expect(machine.giveUp(running, attempt, NOW, PROBLEM, false, 0)).toBeUndefined();
    expect(machine.release(running, attempt)).toBeUndefined();
  });

  test("is finished and renewed by its attempt, also after the lease, as long as nobody noticed", () => {
    expect(machine.finish(running, 5)).toEqual({ status: "completed", attempt: 5 });
    expect(machine.renew(running, 5, NOW + 2 * LEASE, LEASE)).toEqual({ ...running, leaseUntilMs: NOW + 3 * LEASE });
  });

  test("that is given up waits one second after the first try, four after the second, and fails after the third", () => {
    const after = (tries: number) => machine.giveUp({ ...running, tries }, 5, NOW, PROBLEM, true, 0);
    expect(after(1)).toEqual({ status: "queued", attempt: 5, tries: 1, readyAtMs: NOW + 1000 });
    expect(after(2)).toEqual({ status: "queued", attempt: 5, tries: 2, readyAtMs: NOW + 4000 });
    expect(after(3)).toEqual({ status: "failed", attempt: 5, problem: PROBLEM });
  });

  test("waits up to half as long again, by its jitter", () => {
    const readyAtMs = (jitter: number) => {
      const state = machine.giveUp({ ...running, tries: 2 }, 5, NOW, PROBLEM, true, jitter);
      return state?.status === "queued" ? state.readyAtMs : null;
    };
    expect([0, 0.5, 0.999].map(readyAtMs)).toEqual([NOW + 4000, NOW + 5000, NOW + 5998]);
  });

  test("fails at the first try where another would not help", () => {
    expect(machine.giveUp({ ...running, tries: 1 }, 5, NOW, PROBLEM, false, 0)).toEqual({
      status: "failed",
      attempt: 5,
      problem: PROBLEM,
    });
  });

  test("that is handed back has its try again, but not its attempt number", () => {
    expect(machine.release(running, 5)).toEqual({ status: "queued", attempt: 5, tries: 1, readyAtMs: 0 });
  });

  test("is queued again when its lease is over and not before, and fails with crash after the third try", () => {
    expect(machine.expire(running, NOW + LEASE - 1)).toBeUndefined();
    expect(machine.expire(running, NOW + LEASE)).toEqual({ status: "queued", attempt: 5, tries: 2, readyAtMs: 0 });
    expect(machine.expire({ ...running, tries: 3 }, NOW + LEASE)).toMatchObject({
      status: "failed",
      attempt: 5,
      problem: { code: "crash" },
    });
  });

  test("is handed on when its worker is known to be dead, which does not count as a try, but not for ever", () => {
    expect(machine.orphan(running)).toEqual({ status: "queued", attempt: 5, tries: 1, readyAtMs: 0 });
    expect(machine.orphan({ ...running, tries: 3 })).toMatchObject({ status: "queued", tries: 2 });
    expect(machine.orphan({ ...running, attempt: 99 })?.status).toBe("queued");
    expect(machine.orphan({ ...running, attempt: 100 })).toMatchObject({ status: "failed", problem: { code: "crash" } });
  });

  test("can be cancelled", () => {
    expect(machine.cancel(running)).toEqual({ status: "cancelled", attempt: 5 });
  });
});

test.each(FINAL)("nothing changes a job that is $status", (state) => {
  expect([
    machine.take(state, NOW, "1:2", LEASE),
    machine.renew(state, 5, NOW, LEASE),
    machine.finish(state, 5),
    machine.giveUp(state, 5, NOW, PROBLEM, true, 0),
    machine.release(state, 5),
    machine.cancel(state),
    machine.expire(state, NOW + 2 * LEASE),
    machine.orphan(state),
  ]).toEqual(new Array(8).fill(undefined));
});

describe("a sweep that is run in parts", () => {
  const parted = machine.split(running, 5)!;

  test("is split by the attempt that holds it alone, and runs on under a lease that does not end", () => {
    expect(machine.split(running, 4)).toBeUndefined();
    expect(parted).toMatchObject({ status: "running", attempt: 5, tries: 2 });
    expect(machine.isSplit(parted)).toBe(true);
    expect(machine.isSplit(running)).toBe(false);
    expect(machine.expire(parted, Date.UTC(9999, 0, 1))).toBeUndefined();
    expect(machine.take(parted, NOW, "w", LEASE)).toBeUndefined();
  });

  test("listens no more to the attempt that split it", () => {
    expect(machine.renew(parted, 5, NOW, LEASE)).toBeUndefined();
    expect(machine.finish(parted, 5)).toBeUndefined();
    expect(machine.giveUp(parted, 5, NOW, PROBLEM, true, 0)).toBeUndefined();
    expect(machine.release(parted, 5)).toBeUndefined();
    expect(machine.split(parted, 5)).toBeUndefined();
  });

  test("is queued to be collected without a try held against it, once", () => {
    const joined = machine.join(parted);
    expect(joined).toEqual({ status: "queued", attempt: 5, tries: 1, readyAtMs: 0 });
    expect(machine.join(joined!)).toBeUndefined();
    expect(machine.join(running)).toBeUndefined();
  });

  test("fails with the problem of a part, and can be cancelled", () => {
    expect(machine.failSplit(parted, PROBLEM)).toEqual({ status: "failed", attempt: 5, problem: PROBLEM });
    expect(machine.failSplit(running, PROBLEM)).toBeUndefined();
    expect(machine.cancel(parted)).toEqual({ status: "cancelled", attempt: 5 });
  });
});

test("the jitter of jobs is the same each time, differs by attempt, and fills all tenths of [0, 1) evenly", () => {
  const id = (n: number) => `018bcfe5-6800-7000-8000-${n.toString(16).padStart(12, "0")}` as JobId;
  const tenths = new Array<number>(10).fill(0);
  for (let n = 0; n < 1000; n++) {
    const jitter = machine.jitterOf(id(n), 1);
    expect(jitter).toBe(machine.jitterOf(id(n), 1));
    tenths[Math.floor(jitter * 10)]!++;
  }
  for (const count of tenths) expect(count).toBeWithin(60, 140);
  expect(machine.jitterOf(id(1), 1)).not.toBe(machine.jitterOf(id(1), 2));
});
