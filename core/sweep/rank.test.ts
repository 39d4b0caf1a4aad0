import { describe, expect, test } from "bun:test";
import { ascending, descending, rank } from "./rank.ts";
import { TRIAL_COLUMNS } from "./table.ts";
import { gridOf, oddFigures, tableOf } from "./test-table.ts";

/** By comparing, undefined ones last; a sort of lists is stable. */
function compared(values: Float64Array, sign: 1 | -1): number[] {
  return [...values.keys()].sort((a, b) => {
    const [x, y] = [values[a]!, values[b]!];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    return x === y ? 0 : (x < y ? -1 : 1) * sign;
  });
}

describe("ranking", () => {
  test("puts the largest first, undefined ones last and equal ones in grid order", () => {
    const figures = [1, Number.NaN, -2, 3, 1, -0, 0, Number.NaN];
    const table = tableOf(gridOf([{ name: "k", values: figures.map((_, i) => i) }]), {
      sharpe: ({ k }) => figures[Number(k)]!,
      volatility_ann: ({ k }) => figures[Number(k)]!,
    });
    expect([...rank(table, "sharpe")]).toEqual([3, 0, 4, 5, 6, 2, 1, 7]);
    expect([...rank(table, "volatility_ann")]).toEqual([2, 5, 6, 0, 4, 3, 1, 7]);
    expect([...rank(table, "cagr")]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test("by drawdown puts the shallowest first", () => {
    const table = tableOf(gridOf([{ name: "k", values: [10, 30, 20] }]), { max_drawdown: ({ k }) => -Number(k) / 100 });
    expect([...rank(table, "max_drawdown")]).toEqual([0, 2, 1]);
  });

  test("takes every column", () => {
    const table = tableOf(gridOf([{ name: "k", values: [1] }]), {});
    for (const column of TRIAL_COLUMNS) expect([...rank(table, column)]).toEqual([0]);
  });

  test.each([0, 1, 2, 10, 1000, 70_000])("of %d figures equals a plain sort", (n) => {
    for (let seed = 0; seed < (n > 1000 ? 1 : 20); seed++) {
      const figures = oddFigures(seed, n);
      expect([...ascending(figures)]).toEqual(compared(figures, 1));
      expect([...descending(figures)]).toEqual(compared(figures, -1));
    }
  });
});
