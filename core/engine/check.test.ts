import { describe, expect, test } from "bun:test";
import { checkBars, checkRun } from "./check.ts";
import { flatBars, PLAIN } from "./conformance.ts";
import type { Execution } from "./contract.ts";

const splitsAt = (...bars: readonly number[]) => bars.map((bar) => ({ bar, ratio: 2 }));

const WRONG: readonly (readonly [change: Partial<Execution>, message: string])[] = [
  [{ initialCash: 0 }, "initialCash is 0, allowed: finite and > 0"],
  [{ initialCash: -1 }, "initialCash is -1"],
  [{ initialCash: Number.POSITIVE_INFINITY }, "initialCash is Infinity"],
  [{ initialCash: Number.NaN }, "initialCash is NaN"],
  [{ commission: -0.001 }, "commission is -0.001, allowed: finite and >= 0 and < 1"],
  [{ commission: 1 }, "commission is 1"],
  [{ commissionFixed: -1 }, "commissionFixed is -1, allowed: finite and >= 0"],
  [{ commissionFixed: Number.POSITIVE_INFINITY }, "commissionFixed is Infinity"],
  [{ slippage: -0.1 }, "slippage is -0.1"],
  [{ slippage: 1 }, "slippage is 1, allowed: finite and >= 0 and < 1"],
  [{ sizing: { type: "shares", value: 0 } }, "sizing.value is 0, allowed: finite and > 0"],
  [{ sizing: { type: "cash", value: Number.NaN } }, "sizing.value is NaN"],
  [{ stopLoss: 0 }, "stopLoss is 0, allowed: finite and > 0 or null"],
  [{ takeProfit: -0.1 }, "takeProfit is -0.1"],
  [{ trailingStop: Number.NaN }, "trailingStop is NaN"],
  [{ splits: [{ bar: -1, ratio: 2 }] }, "split.bar is -1, allowed: finite and an integer above -1, below 4"],
  [{ splits: [{ bar: 4, ratio: 2 }] }, "split.bar is 4"],
  [{ splits: [{ bar: 1.5, ratio: 2 }] }, "split.bar is 1.5"],
  [{ splits: splitsAt(2, 2) }, "split.bar is 2, allowed: finite and an integer above 2"],
  [{ splits: splitsAt(2, 1) }, "split.bar is 1"],
  [{ splits: [{ bar: 2, ratio: 0 }] }, "split.ratio is 0, allowed: finite and > 0"],
];

describe("checkRun", () => {
  const check = (change: Partial<Execution>) => checkRun(4, new Int8Array(4), { ...PLAIN, ...change });

  test.each(WRONG)("%j is a RangeError that says %s", (change, message) => {
    expect(() => check(change)).toThrow(RangeError);
    expect(() => check(change)).toThrow(message);
  });

  test("lets the limits themselves through", () => {
    expect(() => check({ commission: 0, slippage: 0.999, stopLoss: 1.5, splits: splitsAt(0, 3) })).not.toThrow();
  });

  test.each([3, 5, 0])("%d signals for 4 bars are a RangeError", (length) => {
    expect(() => checkRun(4, new Int8Array(length), PLAIN)).toThrow(RangeError);
  });
});

describe("checkBars", () => {
  test("names the column whose length differs", () => {
    expect(() => checkBars({ ...flatBars([1, 2]), volume: new Float64Array(3) })).toThrow(
      new RangeError("bars.volume has length 3, close 2: they must be equal"),
    );
    expect(() => checkBars(flatBars([1, 2]))).not.toThrow();
  });
});
