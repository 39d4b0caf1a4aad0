import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { engineTs } from "../../engine-ts/engine.ts";
import { plainSweeper } from "../../engine-ts/sweep.ts";
import { loadSweeper } from "../../engine-wasm/sweep/sweeper.ts";
import type { Bars } from "../bars.ts";
import { type AppError, appError, fail } from "../errors.ts";
import { someBars, withoutBars } from "../indicators/generated-bars.ts";
import { uniforms } from "../random.ts";
import type { SweepRequest } from "../requests/sweep.ts";
import { ok, type Result } from "../result.ts";
import { type StrategyName, strategies } from "../strategies/registry.ts";
import { type SweptBlock, splitSweep, type TrialBlock } from "../sweep/blocks.ts";
import type { Sweeper } from "../sweep/sweeper.ts";
import { SWEEP_KERNELS, type SweepKernel } from "../sweep/trials.ts";
import { runSweep, type SweepPorts, type SweepRun } from "./sweep.ts";
import { collectSweep, runOrSplitSweep, runSweepPart } from "./sweep-parts.ts";
import { pricedAt, providerOf, weekdayBars } from "./test-run.ts";
import { sweepRequest } from "./test-sweep.ts";

const PLAIN = plainSweeper(engineTs);
const NAMES = Object.keys(strategies) as StrategyName[];
const SPLITS: TrialBlock[] = [
  { first: 0, count: 2 },
  { first: 2, count: 3 },
  { first: 5, count: 1 },
];

/** Grids that every kernel of a strategy has something to do with. */
const PARAMS: Readonly<Partial<Record<StrategyName, object>>> = {
  ma_crossover: { fast: { from: 1, to: 12 }, slow: { from: 2, to: 13 }, average: ["sma", "ema", "wma"] },
  rsi_reversion: { period: [2, 5, 14], lower: [20, 30, 50], upper: [50, 60, 100] },
  bollinger_reversion: { period: [2, 5, 20], multiplier: [0.5, 1, 2] },
  bollinger_breakout: { multiplier: [0.5, 1, 2], period: [2, 5, 20] },
  macd_crossover: { fast: [2, 5], slow: [8, 26], signal: [2, 9] },
  donchian_breakout: { entry: [2, 5, 20], exit: [1, 3, 10] },
  momentum: { lookback: { from: 1, to: 9 } },
  supertrend: { atr_period: [1, 3, 10], multiplier: [0.5, 1, 3] },
};

/** Few pairs of many windows. */
const THIN = { slow: { from: 10, to: 30 }, fast: [3, 5] };

let wasm: Sweeper;
beforeAll(async () => {
  wasm = await loadSweeper(PLAIN, 1, () => performance.now());
});
afterAll(() => wasm[Symbol.dispose]());

function portsFor(bars: Bars, request: SweepRequest, sweeper: Sweeper, changes: Partial<SweepPorts> = {}): SweepPorts {
  const provider = providerOf(bars, request.adjusted);
  return { provider, engine: engineTs, sweeper, nowMs: Date.UTC(2030, 0, 1), ...changes };
}

/** What must be there. */
function given<T>(result: Result<T, AppError> | undefined): T {
  if (result === undefined) throw new Error("it was aborted");
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

/** Blocks drawn from a seed. */
function drawnBlocks(seed: number, trials: number): TrialBlock[] {
  const next = uniforms(seed);
  const blocks: TrialBlock[] = [];
  for (let first = 0; first < trials; ) {
    const count = Math.min(trials - first, 1 + Math.floor(next() * trials));
    blocks.push({ first, count });
    first += count;
  }
  return blocks;
}

async function inParts(request: SweepRequest, blocks: readonly TrialBlock[], ports: SweepPorts): Promise<SweepRun> {
  const swept: Result<SweptBlock, AppError>[] = [];
  for (const block of blocks) swept.push(ok(given(await runSweepPart(request, block, ports))));
  return given(await collectSweep(request, each(swept), ports));
}

/** Everything that a run holds, its doubles as bytes. */
function bitsOf(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(bitsOf);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, bitsOf(part)]));
}

