import { expect, test } from "bun:test";
import type { Grid } from "./grid.ts";
import { pairGroups, pairShare } from "./pairs.ts";

/** Trials as rows of positions on the axes slow, average, fast. */
function gridOf(rows: readonly (readonly number[])[]): Grid {
  const axes = [
    { name: "slow", values: [20, 10, 30] },
    { name: "average", values: ["ema", "sma"] },
    { name: "fast", values: [10, 5] },
  ];
  return { axes, trials: rows.length, skipped: 0, choices: Int32Array.from(rows.flat()) };
}

test("trials of one kind of average are one group, told as ranks among their own windows", () => {
  const grid = gridOf([
    [0, 1, 0],
    [2, 1, 1],
    [1, 1, 1],
  ]);
  const [group, ...others] = pairGroups(grid);
  expect(others).toEqual([]);
  expect(group).toEqual({
    average: "sma",
    windows: Int32Array.of(5, 10, 20, 30),
    trials: 3,
    fast: Int32Array.of(1, 0, 0),
    slow: Int32Array.of(2, 3, 1),
    places: null,
  });
  expect(pairShare(group!)).toBe(0.5);
});

test("kinds are told apart, each with the places of its trials in the grid", () => {
  const groups = pairGroups(
    gridOf([
      [0, 1, 0],
      [0, 0, 0],
      [2, 1, 1],
    ]),
  );
  expect(groups.map(({ average, places, windows }) => ({ average, places, windows }))).toEqual([
    { average: "sma", places: Int32Array.of(0, 2), windows: Int32Array.of(5, 10, 20, 30) },
    { average: "ema", places: Int32Array.of(1), windows: Int32Array.of(10, 20) },
  ]);
});

test("a grid is looked through once", () => {
  const grid = gridOf([[0, 1, 0]]);
  expect(pairGroups(grid)).toBe(pairGroups(grid));
});
