import { expect, test } from "bun:test";
import { fail } from "../../core/errors.ts";
import type { ComputePool, Task } from "../compute/task.ts";
import { pacedPool } from "./paced-pool.ts";

const BACKTEST: Task = {
  ...{ kind: "backtest", jobId: "", curveText: false, createdAtMs: 0, nowMs: 0, request: "" },
  bars: { kind: "sample", symbol: "" },
};
const SWEEP: Task = { kind: "sweep", sweepId: "", createdAtMs: 0, nowMs: 0, request: "", bars: BACKTEST.bars };

/** One child that runs tasks one after the other, each for as long as the next of these times says. */
function open(times: number[], task = BACKTEST) {
  let nowMs = 1000;
  let load = 0;
  let last = Promise.resolve();
  const pool: ComputePool = {
    size: 1,
    get load() {
      return load;
    },
    ready: Promise.resolve(),
    async run() {
      load++;
      const before = last;
      const { promise, resolve } = Promise.withResolvers<void>();
      last = promise;
      await before;
      // Whoever waited for the one before has looked at the clock by then.
      await Bun.sleep(0);
      nowMs += times.shift() ?? 0;
      load--;
      resolve();
      return fail("unavailable", "nothing is run here");
    },
    close: async () => {},
  };
  const paced = pacedPool(pool, () => nowMs);
  return { paced, runAll: async () => Promise.all(times.slice().map(() => paced.run(task))) };
}

test("two backtests a child are at hand as long as nothing is known of them", () => {
  expect(open([]).paced.ahead).toBe(2);
});

test("so many are at hand that a child has work for 50 ms, 8 at most", async () => {
  const { paced, runAll } = open(Array.from({ length: 60 }, () => 12.4));
  await runAll();
  expect(paced.ahead).toBe(4);
  const short = open(Array.from({ length: 60 }, () => 1));
  await short.runAll();
  expect(short.paced.ahead).toBe(8);
});

test("one long backtest is enough for few to be at hand", async () => {
  const { paced, runAll } = open([...Array.from({ length: 60 }, () => 1), 1000]);
  await runAll();
  expect(paced.ahead).toBe(2);
});

test("what runs grids says nothing of backtests", async () => {
  const times = Array.from({ length: 60 }, () => 1);
  const { paced, runAll } = open(times);
  await runAll();
  times.push(5000);
  await paced.run(SWEEP);
  expect(paced.ahead).toBe(8);
});

test("it is the pool in everything else", async () => {
  const { paced } = open([]);
  expect([paced.size, paced.load]).toEqual([1, 0]);
  await paced.ready;
  expect(await paced.run(BACKTEST)).toMatchObject({ ok: false, error: { code: "unavailable" } });
  await paced.close(0);
});
