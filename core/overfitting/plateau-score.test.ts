import { describe, expect, test } from "bun:test";
import type { Axis } from "../sweep/grid.ts";
import { plateauScore } from "./plateau-score.ts";

/** Every combination, the last axis fastest. */
function gridOf(axes: readonly Axis[]) {
  const trials = axes.reduce((product, { values }) => product * values.length, 1);
  const choices = new Int32Array(trials * axes.length);
  for (let trial = 0; trial < trials; trial++) {
    let rest = trial;
    for (let k = axes.length - 1; k >= 0; k--) {
      const { length } = axes[k]!.values;
      choices[trial * axes.length + k] = rest % length;
      rest = Math.floor(rest / length);
    }
  }
  return { axes, trials, skipped: 0, choices };
}

const square = gridOf([
  { name: "fast", values: [5, 10, 15] },
  { name: "slow", values: [20, 40, 60] },
]);
const fixed: Axis = { name: "average", values: ["sma"] };

describe("plateau score", () => {
  test("is the median share that the eight cells around the winner keep", () => {
    const kept = [0.1, 0.2, 0.3, 0.4, 1, 0.6, 0.7, 0.8, 0.9];
    expect(
      plateauScore(
        square,
        Float64Array.from(kept, (share) => 2 * share),
        4,
      ),
    ).toBeCloseTo(0.5, 14);
  });

  test("in a corner looks at three cells", () => {
    expect(plateauScore(square, Float64Array.of(2, 1, 9, 0.5, 1.5, 9, 9, 9, 9), 0)).toBe(0.5);
  });

  test("takes neighbours by value, whatever the order of the request", () => {
    const line = gridOf([{ name: "period", values: [30, 10, 20, 40] }, fixed]);
    expect(plateauScore(line, Float64Array.of(1, 0.2, 0.6, 0.8), 0)).toBeCloseTo(0.7, 14);
  });

  test("never steps from one choice to another", () => {
    const grid = gridOf([
      { name: "period", values: [10, 20] },
      { name: "average", values: ["sma", "ema"] },
    ]);
    expect(plateauScore(grid, Float64Array.of(1, 0.9, 0.25, 0.1), 0)).toBe(0.25);
  });

  test("a neighbour that lost, or whose objective is undefined, keeps nothing", () => {
    const line = gridOf([{ name: "period", values: [1, 2, 3] }]);
    expect(plateauScore(line, Float64Array.of(-3, 2, 1), 1)).toBe(0.25);
    expect(plateauScore(line, Float64Array.of(Number.NaN, 2, 1), 1)).toBe(0.25);
  });

  test("reads the same where smaller is better: half of the volatility is kept at twice of it", () => {
    const line = gridOf([{ name: "period", values: [1, 2, 3] }]);
    expect(plateauScore(line, Float64Array.of(0.2, 0.1, 0.2), 1)).toBe(0.5);
  });

  test("is undefined without a neighbour, and for a winner that is not above 0", () => {
    expect(plateauScore(gridOf([{ name: "period", values: [10] }, fixed]), Float64Array.of(1), 0)).toBeNaN();
    expect(plateauScore(square, new Float64Array(9).fill(-1), 4)).toBeNaN();
    expect(plateauScore(square, new Float64Array(9), 4)).toBeNaN();
    expect(plateauScore(square, new Float64Array(9).fill(Number.NaN), 0)).toBeNaN();
  });
});
