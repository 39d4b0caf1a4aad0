import { describe, expect, test } from "bun:test";
import { engineTs } from "../../engine-ts/engine.ts";
import { plainSweeper } from "../../engine-ts/sweep.ts";
import { type PriceRow, pricedAt, weekdayBars } from "./test-run.ts";
import { walkForwardAttempt, walkForwardFailure, walkForwardOf } from "./test-walk-forward.ts";

const PLAIN = { engine: engineTs, sweeper: plainSweeper(engineTs) };

/** Bars that open at the close before. */
function steps(closes: readonly number[]): PriceRow[] {
  return closes.map((close, i) => {
    const open = closes[i - 1] ?? close;
    return [open, Math.max(open, close), Math.min(open, close), close];
  });
}

/** Two folds of 2 bars in sample and 2 out of sample; holding buys at the open of the second bar of every window. */
const TWO = { in_sample_bars: 2, out_of_sample_bars: 2, objective: "total_return", periods_per_year: 4 };
const SIX = weekdayBars(steps([100, 110, 120, 132, 150, 165]));

describe("a walk-forward of six bars, by hand", () => {
  test("carries the equity of one fold into the next", async () => {
    const { folds, curve, metrics, outOfSampleBars, efficiencyRatio } = await walkForwardOf(SIX, TWO, PLAIN);
    // Out of sample 120 -> 132 and 150 -> 165, each after a bar without a position: 10 % twice.
    expect([...curve].map((x) => Math.round(x * 1e6) / 1e6)).toEqual([10000, 10000, 11000, 11000, 12100]);
    expect([...outOfSampleBars.close]).toEqual([120, 132, 150, 165]);
    expect(folds.map(({ choice, leftOpen }) => [choice?.trial, leftOpen])).toEqual([
      [0, true],
      [0, true],
    ]);
    expect(metrics.total_return).toBeCloseTo(0.21, 12);
    expect(metrics).toMatchObject({ trades: 0, exposure: 0.5, periods: 4, max_drawdown: 0 });
    // Price x quantity of two purchases, 10000 and 11000, over the mean equity of 11025.
    expect(metrics.turnover).toBeCloseTo(21_000 / 11_025, 12);
    // In sample 100 -> 110 and 120 -> 132, as many bars: the same rate.
    expect(folds.map(({ choice }) => choice?.figures.total_return)).toEqual([expect.closeTo(0.1, 12), expect.closeTo(0.1, 12)]);
    expect(efficiencyRatio).toBeCloseTo(1, 12);
  });

  test("closes at the end of every window where that is asked for, and pays for it", async () => {
    const { folds, curve, metrics } = await walkForwardOf(SIX, { ...TWO, close_at_end: true, commission: 0.01 }, PLAIN);
    const kept = (1.1 * 0.99) / 1.01;
    expect(curve[2]).toBeCloseTo(10_000 * kept, 8);
    expect(curve[4]).toBeCloseTo(10_000 * kept * kept, 8);
    expect(folds.map(({ leftOpen }) => leftOpen)).toEqual([false, false]);
    expect(metrics).toMatchObject({ trades: 2, win_rate: 1, avg_bars_held: 0 });
    // The first trade begins at bar 1 of the stitched bars, the second at bar 3.
    expect(metrics.expectancy).toBeCloseTo((10_000 * kept * kept - 10_000) / 2, 8);
  });

  test("in sample begins with the request's cash in every fold", async () => {
    // 10050 buys one share at 10000; after the first fold 9950 do not buy another at 9990, but in sample every fold has 10050.
    const bars = weekdayBars(steps([10_000, 10_000, 10_000, 9_900, 9_990, 10_000]));
    const { folds, curve } = await walkForwardOf(bars, { ...TWO, initial_cash: 10_050, fractional: false }, PLAIN);
    expect(folds[1]?.choice?.figures.exposure).toBe(0.5);
    expect([...curve]).toEqual([10_050, 10_050, 9_950, 9_950, 9_950]);
    expect(folds.map(({ outOfSampleFigures }) => outOfSampleFigures.exposure)).toEqual([0.5, 0]);
  });

  test("stays flat in a fold where the objective is undefined for every trial", async () => {
    const { folds, curve, efficiencyRatio } = await walkForwardOf(SIX, { ...TWO, objective: "win_rate" }, PLAIN);
    expect(folds.map(({ choice }) => choice)).toEqual([null, null]);
    expect([...curve]).toEqual([10000, 10000, 10000, 10000, 10000]);
    expect(folds[0]?.outOfSampleFigures).toMatchObject({ total_return: 0, trades: 0, exposure: 0, sharpe: Number.NaN });
    expect(efficiencyRatio).toBeNaN();
  });

  test("stays as it is after ruin", async () => {
    // 100 units are sold at 100 on the first bar, the close being below the one before the window; at 50 they have earned 5000, at 300 lost 20000.
    const bars = weekdayBars(steps([120, 110, 100, 50, 300, 250, 240, 230, 220]));
    const fields = {
      in_sample_bars: 2,
      out_of_sample_bars: 3,
      objective: "total_return",
      strategy: "momentum",
      direction: "short",
    };
    const { folds, curve, metrics } = await walkForwardOf(bars, { ...fields, params: { lookback: 1 }, fill: "close" }, PLAIN);
    expect([...curve.subarray(1)]).toEqual([10_000, 15_000, -10_000, -10_000, -10_000, -10_000, -10_000]);
    expect(folds.map(({ outOfSampleFigures }) => outOfSampleFigures.total_return)).toEqual([-2, Number.NaN, Number.NaN]);
    expect(metrics).toMatchObject({ trades: 1, total_return: -2, cagr: -1 });
  });

  test("places splits in the window that they fall into", async () => {
    const bars = weekdayBars(steps([100, 110, 120, 60, 66, 66]).map((row, i): PriceRow => (i === 3 ? [60, 66, 60, 66] : row)));
    const split = { splits: [{ time: "2020-01-07", ratio: 2 }], adjusted: false };
    // Bought at the open after the split, 60; in sample of the second fold as well.
    const { curve, folds } = await walkForwardOf(bars, { ...TWO, ...split }, PLAIN);
    expect(curve[2]).toBeCloseTo(11_000, 8);
    expect(folds[1]?.choice?.figures.total_return).toBeCloseTo(0.1, 12);
    // Bought at the close before the split, 120, and held over it: 120 -> 2 x 66.
    const over = await walkForwardOf(bars, { ...TWO, ...split, fill: "close" }, PLAIN);
    expect(over.curve[2]).toBeCloseTo(11_000, 8);
  });
});

