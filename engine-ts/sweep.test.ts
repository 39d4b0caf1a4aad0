import { describe, expect, test } from "bun:test";
import type { Engine } from "../core/engine/contract.ts";
import { someBars } from "../core/indicators/generated-bars.ts";
import { rates } from "../core/metrics/rates.ts";
import { sweepRequest } from "../core/run/test-sweep.ts";
import type { SweepTask } from "../core/sweep/sweeper.ts";
import { loadEngineWasm } from "../engine-wasm/load.ts";
import { engineTs } from "./engine.ts";
import { plainSweeper } from "./sweep.ts";

function taskOf(bars: number, from: number, fields: object): SweepTask {
  const { strategy, direction, grid, execution } = sweepRequest(fields);
  const settings = { execution: { ...execution, splits: [] }, rates: rates(0.02, 0, 252) };
  return { bars: someBars(5, bars), from, strategy, direction, grid, ...settings };
}

const engines: [string, () => Promise<Engine>][] = [
  ["ts", async () => engineTs],
  ["wasm", loadEngineWasm],
];
/** Long enough for several turns of the event loop. */
const LONG = taskOf(1000, 0, { strategy: "momentum", params: { lookback: { from: 1, to: 1200 } } });

describe.each(engines)("the plain sweeper of %s", (name, load) => {
  test("is named as its engine, and has one thread", async () => {
    const engine = await load();
    using sweeper = plainSweeper(engine);
    expect([sweeper.name, sweeper.version, sweeper.threads]).toEqual([name as "ts", engine.version, 1]);
  });

  test("finds the same as the other engine, bit for bit", async () => {
    const fields = { strategy: "rsi_reversion", direction: "both", stop_loss: 0.03, commission: 0.001 };
    const params = { period: [2, 5, 14], lower: { from: 20, to: 40, step: 2.5 }, upper: [60, 70] };
    const task = taskOf(300, 40, { ...fields, params });
    const trials = await plainSweeper(await load()).sweep(task);
    expect(trials).toEqual(await plainSweeper(engineTs).sweep(task));
    expect(trials).toMatchObject({ bars: 260, kernel: "plain", recomputed: 0 });
    expect(trials?.trades.some((count) => count > 5)).toBe(true);
  });

  test("gives a trial whose window needs more bars than there are no trades", async () => {
    const trials = await plainSweeper(await load()).sweep(
      taskOf(30, 0, { strategy: "momentum", params: { lookback: [5, 29, 30, 5000] } }),
    );
    expect([...trials!.fills].map((count) => count > 0)).toEqual([true, false, false, false]);
    expect([...trials!.totalReturn.subarray(2)]).toEqual([0, 0]);
  });
});

describe("a sweep under way", () => {
  test("tells how far it is, and lets other work go on", async () => {
    const told: number[] = [];
    let turns = 0;
    const timer = setInterval(() => turns++);
    await plainSweeper(engineTs).sweep(LONG, { onProgress: (done, total) => told.push(done, total) });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
    expect(told).toEqual([0, 1200, 499, 1200, 998, 1200, 1200, 1200]);
  });

  test("ends when it is aborted, before or meanwhile", async () => {
    const sweeper = plainSweeper(engineTs);
    expect(await sweeper.sweep(LONG, { signal: AbortSignal.abort() })).toBeUndefined();
    const controller = new AbortController();
    const told: number[] = [];
    const aborted = sweeper.sweep(LONG, {
      signal: controller.signal,
      onProgress: (done) => {
        told.push(done);
        setTimeout(() => controller.abort());
      },
    });
    expect(await aborted).toBeUndefined();
    expect(told.at(-1)).toBeLessThan(1200);
  });

  test("runs the plain kernel alone", async () => {
    const sweeper = plainSweeper(engineTs);
    expect((await sweeper.sweep({ ...LONG, kernel: "plain" }))?.kernel).toBe("plain");
    expect(sweeper.sweep({ ...LONG, kernel: "sorted" })).rejects.toThrow(RangeError);
  });
});
