import { describe, expect, test } from "bun:test";
import { appError } from "../errors.ts";
import type { JobState } from "./job.ts";
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
    expect(machine.giveUp(queued, 4, NOW, PROBLEM, true)).toBeUndefined();
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
    expect(machine.giveUp(running, attempt, NOW, PROBLEM, false)).toBeUndefined();
    expect(machine.release(running, attempt)).toBeUndefined();
  });

  test("is finished and renewed by its attempt, also after the lease, as long as nobody noticed", () => {
    expect(machine.finish(running, 5)).toEqual({ status: "completed", attempt: 5 });
    expect(machine.renew(running, 5, NOW + 2 * LEASE, LEASE)).toEqual({ ...running, leaseUntilMs: NOW + 3 * LEASE });
  });

  test("that is given up waits one second after the first try, four after the second, and fails after the third", () => {
    const after = (tries: number) => machine.giveUp({ ...running, tries }, 5, NOW, PROBLEM, true);
    expect(after(1)).toEqual({ status: "queued", attempt: 5, tries: 1, readyAtMs: NOW + 1000 });
    expect(after(2)).toEqual({ status: "queued", attempt: 5, tries: 2, readyAtMs: NOW + 4000 });
    expect(after(3)).toEqual({ status: "failed", attempt: 5, problem: PROBLEM });
  });

  test("fails at the first try where another would not help", () => {
    expect(machine.giveUp({ ...running, tries: 1 }, 5, NOW, PROBLEM, false)).toEqual({
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
    machine.giveUp(state, 5, NOW, PROBLEM, true),
    machine.release(state, 5),
    machine.cancel(state),
    machine.expire(state, NOW + 2 * LEASE),
    machine.orphan(state),
  ]).toEqual(new Array(8).fill(undefined));
});
