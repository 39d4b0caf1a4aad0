import { describe, expect, test } from "bun:test";
import { completeTable } from "./complete.ts";
import { newTrials } from "./single-trial.ts";
import { TRIAL_COLUMNS } from "./table.ts";
import { gridOf } from "./test-table.ts";

const GRID = gridOf([{ name: "k", values: [1, 2, 3] }]);
const YEAR_MS = 365.25 * 86_400_000;
/** Two years, the first and the last of 504 bars. */
const timeMs = Float64Array.of(0, ...new Array(502).fill(YEAR_MS), 2 * YEAR_MS);

/** A trial that won, one without a trade, one that lost everything. */
function someTrials() {
  const trials = newTrials(3, 504);
  trials.totalReturn.set([0.21, 0, -1]);
  trials.sharpe.set([1.5, Number.NaN, -2]);
  trials.sortino.set([2, Number.NaN, Number.NEGATIVE_INFINITY]);
  trials.volatility.set([0.01, 0, Number.NaN]);
  trials.maxDrawdown.set([-0.2, -0, -1]);
  trials.trades.set([4, 0, 1]);
  trials.winners.set([1, 0, 0]);
  trials.grossProfit.set([30, 0, 0]);
  trials.grossLoss.set([20, 0, 10]);
  trials.heldBars.set([126, 0, 504]);
  return { ...trials, kernel: "plain" as const, recomputed: 0 };
}

describe("the table of a sweep", () => {
  const { grid, columns } = completeTable(someTrials(), GRID, { timeMs, yearBasis: "calendar", periodsPerYear: 100 });
  const nan = Number.NaN;

  test("has the figures that are defined, and NaN for those that are not", () => {
    expect(grid).toBe(GRID);
    expect(Object.keys(columns)).toEqual([...TRIAL_COLUMNS]);
    const { cagr, calmar, ...others } = columns;
    // 1.1 x 1.1 is 1.21.
    expect([cagr[0], calmar[0]]).toEqual([expect.closeTo(0.1, 12), expect.closeTo(0.5, 12)]);
    expect([...cagr.subarray(1), ...calmar.subarray(1)]).toEqual([0, -1, nan, -1]);
    expect(Object.fromEntries(Object.entries(others).map(([name, values]) => [name, [...values]]))).toEqual({
      total_return: [0.21, 0, -1],
      sharpe: [1.5, nan, -2],
      sortino: [2, nan, nan],
      volatility_ann: [0.1, 0, nan],
      max_drawdown: [-0.2, 0, -1],
      trades: [4, 0, 1],
      win_rate: [0.25, nan, 0],
      profit_factor: [1.5, nan, 0],
      exposure: [0.25, 0, 1],
    });
  });

  test("counts years by the calendar, or as bars over periods per year", () => {
    const years = (yearBasis: "calendar" | "bars", periodsPerYear: number, times = timeMs) =>
      completeTable(someTrials(), GRID, { timeMs: times, yearBasis, periodsPerYear }).columns.cagr[0];
    expect(years("bars", 252)).toBeCloseTo(0.1, 12);
    expect(years("bars", 504)).toBeCloseTo(0.21, 12);
    expect(years("calendar", 504)).toBeCloseTo(0.1, 12);
    expect(years("calendar", 252, Float64Array.of(5))).toBeNaN();
  });

  test("needs a row for each trial", () => {
    const trials = { ...newTrials(2, 504), kernel: "plain" as const, recomputed: 0 };
    expect(() => completeTable(trials, GRID, { timeMs, yearBasis: "bars", periodsPerYear: 252 })).toThrow(RangeError);
  });
});
