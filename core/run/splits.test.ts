import { describe, expect, test } from "bun:test";
import { atBarTimes } from "../gate/split-times.ts";
import { splitBars } from "./splits.ts";

const DAY = 86_400_000;
const days = Float64Array.from([10, 11, 14, 15], (day) => day * DAY);
const minutes = Float64Array.from([0, 1, 2, 3], (minute) => 10 * DAY + minute * 60_000);

describe("listed splits fall on", () => {
  test("the bar of their time", () => {
    expect(splitBars(days, [{ timeMs: 11 * DAY, ratio: 2 }])).toEqual([{ bar: 1, ratio: 2 }]);
    expect(splitBars(minutes, [{ timeMs: 10 * DAY + 60_000, ratio: 2 }])).toEqual([{ bar: 1, ratio: 2 }]);
  });

  test("the next bar where their time has none", () => {
    expect(splitBars(days, [{ timeMs: 12 * DAY, ratio: 4 }])).toEqual([{ bar: 2, ratio: 4 }]);
    expect(splitBars(minutes, [{ timeMs: 10 * DAY + 60_001, ratio: 4 }])).toEqual([{ bar: 2, ratio: 4 }]);
  });

  test("the bar of their day where bars carry a day alone", () => {
    const listed = [{ timeMs: 11 * DAY + 48_600_000, ratio: 2 }];
    expect(splitBars(days, atBarTimes(listed, "1d"))).toEqual([{ bar: 1, ratio: 2 }]);
    expect(atBarTimes(listed, "1h")).toEqual(listed);
  });

  test("no bar when they lie before the first or after the last", () => {
    const listed = [
      { timeMs: 9 * DAY, ratio: 2 },
      { timeMs: 16 * DAY, ratio: 3 },
    ];
    expect(splitBars(days, listed)).toEqual([]);
    expect(splitBars(new Float64Array(0), listed)).toEqual([]);
  });

  test("the first bar when they lie on it", () => {
    expect(splitBars(days, [{ timeMs: 10 * DAY, ratio: 2 }])).toEqual([{ bar: 0, ratio: 2 }]);
  });

  test("one bar together: their ratios multiply", () => {
    const listed = [
      { timeMs: 12 * DAY, ratio: 2 },
      { timeMs: 13 * DAY, ratio: 3 },
      { timeMs: 15 * DAY, ratio: 0.5 },
    ];
    expect(splitBars(days, listed)).toEqual([
      { bar: 2, ratio: 6 },
      { bar: 3, ratio: 0.5 },
    ]);
  });
});