describe("a sweep in parts", () => {
  for (const name of NAMES) {
    test(`is the sweep in one piece to the bit, by every kernel, however it is split: ${name}`, async () => {
      const ran = new Set<SweepKernel>();
      for (let seed = 1; seed <= 8; seed++) {
        const bars = withoutBars(someBars(seed, 130 + 40 * seed), seed % 2 === 0 ? [40, 41, 90] : []);
        const params = name === "ma_crossover" && seed % 3 === 1 ? THIN : (PARAMS[name] ?? {});
        const walked = { direction: "both", stop_loss: 0.05, commission_fixed: 1 };
        const request = sweepRequest({
          ...{
            strategy: name,
            params,
            commission: 0.001,
            slippage: 0.0005,
            risk_free: seed % 3 === 0 ? 0.02 : 0,
          },
          ...(seed % 4 === 0 ? walked : {}),
          ...{ overfitting: seed === 5 ? "none" : "full", objective: seed === 7 ? "volatility_ann" : "sharpe" },
        });
        for (const sweeper of [PLAIN, wasm]) {
          const ports = portsFor(bars, request, sweeper);
          const whole = given(await runSweep(request, ports));
          const parted = await inParts(request, drawnBlocks(seed, request.grid.trials), ports);
          ran.add(parted.trials.kernel);
          expect(bitsOf(parted)).toEqual(bitsOf(whole));
        }
      }
      expect([...ran].sort()).toEqual(
        SWEEP_KERNELS.filter((kernel) => kernel !== "sorted" || name === "ma_crossover").toSorted(),
      );
    });
  }

  test("counts the trials that were left to single runs over all its parts", async () => {
    // Returns of some 1e-8 have lost most of their digits in the sums of a kernel.
    const bars = weekdayBars(pricedAt(Array.from({ length: 60 }, (_, i) => 100 + 1e-6 * Math.sin(i / 3))));
    const request = sweepRequest({ strategy: "ma_crossover", params: { fast: { from: 2, to: 9 }, slow: { from: 10, to: 20 } } });
    const ports = portsFor(bars, request, wasm);
    const whole = given(await runSweep(request, ports));
    expect(whole.trials.recomputed).toBeGreaterThan(0);
    const parted = await inParts(request, splitSweep(request.grid.trials, 1, 10), ports);
    expect(parted.trials.recomputed).toBe(whole.trials.recomputed);
  });
});

describe("a part of a sweep", () => {
  const bars = someBars(1, 30);
  const request = sweepRequest({ strategy: "momentum", params: { lookback: { from: 1, to: 6 } } });

  test("may cost and take what it costs and takes itself", async () => {
    const sweeper = { ...PLAIN, memory: () => ({ aTrial: 1000, aBar: 0, besides: 0 }) };
    const limits = { mostBarTrials: 90, mostBytes: 3000 };
    expect(await runSweep(request, portsFor(bars, request, sweeper, limits))).toMatchObject({ error: { code: "too_costly" } });
    const part = (count: number, changes: object) =>
      runSweepPart(request, { first: 1, count }, portsFor(bars, request, sweeper, { ...limits, ...changes }));
    expect(given(await part(3, {})).trials.trades).toHaveLength(3);
    expect(await part(3, { mostBarTrials: 89 })).toMatchObject({
      error: { code: "too_costly", detail: expect.stringContaining("3 trials x 30 bars = 90, the limit is 89") },
    });
    expect(await part(3, { mostBytes: 2999 })).toMatchObject({
      error: { code: "too_costly", detail: expect.stringContaining("1000 bytes x 3 trials") },
    });
  });

  test("tells how many of its own trials are done, and is undefined when it was aborted", async () => {
    const told: (readonly [number, number])[] = [];
    const block = { first: 2, count: 4 };
    await runSweepPart(
      request,
      block,
      portsFor(bars, request, PLAIN, { hooks: { onProgress: (...step) => void told.push(step) } }),
    );
    expect(told).toEqual([
      [0, 4],
      [4, 4],
    ]);
    const aborted = portsFor(bars, request, PLAIN, { hooks: { signal: AbortSignal.abort() } });
    expect(await runSweepPart(request, block, aborted)).toBeUndefined();
  });

  test("is one of the grid, on bars with prices", async () => {
    expect(runSweepPart(request, { first: 4, count: 3 }, portsFor(bars, request, PLAIN))).rejects.toThrow(RangeError);
    const none = portsFor(withoutBars(bars, [...bars.close.keys()]), request, PLAIN);
    expect(await runSweepPart(request, { first: 0, count: 3 }, none)).toMatchObject({ error: { code: "no_data" } });
  });
});

