import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { coarser, columnsOf, rowsOf, surfaceOf, varied } from "./surface.ts";
import { surfaceOfRows, tableOf } from "./test-surface.ts";

const NONE = Number.NaN;

describe("the surface of a table", () => {
  const table = tableOf(
    { fast: [5, 10], slow: [8, 20, 30], average: ["sma", "ema"] },
    (trial) => [4, 1, 2, 3, 9, 7, 5, 6, 8, 0][trial]!,
    (params) => Number(params[0]) >= Number(params[1]),
  );
  const [fast, slow, average] = table.grid.axes;

  test("over two parameters has the best over the others, in the direction of the figure, and nothing where trials were skipped", () => {
    const view = { x: fast!, y: slow! };
    expect([...surfaceOf(table, 4, { ...view, metric: "sharpe" }).values]).toEqual([4, NONE, 3, 6, 9, 8]);
    expect([...surfaceOf(table, 4, { ...view, metric: "volatility_ann" }).values]).toEqual([1, NONE, 2, 5, 7, 0]);
  });

  test("tells where the best trial lies and which other parameters vary", () => {
    const surface = surfaceOf(table, 4, { metric: "sharpe", x: average!, y: slow! });
    expect(surface).toMatchObject({ best: { x: 0, y: 2 }, others: ["fast"] });
    expect(surfaceOf(table, null, { metric: "sharpe", x: average!, y: slow! }).best).toBeNull();
  });

  test("along one parameter has the trials as they are", () => {
    const one = tableOf(
      { fast: [5, 10, 20], slow: [15] },
      (trial) => trial + 1,
      (params) => Number(params[0]) >= Number(params[1]),
    );
    expect(varied(one.grid).map(({ name }) => name)).toEqual(["fast"]);
    const { values, best } = surfaceOf(one, 1, { metric: "cagr", x: one.grid.axes[0]!, y: null });
    expect([...values]).toEqual([1, 2, NONE]);
    expect(best).toEqual({ x: 1, y: 0 });
  });

  test("is none of another table", () => {
    const other = { name: "period", values: [1, 2] };
    expect(() => surfaceOf(table, null, { metric: "sharpe", x: fast!, y: other })).toThrow(RangeError);
  });
});

describe("a coarser surface", () => {
  test("has the best of each block and keeps the best trial in its own", () => {
    const surface = surfaceOfRows(
      [
        [1, 2, null, 4, 0],
        [8, 1, null, null, 3],
        [5, null, 7, 6, null],
      ],
      { best: { x: 3, y: 2 } },
    );
    const half = coarser(surface, 3, 2);
    expect([columnsOf(half), rowsOf(half), half.block]).toEqual([3, 2, { x: 2, y: 2 }]);
    expect([...half.values]).toEqual([8, 4, 3, 5, 7, NONE]);
    expect(half.best).toEqual({ x: 1, y: 1 });
    expect(coarser(surface, 5, 3)).toBe(surface);
  });

  test("takes the smallest where smaller is better", () => {
    expect([...coarser(surfaceOfRows([[3, 1, 2]], { metric: "volatility_ann" }), 2, 1).values]).toEqual([1, 2]);
  });

  test("fits, and has the best of all somewhere", () => {
    const cell = fc.option(fc.integer({ min: -9, max: 9 }), { nil: null });
    const grid = fc
      .integer({ min: 1, max: 30 })
      .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 30 }));
    fc.assert(
      fc.property(grid, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }), (rows, columns, lines) => {
        const small = coarser(surfaceOfRows(rows), columns, lines);
        expect(columnsOf(small)).toBeLessThanOrEqual(columns);
        expect(rowsOf(small)).toBeLessThanOrEqual(lines);
        expect(small.values).toHaveLength(columnsOf(small) * rowsOf(small));
        const known = (values: Iterable<number | null>) =>
          [...values].filter((value): value is number => value !== null && !Number.isNaN(value));
        expect(Math.max(...known(small.values))).toBe(Math.max(...known(rows.flat())));
      }),
    );
  });
});
