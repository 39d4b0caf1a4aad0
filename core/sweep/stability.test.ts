import { describe, expect, test } from "bun:test";
import { parameterStability } from "./stability.ts";
import { gridOf } from "./test-table.ts";

describe("the stability of parameters", () => {
  // Trials in grid order: fast 20, 5, 10, each with average sma and ema.
  const grid = gridOf([
    { name: "fast", values: [20, 5, 10] },
    { name: "average", values: ["sma", "ema"] },
    { name: "slow", values: [50] },
  ]);

  test("is the share of folds that keep a value, and the mean step along the values in ascending order", () => {
    // 20 sma, 20 ema, 5 ema, 10 ema: fast is kept once in three and moves 0, 2 and 1 of 2 values; average is kept twice.
    expect(parameterStability(grid, [0, 1, 3, 5])).toEqual({
      fast: { kept: 1 / 3, meanStep: 0.5 },
      average: { kept: 2 / 3, meanStep: Number.NaN },
    });
  });

  test("looks at folds in a row alone, and leaves out those without a choice", () => {
    expect(parameterStability(grid, [0, null, 3, 3, null]).fast).toEqual({ kept: 1, meanStep: 0 });
  });

  test("is undefined where no two folds in a row have a choice", () => {
    expect(parameterStability(grid, [0, null, 3])).toEqual({
      fast: { kept: Number.NaN, meanStep: Number.NaN },
      average: { kept: Number.NaN, meanStep: Number.NaN },
    });
  });

  test("knows the parameters that vary alone", () => {
    expect(parameterStability(gridOf([{ name: "slow", values: [50] }]), [0, 0])).toEqual({});
  });
});
