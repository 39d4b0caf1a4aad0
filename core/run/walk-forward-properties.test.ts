import { describe, expect, test } from "bun:test";
import { engineTs } from "../../engine-ts/engine.ts";
import { plainSweeper } from "../../engine-ts/sweep.ts";
import { loadEngineWasm } from "../../engine-wasm/load.ts";
import { loadSweeper } from "../../engine-wasm/sweep/sweeper.ts";
import { type Bars, sliceBars } from "../bars.ts";
import { randomRun } from "../engine/random-run.ts";
import { differences, someBars, withFutureChanged, withoutBars } from "../indicators/generated-bars.ts";
import { uniforms } from "../random.ts";
import { parseBacktest } from "../requests/backtest.ts";
import { paramsOf } from "../sweep/grid.ts";
import type { Sweeper } from "../sweep/sweeper.ts";
import { TRIAL_COLUMNS, type TrialColumn } from "../sweep/table.ts";
import { runBacktest } from "./backtest.ts";
import { providerOf } from "./test-run.ts";
import { sweepOf } from "./test-sweep.ts";
import { walkForwardOf } from "./test-walk-forward.ts";

const PLAIN = { engine: engineTs, sweeper: plainSweeper(engineTs) };
const NOW_MS = Date.UTC(2030, 0, 1);

const GRIDS = [
  { strategy: "ma_crossover", params: { fast: [2, 3, 5, 8], slow: [4, 8, 13], average: ["sma", "ema"] } },
  { strategy: "rsi_reversion", params: { period: [2, 5], lower: [30, 45] } },
  { strategy: "donchian_breakout", params: { entry: [2, 5, 12], exit: [2, 4] } },
  { strategy: "bollinger_breakout", params: { period: [5, 10], multiplier: [0.5, 1.5] } },
  { strategy: "momentum", params: { lookback: [1, 3, 9, 30] } },
];

/** What a walk-forward and the runs that it is made of share, and how it is cut, drawn from a seed. */
function drawn(seed: number) {
  const next = uniforms(seed);
  const pick = <T>(...choices: readonly T[]): T => choices[Math.floor(next() * choices.length)]!;
  const n = 80 + Math.floor(next() * 80);
  const missing = Array.from({ length: n }, (_, i) => i).filter(() => next() < 0.03);
  const inSampleBars = 15 + Math.floor(next() * 20);
  const { strategy, params } = GRIDS[seed % GRIDS.length]!;
  const shared = {
    ...{ strategy, direction: pick("long", "short", "both"), fill: pick("next_open", "close"), slippage: pick(0, 0.002) },
    ...{ commission: pick(0, 0.001), commission_fixed: pick(0, 5), fractional: pick(true, false) },
    ...{ sizing: pick({ type: "percent_equity", value: 1 }, { type: "shares", value: 30 }), stop_loss: pick(null, 0.01) },
    ...{ close_at_end: pick(true, false), risk_free: pick(0, 0.03), mar: pick(0, 0.01), year_basis: pick("bars", "calendar") },
    periods_per_year: pick(252, 100),
  };
  const cut = {
    ...{ mode: pick("rolling", "anchored"), in_sample_bars: inSampleBars, out_of_sample_bars: 5 + Math.floor(next() * 15) },
    ...{ purge_bars: pick(0, 0, 3), embargo_bars: pick(0, 0, 4) },
  };
  const objective = pick<TrialColumn>("sharpe", "total_return", "calmar", "profit_factor", "volatility_ann");
  const warmup = pick(0, 10);
  return { bars: withoutBars(someBars(seed, n), missing), shared, params, cut, objective, warmup };
}

const day = (bars: Bars, i: number) => new Date(bars.timeMs[i]!).toISOString().slice(0, 10);

