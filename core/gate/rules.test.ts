import { describe, expect, test } from "bun:test";
import type { OddCell, RawBars } from "./raw-bars.ts";
import { codesOf, goodRows, listed, passed, rawOf, refused, type TestRow, withRow } from "./test-bars.ts";

const DAY = "2024-01-08";
const LINE = "line 7";

const withCell = (row: number, column: OddCell["column"], text: string, kind: OddCell["kind"]): RawBars => {
  const raw = rawOf(goodRows());
  if (column !== "time" && column !== "adj_close" && raw[column] !== null) raw[column][row] = Number.NaN;
  return { ...raw, oddCells: [{ row, column, text, kind }] };
};

test("good bars pass without a word, as they are", () => {
  const raw = rawOf(goodRows());
  const gated = passed(raw);
  expect(gated.warnings).toEqual([]);
  expect(gated.interval).toBe("1d");
  expect(gated.from).toBe(0);
  expect(gated.bars.timeMs).toEqual(raw.timeMs);
  expect(gated.bars.close).toEqual(raw.close);
});

test("numbers that are not finite are named from the oldest row on, whatever column they stand in", () => {
  const rows = goodRows();
  rows[7] = [rows[7]![0], Infinity, Infinity, 104, 106, 1];
  rows[2] = [rows[2]![0], 105, 107, 104, 106, -Infinity];
  const { findings } = refused(rawOf(rows));
  expect(findings.map(({ path }) => path)).toEqual(["line 4", "line 9"]);
});

describe("refused whatever data_quality says, naming the row", () => {
  const cases: readonly (readonly [string, RawBars, string])[] = [
    ["a price of 0", rawOf(withRow(5, [DAY, 105, 107, 0, 106, 1])), "low is 0, prices must be above 0"],
    ["a price below 0", rawOf(withRow(5, [DAY, 105, 107, 104, -106, 1])), "close is -106"],
    ["a volume below 0", rawOf(withRow(5, [DAY, 105, 107, 104, 106, -1])), "volume is -1"],
    ["an infinite price", rawOf(withRow(5, [DAY, 105, Infinity, 104, 106, 1])), "high is Infinity"],
    ["an infinite volume", rawOf(withRow(5, [DAY, 105, 107, 104, 106, Infinity])), "volume is Infinity"],
    ["NaN among numbers", withCell(5, "close", "NaN", "nan"), "close is NaN"],
    ["text in a price", withCell(5, "open", "abc", "text"), 'open is "abc" where a number'],
    ["text in a volume", withCell(5, "volume", "1.2M", "text"), 'volume is "1.2M"'],
    [
      "two bars at one time",
      rawOf(withRow(5, ["2024-01-05", 105, 107, 104, 106, 1])),
      "another bar for 2024-01-05, different from line 6",
    ],
    [
      "a missing and a real bar at one time",
      rawOf(withRow(5, ["2024-01-05", null, null, null, null])),
      "another bar for 2024-01-05",
    ],
    [
      "a time with an offset among times without",
      rawOf(withRow(5, [`${DAY}T00:00:00Z`, 105, 107, 104, 106, 1])),
      "has an offset from UTC",
    ],
    ["prices without a time", rawOf(withRow(5, [null, 105, 107, 104, 106, 1])), "no time"],
  ];
  test.each(cases)("%s", (_name, raw, message) => {
    for (const dataQuality of ["fail", "warn"] as const) {
      const error = refused(raw, { dataQuality });
      expect(error.code).toBe("bad_data");
      expect(error.detail).toContain(`${LINE}: `);
      expect(error.findings).toHaveLength(1);
      expect(error.findings[0]?.path).toBe(LINE);
      expect(error.findings[0]?.message).toContain(message);
    }
  });

  test("a bar after now, but not one at now", () => {
    const nowMs = Date.UTC(2024, 0, 11);
    expect(refused(rawOf(goodRows()), { nowMs }).findings).toEqual([
      { path: "line 11", message: "the bar's time 2024-01-12T00:00:00Z is in the future, now is 2024-01-11T00:00:00Z" },
    ]);
    expect(passed(rawOf(goodRows()), { nowMs: Date.UTC(2024, 0, 12) }).warnings).toEqual([]);
  });

  test("text in a time, with the shapes that are read", () => {
    const raw = rawOf(withRow(5, [null, 105, 107, 104, 106, 1]));
    const error = refused({ ...raw, oddCells: [{ row: 5, column: "time", text: "08-Jan", kind: "text" }] });
    expect(error.findings[0]).toMatchObject({
      path: LINE,
      message: expect.stringContaining('"08-Jan" is not a time; times are written as 2020-01-31'),
    });
  });

  test("the first five rows are named, all are counted, and a row is named once", () => {
    const rows = goodRows().map(([time, ...rest], i): TestRow => (i < 7 ? [time, -1, -1, -2, -1, -5] : [time, ...rest]));
    const error = refused(rawOf(rows));
    expect(error.findings.map(({ path }) => path)).toEqual(["line 2", "line 3", "line 4", "line 5", "line 6"]);
    expect(error.detail).toContain("7 such rows");
  });
});

