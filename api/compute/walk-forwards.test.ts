import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { decodeCurve } from "../store/curve-blob.ts";
import type { ChildPool } from "./pool.ts";
import { runWalkForwardTask } from "./run-walk-forward-task.ts";
import type { SweepParts } from "./sweep-ports.ts";
import { NOW_MS, plainPool, someStoredBars, sweepPartsOf, taskFor, temporaryStore, walkForwardFor } from "./test-tasks.ts";

const SMALL = { params: { fast: [5, 10], slow: [20, 30, 40] } };
/** Some seconds of work for the plain sweeper, in many folds. */
const LONG = walkForwardFor({ start: "1990-01-01", params: { fast: { from: 1, to: 40 }, slow: { from: 41, to: 80 } } });
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
const timeless = (head: string) => ({ ...JSON.parse(head), runtime_seconds: 0, engine: null });

describe("a walk-forward task", () => {
  test("gives the answer without its curve, and the curve packed", async () => {
    const output = await runWalkForwardTask(walkForwardFor(SMALL), partsOf(), ignored);
    if (!output.ok) throw new Error(output.error.detail);
    const { head, headline, curve, resultHash } = output.value;
    const answer = JSON.parse(head);
    expect(answer).toMatchObject({
      walk_forward_id: "walk",
      created_at: new Date(NOW_MS - 1000).toISOString(),
      engine: { name: "ts", fallback_reason: "told so" },
      out_of_sample: { bars: 805, equity_curve: null },
      result_hash: resultHash,
    });
    expect(head.split('"equity_curve":null')).toHaveLength(2);
    const { sharpe, total_return, max_drawdown } = answer.out_of_sample.metrics;
    expect(headline).toEqual({ sharpe, totalReturn: total_return, maxDrawdown: max_drawdown });
    const { initialCash, daily, timeMs, equity } = decodeCurve(curve);
    expect([initialCash, daily, equity.length]).toEqual([10_000, true, 805]);
    expect(new Date(timeMs[0] ?? 0).toISOString().slice(0, 10)).toBe(answer.out_of_sample.from);
    expect((equity.at(-1) ?? 0) / 10_000 - 1).toBeCloseTo(total_return, 12);
  });

  test("runs on stored bars, and fails with what is wrong with bars, request, sweeper, cost or memory", async () => {
    const codeOf = async (fields: object, changes: Partial<SweepParts> = {}) => {
      const windows = { in_sample_bars: 100, out_of_sample_bars: 100, source: "dataset", start: null };
      const output = await runWalkForwardTask(walkForwardFor({ ...windows, ...fields }, STORED.task), partsOf(changes), ignored);
      return output.ok ? "ok" : output.error.code;
    };
    expect(await codeOf(SMALL)).toBe("ok");
    expect(await codeOf({ params: { fast: 0 } })).toBe("invalid_request");
    expect(await codeOf(SMALL, { vault: { get: async () => undefined } })).toBe("not_found");
    expect(await codeOf({ ...SMALL, in_sample_bars: 201 })).toBe("no_data");
    expect(await codeOf(SMALL, { mostBarTrials: 6 * 200 })).toBe("ok");
    expect(await codeOf(SMALL, { mostBarTrials: 6 * 200 - 1 })).toBe("too_costly");
    expect(await codeOf(SMALL, { mostBytes: 1000 })).toBe("too_costly");
    const broken = { code: "unavailable", detail: "no engine", findings: [] } as const;
    expect(await codeOf(SMALL, { sweeper: async () => ({ ok: false, error: broken }) })).toBe("unavailable");
  });
});

describe("a child with a walk-forward", () => {
  test("gives the same as the task done in this process", async () => {
    const task = walkForwardFor(SMALL);
    const [there, here] = [await pool.run(task), await runWalkForwardTask(task, partsOf(), ignored)];
    if (!there.ok || !here.ok) throw new Error("a walk-forward failed");
    expect({ ...there.value, head: timeless(there.value.head) }).toEqual({ ...here.value, head: timeless(here.value.head) });
  });

  test("tells its progress over all folds, and ends when it is called off", async () => {
    const off = new AbortController();
    const told: (readonly [number, number])[] = [];
    const walk = pool.run(LONG, off.signal, (done, total) => {
      told.push([done, total]);
      if (done > 1600) off.abort();
    });
    const next = pool.run(JOB);
    expect(await walk).toMatchObject({ ok: false, error: { code: "unavailable", detail: "the task was called off" } });
    expect((await next).ok).toBe(true);
    // 1600 trials on each of 35 folds.
    expect(told[0]).toEqual([0, 56_000]);
    expect(told.every(([done, total], k) => total === 56_000 && done >= (told[k - 1]?.[0] ?? 0))).toBe(true);
  });
});
