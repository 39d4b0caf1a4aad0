import { describe, expect, test } from "bun:test";
import { engineTs } from "../../engine-ts/engine.ts";
import { plainSweeper } from "../../engine-ts/sweep.ts";
import { loadEngineWasm } from "../../engine-wasm/load.ts";
import type { Bars } from "../bars.ts";
import { someBars, withoutBars } from "../indicators/generated-bars.ts";
import { rates } from "../metrics/rates.ts";
import { returnsOf } from "../metrics/returns.ts";
import { assess } from "../overfitting/assess.ts";
import { realityCheck } from "../overfitting/reality-check.ts";
import { findWinners } from "../overfitting/splits.ts";
import { superiorAbility } from "../overfitting/superior-ability.ts";
import { uniforms } from "../random.ts";
import { paramsOf } from "../sweep/grid.ts";
import { type Luck, MOST_SNOOPING_STEPS, snoopingSteps } from "./luck.ts";
import type { SweepRun } from "./sweep.ts";
import { type SweepAnswer, sweepAnswer } from "./sweep-answer.ts";
import { pricedAt, runOf, weekdayBars } from "./test-run.ts";
import { sweepAttempt, sweepFailure, sweepOf } from "./test-sweep.ts";

const PLAIN = plainSweeper(engineTs);
const RECEIPT = { sweepId: null, createdAtMs: 0, runtimeSeconds: 0.1, fallbackReason: null };
const PAIRS = { strategy: "ma_crossover", params: { fast: [2, 5, 10], slow: [12, 20, 40] } };
/** What holding has in common with a trial, and what it has not. */
const BASIS = { warmup: 30, start: "1970-02-10", risk_free: 0.03, commission: 0.001, slippage: 0.0005 };
const SETTINGS = {
  ...{ ...BASIS, direction: "both", sizing: { type: "percent_equity", value: 0.5 } },
  ...{ stop_loss: 0.02, take_profit: 0.05, close_at_end: true },
};
const HOLDING = { ...BASIS, strategy: "buy_and_hold" };

async function luckOf(bars: Bars, fields: object): Promise<Luck> {
  const { luck } = await sweepOf(bars, fields, PLAIN);
  if (luck === null) throw new Error("luck was not judged");
  return luck;
}

/** The returns of a single run. */
async function returnsAlone(bars: Bars, fields: object): Promise<Float64Array> {
  return returnsOf((await runOf(bars, fields, engineTs)).curve);
}

/** Every number of a judgement. */
const figuresOf = ({ verdict: _, resampling: __, snooping, ...figures }: Luck): number[] => [
  ...Object.values(figures).flat(),
  ...(snooping === null ? [] : [snooping.realityCheck, ...Object.values(snooping.spa)]),
];

describe("what luck has to do with the best trial", () => {
  const bars = withoutBars(someBars(5, 400), [70, 71, 200, 399]);

  test("is not told where it is not asked for, whatever else is", async () => {
    const { luck } = await sweepOf(bars, { ...PAIRS, overfitting: "none", snooping_tests: true }, PLAIN);
    expect(luck).toBeNull();
  });

  test.each([
    ["sharpe", 1],
    ["max_drawdown", 77],
  ])("is judged by the returns that the best by %s and holding have as single runs", async (objective, seed) => {
    const { table, trials, order, luck, periodsPerYear } = await sweepOf(bars, { ...PAIRS, ...SETTINGS, objective, seed }, PLAIN);
    const best = order[0]!;
    const returns = await returnsAlone(bars, { ...PAIRS, ...SETTINGS, params: paramsOf(table.grid, best) });
    const sweep = {
      ...{ table, trials, objective: objective as "sharpe", best, returns, holding: await returnsAlone(bars, HOLDING) },
      rates: rates(0.03, 0, periodsPerYear),
    };
    expect(luck).toEqual({ ...assess(sweep, { mode: "full", seed, findWinners }), snooping: null });
    expect(luck?.resampling.seed).toBe(seed);
    expect(luck?.probabilityOfBacktestOverfitting).not.toBeNaN();
  });

  test("has the probabilistic Sharpe ratio that the best trial has as a run", async () => {
    const { table, order, luck } = await sweepOf(bars, { ...PAIRS, ...SETTINGS }, PLAIN);
    const { metrics } = await runOf(bars, { ...PAIRS, ...SETTINGS, params: paramsOf(table.grid, order[0]!) }, engineTs);
    expect(luck?.probabilisticSharpe).toBeCloseTo(metrics.probabilistic_sharpe!, 12);
    expect(luck?.trialCount).toBe(9);
  });

  test("is the same on both engines", async () => {
    const engine = await loadEngineWasm();
    const other = await sweepAttempt(bars, { ...PAIRS, snooping_tests: true }, plainSweeper(engine), { engine });
    expect(other?.ok && other.value.luck).toEqual(await luckOf(bars, { ...PAIRS, snooping_tests: true }));
  });

  test("is told without cross-validation where it has to be fast, all else being equal", async () => {
    const { verdict: wanted, ...full } = await luckOf(bars, PAIRS);
    const { verdict, ...fast } = await luckOf(bars, { ...PAIRS, overfitting: "fast" });
    const left = { probabilityOfBacktestOverfitting: Number.NaN, probabilityOfLoss: Number.NaN, degradationSlope: Number.NaN };
    expect(fast).toEqual({ ...full, ...left });
    expect([verdict.code, verdict.text]).toEqual([wanted.code, wanted.text]);
    expect(verdict.reasons).toContain("It was not cross-validated, as asked.");
  });

  test("changes with the seed in what is drawn by it alone", async () => {
    const fields = { ...PAIRS, snooping_tests: true };
    const [one, same, two] = [await luckOf(bars, fields), await luckOf(bars, fields), await luckOf(bars, { ...fields, seed: 2 })];
    expect(same).toEqual(one);
    for (const name of ["sharpeCi", "returnCi", "snooping"] as const) expect(two[name]).not.toEqual(one[name]);
    const { sharpeCi, returnCi, snooping } = one;
    const { reasons: _, ...verdict } = one.verdict;
    expect(two).toMatchObject({
      ...one,
      sharpeCi: two.sharpeCi,
      returnCi: two.returnCi,
      snooping: two.snooping,
      verdict,
      resampling: { ...one.resampling, seed: 2 },
    });
    expect([sharpeCi, returnCi, snooping]).not.toContain(null);
  });
});