describe("refused under fail, a missing bar under warn", () => {
  test.each([
    ["high below low", [DAY, 105, 104, 107, 106, 1], "high 104 is below low 107", "prices_out_of_order"],
    ["open above high", [DAY, 108, 107, 104, 106, 1], "open 108 is outside low 104 to high 107", "prices_out_of_order"],
    ["open below low", [DAY, 103, 107, 104, 106, 1], "open 103 is outside", "prices_out_of_order"],
    ["close above high", [DAY, 105, 107, 104, 107.01, 1], "close 107.01 is outside low 104 to high 107", "prices_out_of_order"],
    ["close below low", [DAY, 105, 107, 104, 103.99, 1], "close 103.99 is outside", "prices_out_of_order"],
    ["no open", [DAY, null, 107, 104, 106, 1], "no open, while other prices are given", "partial_prices"],
    ["only a close", [DAY, null, null, null, 106, 1], "no open, high, low,", "partial_prices"],
    ["no close", [DAY, 105, 107, 104, null, 1], "no close", "partial_prices"],
  ] as const)("%s", (_name, row, message, code) => {
    const error = refused(rawOf(withRow(5, row)));
    expect(error.code).toBe("bad_data");
    expect(error.findings).toEqual([{ path: LINE, message: expect.stringContaining(message) }]);

    const raw = rawOf(withRow(5, row));
    const before = listed(raw);
    const { bars, warnings } = passed(raw, { dataQuality: "warn" });
    expect(warnings).toEqual([{ code, message: expect.stringContaining(message), count: 1, rows: [7] }]);
    expect([bars.open[5], bars.high[5], bars.low[5], bars.close[5]]).toEqual([NaN, NaN, NaN, NaN]);
    expect(bars.timeMs).toEqual(raw.timeMs);
    expect(bars.close[4]).toBe(105);
    expect(listed(raw)).toEqual(before);
  });

  test("a bar that touches its own high and low passes", () => {
    expect(passed(rawOf(withRow(5, [DAY, 104, 107, 104, 107, 1]))).warnings).toEqual([]);
  });
});

describe("missing bars", () => {
  test("a row whose prices are all empty stays, without prices and without a warning", () => {
    const { bars, warnings } = passed(rawOf(withRow(5, [DAY, null, null, null, null, 0])));
    expect(warnings).toEqual([]);
    expect(bars.timeMs).toHaveLength(10);
    expect(bars.close[5]).toBeNaN();
    expect(bars.volume[5]).toBe(0);
  });

  test("an empty volume counts as 0 and is no finding", () => {
    const { bars, warnings } = passed(rawOf(withRow(5, [DAY, 105, 107, 104, 106, null])));
    expect(warnings).toEqual([]);
    expect(bars.volume[5]).toBe(0);
  });

  test("without any volume column, volume is 0 and a warning says so", () => {
    const gated = passed({ ...rawOf(goodRows()), volume: null });
    expect(codesOf(gated)).toEqual(["no_volume"]);
    expect(gated.bars.volume).toEqual(new Float64Array(10));
  });
});

