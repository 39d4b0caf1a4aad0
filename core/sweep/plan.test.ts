import { describe, expect, test } from "bun:test";
import { emptyBars } from "../bars.ts";
import { PLAIN_EXECUTION } from "../engine/plain-execution.ts";
import { kernelsFor, plannedKernel } from "./plan.ts";
import type { SweepTask } from "./sweeper.ts";

/** Pairs of windows as trials of ma_crossover on three bars, the second without volume. */
function taskOf(pairs: readonly (readonly [number, number])[], changes: Partial<SweepTask> = {}): SweepTask {
  const bars = emptyBars(3);
  for (const column of [bars.open, bars.high, bars.low, bars.close]) column.fill(100);
  bars.volume.set([5, 0, 5]);
  const windows = [...new Set(pairs.flat())];
  const rows = pairs.map(([fast, slow]) => [0, windows.indexOf(fast), windows.indexOf(slow)]);
  const axes = [
    { name: "average", values: ["sma"] },
    { name: "fast", values: windows },
    { name: "slow", values: windows },
  ];
  return {
    ...{ bars, from: 0, strategy: "ma_crossover", direction: "long", execution: PLAIN_EXECUTION },
    grid: { axes, trials: pairs.length, skipped: 0, choices: Int32Array.from(rows.flat()) },
    rates: { riskFreePerPeriod: 0, marPerPeriod: 0, periodsPerYear: 252 },
    ...changes,
  };
}

const FULL = [
  [1, 2],
  [1, 3],
  [2, 3],
] as const;

describe("the plan of a sweep", () => {
  test("keeps averages in order where most pairs of windows are asked for, and not where few are", () => {
    expect(plannedKernel(taskOf(FULL))).toBe("sorted");
    const thin = Array.from({ length: 20 }, (_, k) => [5, 10 + k] as const);
    expect(plannedKernel(taskOf(thin))).toBe("sparse");
  });

  test("is for a block of a grid that of the grid", () => {
    const thin = Array.from({ length: 20 }, (_, k) => [5, 10 + k] as const);
    const [all, few] = [taskOf(FULL), taskOf(thin)];
    expect(plannedKernel({ ...few, whole: all.grid })).toBe("sorted");
    expect(plannedKernel({ ...all, whole: few.grid })).toBe("sparse");
    expect(plannedKernel({ ...few, whole: all.grid, direction: "both" })).toBe("dense");
  });

  test("takes sets of bars for other strategies", () => {
    expect(kernelsFor(taskOf(FULL, { strategy: "momentum" }))).toEqual(["sparse", "dense", "plain"]);
  });

  const missingLast = taskOf(FULL).bars;
  missingLast.close[2] = Number.NaN;
  test.each([
    ["a short side", { direction: "both" }],
    ["fills at the close", { execution: { ...PLAIN_EXECUTION, fill: "close" } }],
    ["a part of equity", { execution: { ...PLAIN_EXECUTION, sizing: { type: "percent_equity", value: 0.5 } } }],
    ["a number of shares", { execution: { ...PLAIN_EXECUTION, sizing: { type: "shares", value: 1 } } }],
    ["whole shares", { execution: { ...PLAIN_EXECUTION, fractional: false } }],
    ["a fixed fee", { execution: { ...PLAIN_EXECUTION, commissionFixed: 1 } }],
    ["costs that leave nothing", { execution: { ...PLAIN_EXECUTION, slippage: 1 } }],
    ["a stop", { execution: { ...PLAIN_EXECUTION, stopLoss: 0.1 } }],
    ["a target", { execution: { ...PLAIN_EXECUTION, takeProfit: 0.1 } }],
    ["a trailing stop", { execution: { ...PLAIN_EXECUTION, trailingStop: 0.1 } }],
    ["a split", { execution: { ...PLAIN_EXECUTION, splits: [{ bar: 1, ratio: 2 }] } }],
    ["bars whose volume forbids a fill", { execution: { ...PLAIN_EXECUTION, requireVolume: true } }],
    ["a last bar without a price to sell at", { bars: missingLast, execution: { ...PLAIN_EXECUTION, closeAtEnd: true } }],
  ] satisfies [string, Partial<SweepTask>][])("walks the bars with %s", (_, changes) => {
    expect(kernelsFor(taskOf(FULL, changes))).toEqual(["dense", "plain"]);
  });
});
