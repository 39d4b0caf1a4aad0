import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { JobId, UserId } from "../../core/jobs/job.ts";
import type { PartReader } from "../../core/jobs/store.ts";
import { engineTs } from "../../engine-ts/engine.ts";
import { decodeBlock } from "../store/part-blob.ts";
import type { ChildPool } from "./pool.ts";
import { runAnyTask } from "./run-any-task.ts";
import { runSweepPartTask } from "./run-sweep-part-task.ts";
import { runSweepTask } from "./run-sweep-task.ts";
import type { SweepParts } from "./sweep-ports.ts";
import { rememberingParser } from "./sweep-requests.ts";
import type { SplitOutput, SweepPartTask, SweepTask, SweptOutput, TaskResult } from "./task.ts";
import { NOW_MS, plainPool, someStoredBars, sweepFor, sweepPartsOf, sweptBy, temporaryStore } from "./test-tasks.ts";

const USER = "018bcfe5-6800-7000-8000-000000000001" as UserId;
const STORED = someStoredBars();
/** 12 trials on 300 bars. */
const GRID = { params: { fast: [2, 5, 10, 15], slow: [20, 30, 40] }, source: "dataset", start: null };
const SWEEP = sweepFor(GRID, STORED.task);
const HALF = 6 * 300;

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

function partTask({ first, count }: SplitOutput["blocks"][number], task: SweepTask = SWEEP): SweepPartTask {
  const { createdAtMs, nowMs, request, bars } = task;
  return { kind: "sweep_part", createdAtMs, nowMs, request, bars, first, count };
}

function blocksOf(result: TaskResult<"sweep">): SplitOutput["blocks"] {
  if (!result.ok || !("blocks" in result.value)) throw new Error("the sweep was not split");
  return result.value.blocks;
}

/** Parts as a store keeps them. */
function keptParts() {
  const kept = new Map<string, Uint8Array>();
  const reader: PartReader = {
    async partOutput(user, id) {
      const trials = kept.get(id);
      return user !== USER || trials === undefined ? undefined : { trials };
    },
  };
  return { kept, reader, parts: { user: USER, ids: ["a", "b"] as JobId[] } };
}

/** The sweep run in two parts, the second begun a second after the first. */
async function inTwoParts() {
  const { kept, reader, parts } = keptParts();
  const blocks = blocksOf(await runSweepTask({ ...SWEEP, splitAbove: HALF }, partsOf(), ignored));
  for (const [k, block] of blocks.entries()) {
    const task = { ...partTask(block), nowMs: NOW_MS + 1000 * k };
    const output = await runSweepPartTask(task, partsOf(), ignored);
    if (!output.ok) throw new Error(output.error.detail);
    kept.set(parts.ids[k]!, output.value.trials);
  }
  return { kept, reader, parts };
}

const timeless = ({ head, ...output }: SweptOutput) => ({
  ...output,
  head: { ...JSON.parse(head), runtime_seconds: 0, trials_per_second: 0 },
});

describe("a sweep task that may be split", () => {
  test("tells its blocks where the sweep is larger, and else runs it", async () => {
    const blocks = [
      { first: 0, count: 6 },
      { first: 6, count: 6 },
    ];
    expect(blocksOf(await runSweepTask({ ...SWEEP, splitAbove: HALF }, partsOf(), ignored))).toEqual(blocks);
    const whole = sweptBy(await runSweepTask({ ...SWEEP, splitAbove: 2 * HALF }, partsOf(), ignored));
    expect(timeless(whole)).toEqual(timeless(sweptBy(await runSweepTask(SWEEP, partsOf(), ignored))));
  });

  test("is refused before it is split, for what it would be refused for later", async () => {
    const codeOf = async (task: SweepTask, changes: Partial<SweepParts> = {}) => {
      const output = await runSweepTask({ ...task, splitAbove: HALF }, partsOf(changes), ignored);
      return output.ok ? "ok" : output.error.code;
    };
    expect(await codeOf(SWEEP, { mostBarTrials: 2 * HALF - 1 })).toBe("too_costly");
    expect(await codeOf(SWEEP, { mostBytes: 1e6 })).toBe("too_costly");
    expect(await codeOf(SWEEP, { vault: { get: async () => undefined } })).toBe("not_found");
    expect(await codeOf(sweepFor({ params: { fast: 0 } }))).toBe("invalid_request");
  });
});