describe("the efficiency ratio", () => {
  const fields = { in_sample_bars: 4, out_of_sample_bars: 2, objective: "total_return", periods_per_year: 4 };

  test("compares annual rates: 44 % in a year in sample, 10 % in half a year out of sample", async () => {
    const bars = weekdayBars(steps([100, 110, 120, 144, 150, 165]));
    // 10 % in half a year are 21 % in a year.
    expect((await walkForwardOf(bars, fields, PLAIN)).efficiencyRatio).toBeCloseTo(0.21 / 0.44, 12);
    expect((await walkForwardOf(bars, { ...fields, year_basis: "bars" }, PLAIN)).efficiencyRatio).toBeCloseTo(0.21 / 0.44, 12);
  });

  test("puts the in-sample windows one after another", async () => {
    // In sample 100 -> 110 and 110 -> 121, half a year each; out of sample 21 % in each half, of which the first bar goes without.
    const bars = weekdayBars(steps([100, 110, 110, 121, 121, 121]));
    const { efficiencyRatio, curve } = await walkForwardOf(bars, { ...fields, in_sample_bars: 2 }, PLAIN);
    expect(curve[4]).toBeCloseTo(11_000, 8);
    // Out of sample 10 % in a year; in sample twice 10 %, so 21 %.
    expect(efficiencyRatio).toBeCloseTo(0.1 / 0.21, 12);
  });

  test("is undefined where nothing was gained in sample", async () => {
    const bars = weekdayBars(steps([100, 100, 90, 100, 110, 121]));
    expect((await walkForwardOf(bars, fields, PLAIN)).efficiencyRatio).toBeNaN();
  });
});