describe("a walk-forward", () => {
  test("chooses the best of a sweep over the in-sample bars alone, and its curve is the single runs of what it chose", async () => {
    let compared = 0;
    let flat = 0;
    for (let seed = 0; seed < 40; seed++) {
      const { bars, shared, params, cut, objective, warmup } = drawn(seed);
      const range = sliceBars(bars, warmup, bars.close.length);
      const fields = { ...shared, ...cut, params, objective, warmup, start: day(bars, warmup) };
      const run = await walkForwardOf(bars, fields, PLAIN);
      let at = 0;
      for (const { choice, inSample, outOfSample, outOfSampleFigures } of run.folds) {
        const window = sliceBars(range, inSample.from, inSample.to);
        const { table, order } = await sweepOf(window, { ...shared, params, objective, overfitting: "none" }, PLAIN.sweeper);
        const best = Number.isNaN(table.columns[objective][order[0]!]) ? null : order[0]!;
        expect(choice?.trial ?? null).toBe(best);
        const length = outOfSample.to - outOfSample.from;
        const cash = run.curve[at]!;
        const got = run.curve.subarray(at + 1, at + 1 + length);
        at += length;
        if (best === null) {
          flat++;
          expect([...got]).toEqual(new Array(length).fill(cash));
          continue;
        }
        expect(TRIAL_COLUMNS.filter((name) => !Object.is(choice?.figures[name], table.columns[name][best]))).toEqual([]);
        const asked = parseBacktest({
          ...{ symbol: "TEST", ...shared, params: paramsOf(table.grid, best), initial_cash: cash, warmup: 1_000_000 },
          ...{ start: day(range, outOfSample.from), end: day(range, outOfSample.to - 1) },
        });
        if (!asked.ok) throw new Error(asked.error.detail);
        const single = await runBacktest(asked.value, { provider: providerOf(bars), engine: engineTs, nowMs: NOW_MS });
        if (!single.ok) {
          expect(single.error.code).toBe("no_data");
          expect([...got]).toEqual(new Array(length).fill(cash));
          continue;
        }
        compared++;
        expect(differences(got, single.value.simulation.equity)).toEqual([]);
        const { metrics } = single.value;
        expect(TRIAL_COLUMNS.filter((name) => !Object.is(outOfSampleFigures[name], metrics[name]))).toEqual([]);
      }
      expect(at).toBe(run.curve.length - 1);
    }
    expect(compared).toBeGreaterThan(150);
    expect(flat).toBeGreaterThan(0);
  });

  test("knows nothing of what comes: bars after an in-sample window change neither its choice nor its figures, those after a fold nothing of it", async () => {
    let changed = 0;
    for (let seed = 0; seed < 60; seed++) {
      const { bars, shared, params, cut, objective } = drawn(seed);
      const fields = { ...shared, ...cut, params, objective };
      const before = await walkForwardOf(bars, fields, PLAIN);
      const k = seed % before.folds.length;
      const last = before.folds[k]!.inSample.to - 1;
      const after = await walkForwardOf(withFutureChanged(bars, last, seed + 1), fields, PLAIN);
      expect(after.folds.slice(0, k + 1).map(({ choice }) => choice)).toEqual(
        before.folds.slice(0, k + 1).map(({ choice }) => choice),
      );
      const past = before.folds.filter(({ outOfSample }) => outOfSample.to <= last + 1);
      expect(after.folds.slice(0, past.length)).toEqual(past);
      const seen = Math.max(0, last + 1 - before.folds[0]!.outOfSample.from);
      expect(differences(after.curve.subarray(0, seen + 1), before.curve.subarray(0, seen + 1))).toEqual([]);
      if (differences(after.curve, before.curve).length > 0) changed++;
    }
    expect(changed).toBeGreaterThan(30);
  });
});

/** A sweeper whose figures are off by up to 1e-9 of themselves, as those of a kernel may be; single runs are exact. */
function inexact(seed: number): Sweeper {
  const next = uniforms(seed);
  const sweep: Sweeper["sweep"] = async (task, hooks) => {
    const trials = await PLAIN.sweeper.sweep(task, hooks);
    if (trials === undefined || task.kernel === "plain") return trials;
    const off = (x: number) => x * (1 + (next() - 0.5) * 2e-9);
    return { ...trials, kernel: "sparse", totalReturn: trials.totalReturn.map(off), sharpe: trials.sharpe.map(off) };
  };
  return { ...PLAIN.sweeper, sweep };
}

describe("the same walk-forward by other kernels", () => {
  test("chooses the same though figures differ in their last digits", async () => {
    // Prices that stand still for many bars: entries at different bars come to the same.
    const closes = Array.from({ length: 120 }, (_, i) => 100 + [0, 4, 4, 1, 7][Math.floor(i / 6) % 5]!);
    const flat = { ...someBars(1, 120), ...{ open: Float64Array.from(closes), high: Float64Array.from(closes) } };
    const bars = { ...flat, low: Float64Array.from(closes), close: Float64Array.from(closes) };
    const params = { lookback: { from: 1, to: 20 } };
    const fields = { strategy: "momentum", params, in_sample_bars: 30, out_of_sample_bars: 10 };
    for (const objective of ["total_return", "sharpe", "cagr"]) {
      const exact = await walkForwardOf(bars, { ...fields, objective }, PLAIN);
      for (let seed = 1; seed <= 8; seed++) {
        const other = await walkForwardOf(bars, { ...fields, objective }, { engine: engineTs, sweeper: inexact(seed) });
        expect(other.resultHash).toBe(exact.resultHash);
      }
    }
  });

  test("is the same by WebAssembly, to the hash", async () => {
    const engine = await loadEngineWasm();
    using sweeper = await loadSweeper(plainSweeper(engine), 1, () => performance.now());
    const kernels = new Set<string>();
    const told: Sweeper = {
      ...{ name: "wasm", version: sweeper.version, threads: 1, memory: (task) => sweeper.memory(task) },
      findWinners: sweeper.findWinners,
      [Symbol.dispose]: () => undefined,
      sweep: async (task, hooks) => {
        const trials = await sweeper.sweep(task, hooks);
        kernels.add(trials?.kernel ?? "none");
        return trials;
      },
    };
    for (let seed = 0; seed < 40; seed++) {
      const { shared, params, cut, objective } = drawn(seed);
      const { bars } = seed % 2 === 0 ? randomRun(seed, 140) : drawn(seed);
      const usual = { strategy: shared.strategy, commission: shared.commission, risk_free: shared.risk_free };
      const fields = { ...(seed % 3 === 0 ? shared : usual), ...cut, params, objective };
      const plain = await walkForwardOf(bars, fields, PLAIN);
      const wasm = await walkForwardOf(bars, fields, { engine, sweeper: told });
      expect(wasm.resultHash).toBe(plain.resultHash);
      expect(wasm.metrics).toEqual(plain.metrics);
    }
    expect([...kernels].sort()).toEqual(["dense", "plain", "sorted", "sparse"]);
  });
});
