import { describe, expect, test } from "bun:test";
import { paramsOf } from "./grid.ts";
import { selectTrials, sortNames, TRIAL_FILTERS, type TrialQuery, trialSort } from "./select.ts";
import { TRIAL_COLUMNS } from "./table.ts";
import { gridOf, oddFigures, tableOf } from "./test-table.ts";
import { trialRow } from "./trial-row.ts";

const GRID = gridOf([
  { name: "fast", values: [20, 5, 10] },
  { name: "average", values: ["wma", "sma"] },
]);
// 20 wma, 20 sma, 5 wma, 5 sma, 10 wma, 10 sma
const SHARPES = [1, Number.NaN, 3, -1, 1, 2];
let next = 0;
const TABLE = tableOf(GRID, { sharpe: () => SHARPES[next++]!, trades: ({ fast }) => Number(fast) * 2 });

const found = (query: Partial<TrialQuery>, offset = 0, limit = 100) =>
  selectTrials(TABLE, { sort: null, filters: [], ...query }, offset, limit);
const sortedBy = (text: string) => [...found({ sort: trialSort(text, GRID)! }).trials];

describe("the trials of a query", () => {
  test("are in grid order unless it says otherwise", () => {
    expect([...found({}).trials]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("are sorted by a figure either way, undefined ones last, equal ones in grid order", () => {
    expect(sortedBy("sharpe")).toEqual([3, 0, 4, 5, 2, 1]);
    expect(sortedBy("-sharpe")).toEqual([2, 5, 0, 4, 3, 1]);
    expect(sortedBy("-cagr")).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("are sorted by a parameter, words by the alphabet", () => {
    expect(sortedBy("params.fast")).toEqual([2, 3, 4, 5, 0, 1]);
    expect(sortedBy("-params.fast")).toEqual([0, 1, 4, 5, 2, 3]);
    expect(sortedBy("params.average")).toEqual([1, 3, 5, 0, 2, 4]);
    expect(sortedBy("-params.average")).toEqual([0, 2, 4, 1, 3, 5]);
  });

  test("pass every filter; an undefined figure passes none", () => {
    expect([...found({ filters: [{ column: "sharpe", bound: "gte", value: 1 }] }).trials]).toEqual([0, 2, 4, 5]);
    const both = [
      { column: "sharpe", bound: "lte", value: 2 },
      { column: "trades", bound: "lte", value: 20 },
    ] as const;
    expect(found({ sort: trialSort("-sharpe", GRID)!, filters: both })).toEqual({ trials: Int32Array.of(5, 4, 3), found: 3 });
    expect(found({ filters: [{ column: "cagr", bound: "gte", value: -1e9 }] })).toEqual({ trials: new Int32Array(0), found: 0 });
  });

  test("come page by page, each once", () => {
    const query = { sort: trialSort("-sharpe", GRID)! };
    const pages = [0, 2, 4, 6].map((offset) => found(query, offset, 2));
    expect(pages.map(({ trials }) => [...trials])).toEqual([[2, 5], [0, 4], [3, 1], []]);
    expect(pages.map((page) => page.found)).toEqual([6, 6, 6, 6]);
  });

  test("equal a plain filter and sort of their rows", () => {
    const grid = gridOf([{ name: "k", values: Array.from({ length: 500 }, (_, k) => k) }]);
    const sharpe = oddFigures(1, 500).map((figure) => figure + 0);
    const table = { grid, columns: { ...tableOf(grid, {}).columns, sharpe, calmar: oddFigures(2, 500) } };
    const rows = Array.from({ length: 500 }, (_, trial) => trialRow(table, trial));
    const plain = rows
      .filter(({ calmar }) => calmar !== null && calmar <= 0.5)
      .sort((a, b) => (b.sharpe ?? Number.NEGATIVE_INFINITY) - (a.sharpe ?? Number.NEGATIVE_INFINITY) || 0);
    const filters = [{ column: "calmar", bound: "lte", value: 0.5 }] as const;
    const { trials } = selectTrials(table, { sort: { column: "sharpe", descending: true }, filters }, 0, 500);
    const order = Array.from(trials, (trial) => rows[trial]!.sharpe);
    expect(order).toEqual(plain.map((row) => row.sharpe));
    expect(new Set(trials)).toEqual(new Set(plain.map(({ params }) => Number(params.k))));
  });
});

describe("the names of a query", () => {
  test("are the columns and the parameters", () => {
    expect(sortNames(GRID)).toEqual([...TRIAL_COLUMNS, "params.fast", "params.average"]);
    for (const name of sortNames(GRID)) {
      expect(trialSort(name, GRID)?.descending).toBe(false);
      expect(trialSort(`-${name}`, GRID)?.descending).toBe(true);
    }
    for (const name of ["", "-", "fast", "params.slow", "--sharpe", "Sharpe", "params.", "__proto__"])
      expect(trialSort(name, GRID)).toBeUndefined();
  });

  test("of filters are two for each column", () => {
    expect(TRIAL_FILTERS.map(({ name }) => name)).toEqual(TRIAL_COLUMNS.flatMap((name) => [`${name}_gte`, `${name}_lte`]));
    expect(TRIAL_FILTERS[5]).toEqual({ name: "sharpe_lte", column: "sharpe", bound: "lte" });
  });

  test("must be known to the grid", () => {
    expect(() => found({ sort: { param: "slow", descending: false } })).toThrow(RangeError);
  });
});

test("a row shows the parameters and every figure, null where it is undefined", () => {
  expect(trialRow(TABLE, 3)).toEqual({
    params: { fast: 5, average: "sma" },
    ...{ total_return: null, cagr: null, sharpe: -1, sortino: null, volatility_ann: null, max_drawdown: null, calmar: null },
    ...{ trades: 10, win_rate: null, profit_factor: null, exposure: null },
  });
  expect(Object.keys(trialRow(TABLE, 1))).toEqual(["params", ...TRIAL_COLUMNS]);
  expect(paramsOf(GRID, 1)).toEqual({ fast: 20, average: "sma" });
});