describe("split-like jumps", () => {
  /** From line 7 on, prices are multiplied. */
  const jumped = (factor: number) => {
    const raw = rawOf(goodRows());
    for (const name of ["open", "high", "low", "close"] as const) for (let i = 5; i < 10; i++) raw[name][i]! *= factor;
    return raw;
  };
  const split = { timeMs: Date.UTC(2024, 0, 8), ratio: 4 };

  test("in adjusted prices are a warning", () => {
    const { warnings } = passed(jumped(0.25));
    expect(warnings).toEqual([{ code: "split_like_jump", message: expect.stringContaining("4:1 split"), count: 1, rows: [7] }]);
  });

  test("in unadjusted prices are refused under fail when no such split is listed", () => {
    const error = refused(jumped(0.25), { adjusted: false });
    expect(error.findings).toEqual([{ path: LINE, message: "open 26.25 after close 105 looks like a 4:1 split" }]);
    expect(error.detail).toContain("list the splits");
    expect(refused(jumped(0.25), { adjusted: false, splits: [{ ...split, timeMs: Date.UTC(2024, 0, 9) }] }).code).toBe(
      "bad_data",
    );
    expect(refused(jumped(0.25), { adjusted: false, splits: [{ ...split, ratio: 2 }] }).code).toBe("bad_data");
  });

  test("in unadjusted prices are a warning when that split is listed, or under warn; the prices stay", () => {
    const listed = passed(jumped(0.25), { adjusted: false, splits: [split] });
    expect(listed.warnings).toEqual([
      { code: "split_like_jump", message: expect.stringContaining("listed"), count: 1, rows: [7] },
    ]);
    const warned = passed(jumped(0.25), { adjusted: false, dataQuality: "warn" });
    expect(codesOf(warned)).toEqual(["split_like_jump"]);
    expect(warned.bars.open[5]).toBe(26.25);
  });

  test("a reverse split counts the same", () => {
    expect(passed(jumped(10)).warnings[0]?.message).toContain("1:10 split");
  });

  test("a jump of 40 % or less, or far from every n:m up to 20, is none", () => {
    expect(passed(jumped(0.61)).warnings).toEqual([]);
    expect(passed(jumped(1.39)).warnings).toEqual([]);
    expect(passed(jumped(0.04)).warnings).toEqual([]);
    expect(passed(jumped(25)).warnings).toEqual([]);
  });

  test("a missing bar between is stepped over", () => {
    const raw = jumped(0.25);
    for (const name of ["open", "high", "low", "close"] as const) raw[name][5] = Number.NaN;
    expect(passed(raw).warnings).toEqual([{ code: "split_like_jump", message: expect.any(String), count: 1, rows: [8] }]);
  });
});

describe("warnings", () => {
  test("a Saturday bar in a series with sessions", () => {
    const rows = [...goodRows(), ["2024-01-13", 110, 112, 109, 111, 5] as const];
    expect(passed(rawOf(rows)).warnings).toEqual([
      { code: "weekend_bars", message: expect.stringContaining("line 12: 2024-01-13 is a Saturday"), count: 1, rows: [12] },
    ]);
  });

  test("a market that never closes has no weekend", () => {
    const rows = Array.from(
      { length: 21 },
      (_, i): TestRow => [`2024-01-${String(i + 1).padStart(2, "0")}`, 10 + i, 12 + i, 9 + i, 11 + i, 1],
    );
    expect(passed(rawOf(rows)).warnings).toEqual([]);
  });

  test("zero volume, but not that of a missing bar", () => {
    const rows = withRow(5, [DAY, 105, 107, 104, 106, 0]).with(6, ["2024-01-09", null, null, null, null, 0]);
    expect(passed(rawOf(rows)).warnings).toEqual([{ code: "zero_volume", message: expect.any(String), count: 1, rows: [7] }]);
  });

  test("ten bars in a row with one close, not nine", () => {
    const still = (n: number) =>
      rawOf(goodRows().map(([time, ...rest], i): TestRow => (i < n ? [time, 100, 101, 99, 100, 9] : [time, ...rest])));
    expect(passed(still(10)).warnings).toEqual([
      { code: "flat_run", message: expect.stringContaining("close 100 is repeated for 10 bars"), count: 1, rows: [2] },
    ]);
    expect(passed(still(9)).warnings).toEqual([]);
  });
});