describe("a walk-forward", () => {
  const MOMENTUM = { strategy: "momentum", params: { lookback: [1, 2, 3] }, in_sample_bars: 4, out_of_sample_bars: 2 };
  const TEN = weekdayBars(pricedAt([100, 101, 99, 102, 98, 103, 104, 101, 107, 109]));

  test("is undefined where it was aborted, before or between folds", async () => {
    expect(await walkForwardAttempt(TEN, MOMENTUM, PLAIN, { hooks: { signal: AbortSignal.abort() } })).toBeUndefined();
    const controller = new AbortController();
    let turns = 0;
    const turn = async () => {
      if (++turns === 3) controller.abort();
    };
    const { signal } = controller;
    expect(await walkForwardAttempt(TEN, MOMENTUM, PLAIN, { turn, hooks: { signal } })).toBeUndefined();
    expect(turns).toBe(3);
  });

  test("tells how far it is, over all folds", async () => {
    const told: number[][] = [];
    await walkForwardAttempt(TEN, MOMENTUM, PLAIN, { hooks: { onProgress: (...counts) => told.push(counts) } });
    expect(told).toEqual([0, 3, 3, 6, 6, 9].map((done) => [done, 9]));
  });

  test("costs its trials x in-sample bars, and is refused above the limit", async () => {
    expect(await walkForwardFailure(TEN, MOMENTUM, PLAIN, { mostBarTrials: 35 })).toMatchObject({
      code: "too_costly",
      detail: "3 trials x 12 in-sample bars of 3 folds = 36, the limit is 35; take fewer values, fewer folds or a shorter range",
      findings: [{ path: "params" }],
    });
    expect(await walkForwardAttempt(TEN, MOMENTUM, PLAIN, { mostBarTrials: 36 })).toMatchObject({ ok: true });
    // Anchored: 4, 6 and 8 bars in sample, each less the bar that is purged.
    const anchored = { ...MOMENTUM, mode: "anchored", purge_bars: 1 };
    expect(await walkForwardAttempt(TEN, anchored, PLAIN, { mostBarTrials: 45 })).toMatchObject({ ok: true });
    expect((await walkForwardFailure(TEN, anchored, PLAIN, { mostBarTrials: 44 })).code).toBe("too_costly");
  });

  test("is refused where one fold takes more memory than it may", async () => {
    const sweeper = { ...PLAIN.sweeper, memory: () => ({ aTrial: 1e6, aBar: 5e5, besides: 0 }) };
    expect(await walkForwardFailure(TEN, MOMENTUM, { ...PLAIN, sweeper }, { mostBytes: 4.9e6 })).toMatchObject({
      code: "too_costly",
      detail:
        "a fold of 3 trials on 4 in-sample bars would take 5 MB, the limit is 5 MB; take fewer values or a shorter in-sample window",
    });
    expect(await walkForwardAttempt(TEN, MOMENTUM, { ...PLAIN, sweeper }, { mostBytes: 5e6 })).toMatchObject({ ok: true });
  });

  test("fails as its source does, without prices, and without room for a fold", async () => {
    expect((await walkForwardFailure(TEN, { ...MOMENTUM, start: "2025-01-01" }, PLAIN)).code).toBe("no_data");
    expect((await walkForwardFailure(weekdayBars(new Array(10).fill(null)), MOMENTUM, PLAIN)).code).toBe("no_data");
    const short = await walkForwardFailure(TEN, { ...MOMENTUM, in_sample_bars: 9 }, PLAIN);
    expect(short).toMatchObject({ code: "no_data", detail: expect.stringContaining("= 11 bars, but there are 10") });
  });
});
