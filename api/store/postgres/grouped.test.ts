import { describe, expect, test } from "bun:test";
import type { UserId } from "../../../core/jobs/job.ts";
import { until } from "../../test-until.ts";
import { type GroupLimits, grouped } from "./grouped.ts";

const ANN = "ann" as UserId;
const BEN = "ben" as UserId;

interface Op {
  readonly name: string;
  done(value: string): void;
}

/** Operations that fail as told, each time with the next of its errors, and what was carried out together. */
function open(errors: Readonly<Record<string, readonly (Error | null)[]>> = {}, limits: Partial<GroupLimits> = {}) {
  const batches: string[][] = [];
  const left = new Map(Object.entries(errors).map(([name, list]) => [name, [...list]]));
  let gate = Promise.resolve();
  const group = grouped<Op>({ atOnce: 1, patienceMs: 1000, most: 4, waitMs: 1000, ...limits }, async (user, ops) => {
    batches.push([user, ...ops.map(({ name }) => name)]);
    await gate;
    for (const { name, done } of ops) {
      const error = left.get(name)?.shift() ?? null;
      if (error !== null) throw error;
      done(`${name} done`);
    }
  });
  return {
    batches,
    close: () => group.close(),
    add: (name: string, user = ANN) => group.add<string>(user, (done) => ({ name, done })),
    /** Holds what begins from now on until it is called again. */
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
  };
}

const sqlError = (code: string) => Object.assign(new Error(`failed with ${code}`), { code });

describe("operations of a user", () => {
  test("that come in one turn share a transaction, and those that come meanwhile the next", async () => {
    const { add, batches, hold } = open();
    const release = hold();
    const first = [add("a"), add("b")];
    await Bun.sleep(1);
    const second = [add("c"), add("d"), add("e")];
    await Bun.sleep(1);
    expect(batches).toEqual([["ann", "a", "b"]]);
    release();
    expect(await Promise.all([...first, ...second])).toEqual(["a done", "b done", "c done", "d done", "e done"]);
    expect(batches).toEqual([
      ["ann", "a", "b"],
      ["ann", "c", "d", "e"],
    ]);
  });

  test("that come while one is under way share the next, though another user's is begun beside it", async () => {
    const { add, batches, hold } = open({}, { atOnce: 2 });
    const release = hold();
    const all = [add("a")];
    await Bun.sleep(1);
    all.push(add("b"), add("x", BEN));
    await Bun.sleep(1);
    all.push(add("c"));
    await Bun.sleep(1);
    expect(batches).toEqual([
      ["ann", "a"],
      ["ben", "x"],
    ]);
    release();
    await Promise.all(all);
    expect(batches.slice(2)).toEqual([["ann", "b", "c"]]);
  });

  test("do not wait long for one that is under way", async () => {
    const { add, batches, hold } = open({}, { atOnce: 2, patienceMs: 1 });
    const release = hold();
    const all = [add("a")];
    await until(() => batches.length === 1);
    all.push(add("b"));
    await until(() => batches.length === 2);
    release();
    expect(await Promise.all(all)).toEqual(["a done", "b done"]);
  });

  test("are not mixed with another user's, who need not wait for all of them", async () => {
    const { add, batches } = open({}, { most: 2 });
    await Promise.all([...["a", "b", "c", "d", "e"].map((name) => add(name)), add("x", BEN)]);
    expect(batches).toEqual([
      ["ann", "a", "b"],
      ["ben", "x"],
      ["ann", "c", "d"],
      ["ann", "e"],
    ]);
  });

  test("that fail do so alone: the others are carried out one by one", async () => {
    const wrong = sqlError("23514");
    const { add, batches } = open({ b: [wrong, wrong] });
    const settled = await Promise.allSettled([add("a"), add("b"), add("c")]);
    expect(settled).toEqual([
      { status: "fulfilled", value: "a done" },
      { status: "rejected", reason: wrong },
      { status: "fulfilled", value: "c done" },
    ]);
    expect(batches).toEqual([
      ["ann", "a", "b", "c"],
      ["ann", "a"],
      ["ann", "b"],
      ["ann", "c"],
    ]);
  });

  test.each(["40P01", "40001", "23505", "23503"])("are tried once more after %s, and no more than that", async (code) => {
    const { add, batches } = open({ a: [sqlError(code)], b: [sqlError(code), sqlError(code)] });
    expect(await add("a")).toBe("a done");
    expect(add("b")).rejects.toThrow(`failed with ${code}`);
    await Bun.sleep(1);
    expect(batches).toEqual([
      ["ann", "a"],
      ["ann", "a"],
      ["ann", "b"],
      ["ann", "b"],
    ]);
  });

  test.each(["CONNECTION_CLOSED", "ECONNREFUSED", "57P01"])("are not done again after %s: they may have been", async (code) => {
    const { add, batches } = open({ a: [sqlError(code)] });
    const settled = await Promise.allSettled([add("a"), add("b")]);
    expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(batches).toEqual([["ann", "a", "b"]]);
    expect(await add("c")).toBe("c done");
  });

  test("whose turn does not come in time are rejected, and never begun", async () => {
    const { add, batches, hold } = open({}, { waitMs: 20 });
    const release = hold();
    const first = add("a");
    await Bun.sleep(1);
    expect(add("b")).rejects.toThrow("the database did not get to this within 20 ms");
    await Bun.sleep(40);
    release();
    expect(await first).toBe("a done");
    expect(await add("c")).toBe("c done");
    expect(batches).toEqual([
      ["ann", "a"],
      ["ann", "c"],
    ]);
  });

  test("are ended when it is closed, and refused afterwards", async () => {
    const { add, close } = open();
    const all = Promise.all(["a", "b", "c", "d", "e"].map((name) => add(name)));
    await close();
    expect(await all).toHaveLength(5);
    expect(add("f")).rejects.toThrow("the store is closed");
    await open().close();
  });
});
