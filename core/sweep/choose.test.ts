import { describe, expect, test } from "bun:test";
import { bestTrial, closeToBest, gridOfTrials } from "./choose.ts";
import { paramsOf } from "./grid.ts";
import { rank } from "./rank.ts";
import { gridOf, oddFigures, tableOf } from "./test-table.ts";

const NONE = Number.NaN;
/** Trials that all have other fills. */
const apart = (n: number) => ({
  ledger: Float64Array.from({ length: n }, (_, trial) => trial),
  fills: new Float64Array(n),
  kernel: "sparse" as const,
});

describe("the best trial", () => {
  test("is the first with the best figure", () => {
    expect(bestTrial(Float64Array.of(1, 3, NONE, 3), "sharpe")).toBe(1);
    expect(bestTrial(Float64Array.of(0.2, NONE, 0.1, 0.1), "volatility_ann")).toBe(2);
  });

  test("is none where the figure is undefined for all", () => {
    expect(bestTrial(Float64Array.of(NONE, NONE), "sharpe")).toBeNull();
    expect(closeToBest(Float64Array.of(NONE), "sharpe", apart(1))).toEqual([]);
  });

  test("is the first of the ranking, whatever the figures", () => {
    const n = 50;
    const grid = gridOf([{ name: "lookback", values: Array.from({ length: n }, (_, i) => i + 1) }]);
    for (let seed = 1; seed <= 100; seed++) {
      const figures = oddFigures(seed, n);
      const table = { ...tableOf(grid, {}), grid };
      for (const objective of ["sharpe", "volatility_ann"] as const) {
        const ranked = rank({ ...table, columns: { ...table.columns, [objective]: figures } }, objective)[0]!;
        expect(bestTrial(figures, objective)).toBe(ranked);
      }
    }
  });
});

describe("trials close to the best", () => {
  test("are those within rounding of it", () => {
    const figures = Float64Array.of(2 - 1e-7, 2 - 1e-9, 1, 2, NONE);
    expect(closeToBest(figures, "sharpe", apart(5))).toEqual([1, 3]);
    const turned = figures.map((x) => 4 - x);
    expect(closeToBest(turned, "volatility_ann", apart(5))).toEqual([1, 3]);
  });

  test("are told by the first of those with the same fills", () => {
    const same = { ...apart(4), ledger: Float64Array.of(7, 7, 9, 9), fills: Float64Array.of(2, 2, 4, 6) };
    expect(closeToBest(Float64Array.of(1, 1 + 1e-12, 1, 1), "sharpe", same)).toEqual([0, 2, 3]);
  });

  test("are the best alone where figures are exact: by single runs, and where they are ratios of whole numbers", () => {
    const figures = Float64Array.of(1 - 1e-12, 1, 1);
    expect(closeToBest(figures, "sharpe", { ...apart(3), kernel: "plain" })).toEqual([1]);
    expect(closeToBest(figures, "win_rate", apart(3))).toEqual([1]);
  });

  test("make a grid of their own", () => {
    const grid = gridOf([
      { name: "fast", values: [5, 10] },
      { name: "slow", values: [20, 30] },
    ]);
    const some = gridOfTrials(grid, [1, 2]);
    expect([paramsOf(some, 0), paramsOf(some, 1), some.trials]).toEqual([{ fast: 5, slow: 30 }, { fast: 10, slow: 20 }, 2]);
  });
});