describe("tests of all trials", () => {
  const bars = withoutBars(someBars(9, 260), [100, 101]);
  const fields = { ...SETTINGS, strategy: "momentum", params: { lookback: [1, 4, 9, 30, 3000] }, seed: 3, snooping_tests: true };

  test("are those of single runs less holding; a trial that cannot run has no returns", async () => {
    const { luck, table, bars: range } = await sweepOf(bars, fields, PLAIN);
    const [rows, columns] = [range.close.length, table.grid.trials];
    const holding = await returnsAlone(bars, HOLDING);
    const values = new Float64Array(rows * columns);
    for (let trial = 0; trial < columns; trial++) {
      const params = paramsOf(table.grid, trial);
      const { snooping_tests: _, seed: __, ...single } = fields;
      const returns = params.lookback === 3000 ? new Float64Array(rows) : await returnsAlone(bars, { ...single, params });
      expect(returns.length).toBe(rows);
      returns.forEach((r, row) => {
        values[row * columns + trial] = r - holding[row]!;
      });
    }
    const resampling = { seed: 3, meanBlock: Math.cbrt(rows), resamples: 1000 };
    const excess = { values, rows, columns };
    const { pLower, pConsistent, pUpper } = superiorAbility(excess, resampling);
    expect(luck?.snooping).toEqual({
      realityCheck: realityCheck(excess, resampling).pValue,
      spa: { lower: pLower, consistent: pConsistent, upper: pUpper },
    });
    expect(pUpper).toBeGreaterThan(0);
  });

  test("count a return that is missing after a ruin as none", async () => {
    // Short from the falling bars on, which a jump to four times the price ruins.
    const jump = weekdayBars(pricedAt(Array.from({ length: 40 }, (_, i) => (i < 20 ? 110 - i : 400 + (i % 3)))));
    const { luck, trials } = await sweepOf(
      jump,
      { strategy: "momentum", params: { lookback: [1, 3] }, direction: "short", snooping_tests: true },
      PLAIN,
    );
    expect(Math.min(...trials.totalReturn)).toBeLessThanOrEqual(-1);
    for (const value of figuresOf(luck!).slice(-4)) expect(value).toBeWithin(0, 1.001);
  });

  test("are refused before anything runs where they would take too long, and only where they are wanted", async () => {
    const many = { strategy: "momentum", params: { lookback: { from: 1, to: 2001 } }, top: 0 };
    const long = someBars(2, 1000);
    expect(snoopingSteps(2000, 1000)).toBe(MOST_SNOOPING_STEPS);
    const sweeper = {
      ...PLAIN,
      sweep: () => {
        throw new Error("it ran");
      },
    };
    const message =
      "snooping_tests of 2001 trials x 1000 bars would take 4002000000 steps, the limit is 4000000000; leave them out or try fewer";
    expect(await sweepFailure(long, { ...many, snooping_tests: true }, sweeper)).toEqual({
      code: "too_costly",
      detail: message,
      findings: [{ path: "snooping_tests", message }],
    });
    expect((await sweepOf(long, { ...many, snooping_tests: true, overfitting: "none" }, PLAIN)).luck).toBeNull();
    expect((await luckOf(long, { ...many, overfitting: "fast" })).snooping).toBeNull();
  });
});

/** The block as it is answered, of a run whose every figure is defined or NaN. */
function blockOf(run: SweepRun): NonNullable<SweepAnswer["overfitting"]> {
  if (run.luck === null) throw new Error("luck was not judged");
  expect(figuresOf(run.luck).filter((value) => !Number.isFinite(value) && !Number.isNaN(value))).toEqual([]);
  const { overfitting } = sweepAnswer(run, RECEIPT);
  if (overfitting === null) throw new Error("there is no block");
  expect(JSON.parse(JSON.stringify(overfitting))).toEqual(overfitting);
  expect([overfitting.verdict, ...overfitting.reasons].join(" ")).not.toMatch(/NaN|Infinity|undefined|null|\de\+/);
  return overfitting;
}