describe("collecting a sweep", () => {
  const bars = someBars(1, 30);
  const request = sweepRequest({ strategy: "momentum", params: { lookback: { from: 1, to: 6 } }, risk_free: 0.01 });
  const ports = portsFor(bars, request, PLAIN);
  const swept = async () => {
    const parts = [];
    for (const block of SPLITS) parts.push(given(await runSweepPart(request, block, ports)));
    return parts;
  };

  test("takes every block once, in grid order", async () => {
    const [first, second, third] = await swept();
    const collect = (...blocks: readonly (SweptBlock | undefined)[]) =>
      collectSweep(request, each(blocks.flatMap((block) => (block === undefined ? [] : [ok(block)]))), ports);
    expect((await collect(first, second, third)).ok).toBe(true);
    for (const wrong of [[], [first, second], [second, third], [first, third, second], [first, first, second, third]])
      expect(collect(...wrong)).rejects.toThrow(RangeError);
  });

  test("fails with what a block fails with, and asks for no more", async () => {
    const [first] = await swept();
    let asked = 0;
    async function* blocks() {
      for (const block of [ok(first!), fail("not_found", "there is no second part"), ok(first!)]) {
        asked++;
        yield block;
      }
    }
    const error = appError("not_found", "there is no second part");
    expect(await collectSweep(request, blocks(), ports)).toEqual({ ok: false, error });
    expect(asked).toBe(2);
  });

  test("that would take too much memory, or that has no bars, is refused before a block is asked for", async () => {
    const untouched: AsyncIterable<never> = {
      [Symbol.asyncIterator]: () => {
        throw new Error("a block was asked for");
      },
    };
    // (12 + 32 + 11) doubles and 4 places a trial, 17 doubles copied, 32 sums in excess of a rate; 300 bytes a bar; 50,000 trials of 1,000 bytes.
    const most = 6 * (55 * 8 + 16 + 17 * 8 + 256) + 30 * 300 + 50e6;
    expect((await collectSweep(request, each((await swept()).map(ok)), { ...ports, mostBytes: most })).ok).toBe(true);
    expect(await collectSweep(request, untouched, { ...ports, mostBytes: most - 1 })).toMatchObject({
      error: { code: "too_costly" },
    });
    const later = sweepRequest({ strategy: "momentum", start: "2020-01-01" });
    expect(await collectSweep(later, untouched, ports)).toMatchObject({ error: { code: "no_data" } });
  });
});

describe("a sweep that may be split", () => {
  const bars = someBars(1, 30);
  const request = sweepRequest({ strategy: "momentum", params: { lookback: { from: 1, to: 6 } } });
  const runOrSplit = (most: number, changes: Partial<SweepPorts> = {}, asked = request) =>
    runOrSplitSweep(asked, most, portsFor(bars, asked, PLAIN, changes));

  test("is run where it is small enough, or one trial", async () => {
    const whole = given(await runSweep(request, portsFor(bars, request, PLAIN)));
    const ran = given(await runOrSplit(6 * 30));
    expect(ran.kind === "run" && bitsOf(ran.run)).toEqual(bitsOf(whole));
    expect(given(await runOrSplit(1, {}, sweepRequest({}))).kind).toBe("run");
    expect(await runOrSplit(1e9, { hooks: { signal: AbortSignal.abort() } })).toBeUndefined();
  });

  test("tells its blocks where it is larger, and runs nothing", async () => {
    const sweeper = {
      ...PLAIN,
      sweep: () => {
        throw new Error("it ran");
      },
    };
    expect(given(await runOrSplit(6 * 30 - 1, { sweeper }))).toEqual({
      kind: "blocks",
      blocks: [
        { first: 0, count: 3 },
        { first: 3, count: 3 },
      ],
    });
  });

  test("is split into larger blocks where its kernel keeps averages in order", async () => {
    const asked = { strategy: "ma_crossover", params: { fast: { from: 1, to: 12 }, slow: { from: 2, to: 13 } } };
    const [pairs, stopped] = [sweepRequest(asked), sweepRequest({ ...asked, stop_loss: 0.5 })];
    const blocksAt = async (most: number, grid: SweepRequest, sweeper: Sweeper) => {
      const found = given(await runOrSplit(most, { sweeper }, grid));
      return found.kind === "run" ? 1 : found.blocks.length;
    };
    expect(pairs.grid.trials).toBe(78);
    expect(await Promise.all([pairs, stopped].map((grid) => blocksAt(39 * 30, grid, wasm)))).toEqual([1, 2]);
    expect(await blocksAt(13 * 30, pairs, wasm)).toBe(2);
    expect(await blocksAt(20 * 30, pairs, PLAIN)).toBe(4);
  });

  test("is refused where it costs too much in all, or could not be collected", async () => {
    const costly = { error: { code: "too_costly" } };
    expect(await runOrSplit(100, { mostBarTrials: 6 * 30 - 1 })).toMatchObject(costly);
    expect(await runOrSplit(100, { mostBytes: 40e6 })).toMatchObject(costly);
    expect(await runOrSplit(1e9, { mostBytes: 1000 })).toMatchObject(costly);
    const none = portsFor(withoutBars(bars, [...bars.close.keys()]), request, PLAIN);
    expect(await runOrSplitSweep(request, 100, none)).toMatchObject({ error: { code: "no_data" } });
  });
});