describe("the parts of a sweep", () => {
  test("are collected into what the sweep leaves that is run in one piece", async () => {
    const { reader, parts } = await inTwoParts();
    const collected = sweptBy(await runSweepTask({ ...SWEEP, parts }, partsOf({ partReader: reader }), ignored));
    expect(timeless(collected)).toEqual(timeless(sweptBy(await runSweepTask(SWEEP, partsOf(), ignored))));
  });

  test("took from the beginning of the first of them to the end of the collection", async () => {
    const { reader, parts } = await inTwoParts();
    const runtimeOf = async (nowMs: number) => {
      const output = await runSweepTask({ ...SWEEP, nowMs, parts }, partsOf({ partReader: reader }), ignored);
      return JSON.parse(sweptBy(output).head).runtime_seconds;
    };
    expect(await runtimeOf(NOW_MS + 5000)).toBeWithin(5, 15);
    // By the clock of another machine.
    expect(await runtimeOf(NOW_MS - 60_000)).toBeWithin(0, 10);
  });

  test("must all be there", async () => {
    const { kept, reader, parts } = await inTwoParts();
    const collect = (from: PartReader, asked = parts) =>
      runSweepTask({ ...SWEEP, parts: asked }, partsOf({ partReader: from }), ignored);
    const missing = { code: "not_found", detail: "the part b of the sweep is not stored here (any more)" };
    kept.delete("b");
    expect(await collect(reader)).toMatchObject({ ok: false, error: missing });
    expect(collect(reader, { ...parts, ids: parts.ids.slice(0, 1) })).rejects.toThrow(RangeError);
    const broken = { partOutput: () => Promise.reject(new Error("it was closed")) };
    const unavailable = { code: "unavailable", detail: "the store does not answer: it was closed" };
    expect(await collect(broken)).toMatchObject({ ok: false, error: unavailable });
  });

  test("fail with what is wrong with bars, request, sweeper or cost", async () => {
    const codeOf = async (changes: Partial<SweepParts>, task = SWEEP) => {
      const output = await runSweepPartTask(partTask({ first: 3, count: 4 }, task), partsOf(changes), ignored);
      return output.ok ? decodeBlock(output.value.trials).trials.trades.length : output.error.code;
    };
    expect(await codeOf({ mostBarTrials: 4 * 300 })).toBe(4);
    expect(await codeOf({ mostBarTrials: 4 * 300 - 1 })).toBe("too_costly");
    expect(await codeOf({ mostBytes: 1000 })).toBe("too_costly");
    expect(await codeOf({ vault: { get: async () => undefined } })).toBe("not_found");
    expect(await codeOf({}, sweepFor({ params: { fast: 0 } }))).toBe("invalid_request");
    const broken = { code: "unavailable", detail: "no engine", findings: [] } as const;
    expect(await codeOf({ sweeper: async () => ({ ok: false, error: broken }) })).toBe("unavailable");
  });
});

describe("a child with a part of a sweep", () => {
  test("gives the same as the task done in this process, and tells its progress", async () => {
    const task = partTask({ first: 3, count: 4 });
    const told: (readonly [number, number])[] = [];
    const there = await pool.run(task, undefined, (...step) => void told.push(step));
    const here = await runSweepPartTask(task, partsOf(), ignored);
    if (!there.ok || !here.ok) throw new Error("a part failed");
    expect(there.value).toEqual({ kind: "sweep_part", trials: new Uint8Array(here.value.trials) });
    expect(decodeBlock(there.value.trials)).toMatchObject({ first: 3, startedMs: NOW_MS });
    expect(told[0]).toEqual([0, 4]);
  });

  test("is given to what runs parts by its kind alone", async () => {
    const task = partTask({ first: 0, count: 2 });
    const parts = { ...partsOf(), engine: engineTs, fallbackReason: null };
    const [any, part] = [await runAnyTask(task, parts, ignored), await runSweepPartTask(task, partsOf(), ignored)];
    if (!any.ok || !part.ok || any.value.kind !== "sweep_part") throw new Error("a part failed");
    expect(decodeBlock(any.value.trials).trials.sharpe.length).toBe(2);
    expect(any.value.trials.byteLength).toBe(part.value.trials.byteLength);
  });

  test("splits a sweep, and finds no parts where none are stored", async () => {
    expect(blocksOf(await pool.run({ ...SWEEP, splitAbove: HALF }))).toHaveLength(2);
    const { parts } = keptParts();
    expect(await pool.run({ ...SWEEP, parts })).toMatchObject({ ok: false, error: { code: "not_found" } });
  });

  test("makes a bug of a block that the grid does not have", async () => {
    const beyond = await pool.run(partTask({ first: 10, count: 4 }));
    expect(beyond).toMatchObject({
      ok: false,
      error: { code: "internal", detail: expect.stringContaining("no block of 4 from 10") },
    });
  });
});

test("the last request of a sweep is remembered, and another is read", () => {
  const parse = rememberingParser();
  const [first, again, other] = [SWEEP.request, SWEEP.request, sweepFor({}).request].map(parse);
  expect(again).toBe(first!);
  expect(other).not.toBe(first!);
  expect(parse(sweepFor({ params: { fast: 0 } }).request)).toMatchObject({ ok: false, error: { code: "invalid_request" } });
  expect(parse(SWEEP.request)).toMatchObject({ ok: true, value: { grid: { trials: 12 } } });
});