describe("a sweep that tells little", () => {
  const momentum = (...lookback: number[]) => ({ strategy: "momentum", params: { lookback } });
  const flat = weekdayBars(pricedAt(new Array<number>(200).fill(100)));
  const short = { strategy: "supertrend", params: { atr_period: [3, 5] }, direction: "both" };
  const bars = someBars(6, 250);

  test.each<[string, Bars, object, RegExp]>([
    ["one trial", bars, momentum(5), /^Only one combination was tried/],
    ["holding alone", bars, { strategy: "buy_and_hold" }, /^Only one combination was tried/],
    ["ten bars", someBars(6, 10), momentum(1, 2, 3), /^10 bars are too few: a verdict needs 32\.$/],
    ["one bar", someBars(6, 1), momentum(1, 2), /^None of the 2 combinations ever traded\.$/],
    ["windows longer than the data", bars, momentum(300, 400), /^None of the 2 combinations ever traded\.$/],
    ["one window longer than the data", bars, momentum(300), /^The one combination never traded\.$/],
    ["flat prices and no trades", flat, PAIRS, /^None of the 9 combinations ever traded\.$/],
    ["flat prices and trades", flat, short, /^None of the 2 combinations ever gained or lost anything/],
    ["one trial that trades", bars, momentum(5, 400), /^Only one combination has a Sharpe ratio/],
    [
      "an objective that none has",
      weekdayBars(pricedAt(Array.from({ length: 100 }, (_, i) => 100 + i * (1 + (i % 3))))),
      { ...momentum(90, 95), objective: "profit_factor" },
      /^No combination has a defined profit factor\.$/,
    ],
  ])("for %s has no verdict, and says why", async (_name, given, fields, reason) => {
    for (const overfitting of ["full", "fast"]) {
      const block = blockOf(await sweepOf(given, { ...fields, overfitting, snooping_tests: true }, PLAIN));
      expect(block.verdict_code).toBe("not_computable");
      expect(block.reasons[0]).toMatch(reason);
      expect(block.verdict).toBe(`Luck cannot be judged here. ${block.reasons[0]}`);
    }
  });

  test("has null for what cannot be had: without trades everything but the count and returns of 0", async () => {
    const {
      verdict: _,
      verdict_code: __,
      reasons: ___,
      bootstrap: ____,
      ...figures
    } = blockOf(await sweepOf(bars, momentum(300, 400), PLAIN));
    const had = Object.entries(figures).filter(([, value]) => value !== null);
    expect(had).toEqual([
      ["trial_count", 2],
      ["return_ci", [0, 0]],
    ]);
  });

  test("has what ten bars can give, and null for what takes sixteen blocks", async () => {
    const block = blockOf(await sweepOf(someBars(6, 10), momentum(1, 2, 3), PLAIN));
    for (const name of [
      "effective_trials",
      "luck_probability",
      "probability_of_backtest_overfitting",
      "deflated_sharpe",
    ] as const)
      expect(block[name]).toBeNull();
    expect(block.probabilistic_sharpe).toBeWithin(0, 1);
    expect(block.sharpe_ci).toHaveLength(2);
  });

  test("of two trials is judged, with a warning", async () => {
    const block = blockOf(await sweepOf(bars, momentum(5, 20), PLAIN));
    expect(block.verdict_code).not.toBe("not_computable");
    expect(block.reasons).toContain("Only 2 combinations have a Sharpe ratio, so what luck can do is estimated roughly.");
    expect(block.luck_probability).toBeWithin(0, 1.001);
  });

  test("whatever it is, has no figure that is not a number", async () => {
    const next = uniforms(31);
    const pick = <T>(...choices: readonly T[]): T => choices[Math.floor(next() * choices.length)]!;
    let judged = 0;
    for (let seed = 0; seed < 120; seed++) {
      const n = 1 + Math.floor(next() * 60);
      const missing = Array.from({ length: n - 1 }, (_, i) => i + 1).filter(() => next() < 0.1);
      const given = pick(
        withoutBars(someBars(seed, n), missing),
        weekdayBars(pricedAt(Array.from({ length: n }, (_, i) => 100 * pick(0.5, 1, 1, 2) ** (i % 2)))),
      );
      const fields = pick<object>(
        momentum(1, 2, 3, 50),
        { ...momentum(1, 2), sizing: { type: "shares", value: 300 } },
        short,
        PAIRS,
      );
      const asked = {
        direction: pick("long", "short", "both"),
        objective: pick("sharpe", "calmar", "win_rate"),
        risk_free: pick(0, 0.05),
      };
      const block = blockOf(await sweepOf(given, { ...fields, ...asked, snooping_tests: pick(true, false), seed }, PLAIN));
      if (block.verdict_code !== "not_computable") judged++;
    }
    expect(judged).toBeGreaterThan(10);
  });
});
