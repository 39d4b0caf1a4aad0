import { expect, test } from "bun:test";
import type { Curve } from "../../core/jobs/job.ts";
import { inBuckets, monthsOf, pointsAfter, sameMonths, samePoints } from "./answers.ts";

const MONTH_ENDS = [Date.UTC(2020, 0, 31), Date.UTC(2020, 1, 1), Date.UTC(2020, 1, 2)];

function curve(equity: readonly number[], timeMs = equity.map((_, i) => i)): Curve {
  return { initialCash: 100, daily: true, timeMs: Float64Array.from(timeMs), equity: Float64Array.from(equity) };
}

test("points after a time leave that time out, drawdowns are those of the whole", () => {
  const { timeMs, equity, drawdown } = pointsAfter(curve([100, 200, 50, 100]), 1);
  expect([[...Array.from(timeMs)], [...Array.from(equity)], [...Array.from(drawdown)]]).toEqual([
    [2, 3],
    [50, 100],
    [-0.75, -0.5],
  ]);
  expect(pointsAfter(curve([100]), 0).timeMs).toHaveLength(0);
});

test("a bucket has its last point and its lowest drawdown: seven points in three are 3, 2 and 2", () => {
  expect(inBuckets(curve([100, 50, 75, 200, 100, 150, 300]), 3)).toEqual({
    timeMs: [2, 4, 6],
    equity: [75, 100, 300],
    drawdown: [-0.5, -0.5, -0.25],
  });
});

test("a month has the mean over all points of all curves", () => {
  const months = monthsOf([curve([1, 2, 3], MONTH_ENDS), curve([6, 7], MONTH_ENDS.slice(0, 2))]);
  expect(months).toEqual([
    { fromMs: Date.UTC(2020, 0, 1), mean: 3.5, points: 2 },
    { fromMs: Date.UTC(2020, 1, 1), mean: 4, points: 3 },
  ]);
});

test("points that differ in the last bit, and means that differ by more than 1e-9, are errors that say where", () => {
  const want = { timeMs: [1, 2], equity: [1, 0.3], drawdown: [0, 0] };
  expect(() => samePoints("all", want, { ...want, equity: [1, 0.1 + 0.2] })).toThrow(
    "all: equity 1 is 0.30000000000000004, not 0.3",
  );
  expect(() => samePoints("all", want, { timeMs: [1], equity: [1], drawdown: [0] })).toThrow("all: 1 points, not 2");
  const month = { fromMs: 0, mean: 1, points: 2 };
  sameMonths("months", [month], [{ ...month, mean: 1 + 1e-10 }]);
  expect(() => sameMonths("months", [month], [{ ...month, mean: 1 + 1e-8 }])).toThrow("months: month 0 is");
  expect(() => sameMonths("months", [month], [])).toThrow("months: 0 months, not 1");
});
