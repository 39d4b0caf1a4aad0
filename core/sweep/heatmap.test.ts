import { describe, expect, test } from "bun:test";
import { uniforms } from "../random.ts";
import { paramsOf } from "./grid.ts";
import { type Heatmap, heatmap } from "./heatmap.ts";
import type { TrialTable } from "./table.ts";
import { gridOf, oddFigures, tableOf } from "./test-table.ts";

function mapOf(table: TrialTable, x: string, y: string, metric: string): Heatmap {
  const map = heatmap(table, x, y, metric);
  if (!map.ok) throw new Error(map.error.detail);
  return map.value;
}

const AXES = [
  { name: "fast", values: [10, 20, 30] },
  { name: "slow", values: [20, 30] },
];

describe("a heatmap", () => {
  const grid = gridOf(AXES, [{ left: "fast", comparison: "<", right: "slow" }]);
  const product = ({ fast, slow }: Readonly<Record<string, unknown>>) => Number(fast) * Number(slow);
  const table = tableOf(grid, { sharpe: product, cagr: (params) => (product(params) === 300 ? Number.NaN : 1) });

  test("has a row for each value of y, and null where a trial was skipped or its figure is undefined", () => {
    expect(mapOf(table, "fast", "slow", "sharpe")).toEqual({
      x: { name: "fast", values: [10, 20, 30] },
      y: { name: "slow", values: [20, 30] },
      metric: "sharpe",
      values: [
        [200, null, null],
        [300, 600, null],
      ],
    });
    expect(mapOf(table, "slow", "fast", "cagr").values).toEqual([
      [1, null],
      [null, 1],
      [null, null],
    ]);
  });

  test.each<[string, string, string, string[]]>([
    ["fast", "fast", "sharpe", ['y must be another parameter than x: got "fast" for both']],
    ["fst", "slow", "sharpe", ['x must be one of fast, slow: got "fst"']],
    ["fast", "sharpe", "sharpe", ['y must be one of fast, slow: got "sharpe"']],
    ["fast", "slow", "fast", [expect.stringMatching(/^metric must be one of total_return, .*: got "fast"$/)]],
    [
      "__proto__",
      "",
      "",
      ['x must be one of fast, slow: got "__proto__"', 'y must be one of fast, slow: got ""', expect.any(String)],
    ],
  ])("of x %j, y %j and metric %j is refused", (x, y, metric, messages) => {
    const map = heatmap(table, x, y, metric);
    expect(map.ok ? [] : map.error.findings.map(({ message }) => message)).toEqual(messages);
    expect(map).toMatchObject({ error: { code: "invalid_request" } });
  });

  test("shows the best over the other parameters: the largest, of volatility the smallest", () => {
    const { values } = mapOf(
      tableOf(gridOf([...AXES, { name: "average", values: ["sma", "ema", "wma"] }]), {
        total_return: ({ average }) => ({ sma: -3, ema: Number.NaN, wma: -2 })[String(average)]!,
        volatility_ann: ({ average }) => ({ sma: 3, ema: Number.NaN, wma: 2 })[String(average)]!,
      }),
      "average",
      "slow",
      "total_return",
    );
    expect(values).toEqual([
      [-3, null, -2],
      [-3, null, -2],
    ]);
  });

  test("equals the plain way on random figures", () => {
    const next = uniforms(3);
    const axes = ["a", "b", "c", "d"].map((name) => ({ name, values: [1, 2, 3, 4, 5].slice(0, 2 + Math.floor(next() * 4)) }));
    const wide = gridOf(axes, [{ left: "a", comparison: "<=", right: "c" }]);
    for (const metric of ["sharpe", "volatility_ann"] as const) {
      const figures = oddFigures(5, wide.trials).map((figure) => figure + 0);
      const odd: TrialTable = { grid: wide, columns: { ...tableOf(wide, {}).columns, [metric]: figures } };
      for (const [x, y] of [axes.slice(0, 2), axes.slice(2, 4), [axes[3], axes[1]]] as const) {
        const cells = y!.values.map((down) =>
          x!.values.map((across) => {
            const inCell = Array.from(figures).filter((figure, trial) => {
              const params = paramsOf(wide, trial);
              return params[x!.name] === across && params[y!.name] === down && !Number.isNaN(figure);
            });
            const best = metric === "sharpe" ? Math.max(...inCell) : Math.min(...inCell);
            return inCell.length === 0 ? null : best;
          }),
        );
        expect(mapOf(odd, x!.name, y!.name, metric).values).toEqual(cells);
      }
    }
  });
});
