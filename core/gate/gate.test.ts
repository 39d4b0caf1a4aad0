import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { BAR_COLUMNS } from "../bars.ts";
import { uniforms } from "../random.ts";
import type { GatedBars } from "./gate.ts";
import { parseRange } from "./range.ts";
import { gateRules } from "./registry.ts";
import { codesOf, goodRows, listed, passed, rawOf, refused, type TestRow } from "./test-bars.ts";

const BLANK: TestRow = [null, null, null, null, null, null];

function expectSameBars(found: GatedBars, expected: GatedBars): void {
  for (const name of BAR_COLUMNS) expect([...found.bars[name]]).toEqual([...expected.bars[name]]);
}

function range(start: string | null, end: string | null) {
  const result = parseRange(start, end);
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

/** Some good rows with missing bars among them, and a repairable mess of the same rows. */
function shuffledRows(seed: number) {
  const next = uniforms(seed);
  const rows = goodRows().map((row): TestRow => (next() < 0.2 ? [row[0], null, null, null, null, 0] : row));
  const mess = rows.flatMap((row): TestRow[] => (next() < 0.3 ? [row, row] : next() < 0.2 ? [row, BLANK] : [row]));
  for (let i = mess.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [mess[i], mess[j]] = [mess[j]!, mess[i]!];
  }
  return { rows, mess };
}

describe("repairs give the bars of the clean series and a warning", () => {
  const clean = passed(rawOf(goodRows()));

  test("newest first", () => {
    const gated = passed(rawOf(goodRows().reverse()));
    expectSameBars(gated, clean);
    expect(codesOf(gated)).toEqual(["newest_first"]);
  });

  test("newest first with a repeat", () => {
    const gated = passed(rawOf([...goodRows(), goodRows()[9]!].reverse()));
    expectSameBars(gated, clean);
    expect(codesOf(gated)).toEqual(["newest_first", "duplicate_rows"]);
  });

  test("two rows swapped", () => {
    const rows = goodRows();
    const gated = passed(rawOf(rows.with(3, rows[4]!).with(4, rows[3]!)));
    expectSameBars(gated, clean);
    expect(codesOf(gated)).toEqual(["unsorted"]);
  });

  test("exact repeats, by their line", () => {
    const rows = goodRows();
    const gated = passed(rawOf(rows.toSpliced(3, 0, rows[2]!, rows[2]!)));
    expectSameBars(gated, clean);
    expect(gated.warnings).toEqual([{ code: "duplicate_rows", message: expect.any(String), count: 2, rows: [5, 6] }]);
  });

  test("blank rows, by their line", () => {
    const gated = passed(rawOf(goodRows().toSpliced(3, 0, BLANK).concat([BLANK])));
    expectSameBars(gated, clean);
    expect(gated.warnings).toEqual([
      { code: "blank_rows", message: "left out 2 rows without any content", count: 2, rows: [5, 13] },
    ]);
  });

  test("any mixture of the three", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const { rows, mess } = shuffledRows(seed);
      const raw = rawOf(mess);
      const before = listed(raw);
      const gated = passed(raw);
      expectSameBars(gated, passed(rawOf(rows)));
      expect(codesOf(gated).includes("blank_rows")).toBe(mess.includes(BLANK));
      expect(codesOf(gated).includes("duplicate_rows")).toBe(mess.filter((row) => row !== BLANK).length > 10);
      expect(listed(raw)).toEqual(before);
    }
  });

  test("a finding in an unsorted file names the line it stands in", () => {
    const rows = goodRows().reverse();
    const error = refused(rawOf(rows.with(2, [rows[2]![0], 105, 90, 104, 106, 1])));
    expect(error.findings.map(({ path }) => path)).toEqual(["line 4"]);
  });
});

describe("times", () => {
  test("a daily bar's day is the local date as written, so offsets may change between rows", () => {
    const rows = goodRows().map(([time, ...rest], i): TestRow => [`${time}T00:00:00${i < 5 ? "-05:00" : "-04:00"}`, ...rest]);
    expectSameBars(passed(rawOf(rows)), passed(rawOf(goodRows())));
    const east = goodRows().map(([time, ...rest], i): TestRow => [`${time}T00:00:00${i < 5 ? "+09:00" : "+10:00"}`, ...rest]);
    expectSameBars(passed(rawOf(east)), passed(rawOf(goodRows())));
  });

  test("a time of day in daily bars is dropped", () => {
    const rows = goodRows().map(([time, ...rest]): TestRow => [`${time}T16:00`, ...rest]);
    expectSameBars(passed(rawOf(rows)), passed(rawOf(goodRows())));
  });

  test("for shorter bars the offset is applied", () => {
    const minutes = ["09:30:00-05:00", "09:31:00-05:00", "10:32:00-04:00"];
    const { bars, interval } = passed(
      rawOf(minutes.map((clock, i): TestRow => [`2024-01-02T${clock}`, 1 + i, 2 + i, 1 + i, 2 + i, 1])),
    );
    expect(interval).toBe("1m");
    expect([...bars.timeMs]).toEqual([0, 1, 2].map((i) => Date.UTC(2024, 0, 2, 14, 30 + i)));
  });

  test("another interval than the data's is an invalid request, unless the data cannot tell", () => {
    expect(refused(rawOf(goodRows()), { interval: "1h" })).toMatchObject({
      code: "invalid_request",
      findings: [{ path: "interval" }],
    });
    expect(passed(rawOf(goodRows()), { interval: "1d" }).interval).toBe("1d");
    expect(passed(rawOf(goodRows().slice(0, 1)), { interval: "1wk" }).interval).toBe("1wk");
  });

  test("an interval that the source vouches for is not measured again", () => {
    const raw = { ...rawOf(goodRows().filter((_, i) => i % 5 === 0)), interval: "1d" } as const;
    expect(passed(raw).interval).toBe("1d");
    expect(passed({ ...raw, interval: null }).interval).toBe("1wk");
    expect(refused(raw, { interval: "1wk" }).code).toBe("invalid_request");
  });

  test("bars closer than a minute are refused", () => {
    const rows = ["09:30:00", "09:30:01", "09:30:02"].map((clock): TestRow => [`2024-01-02T${clock}`, 1, 1, 1, 1, 1]);
    expect(refused(rawOf(rows))).toMatchObject({ code: "bad_data", detail: expect.stringContaining("less than a minute") });
  });
});

describe("range", () => {
  test("days are whole and both included", () => {
    const { bars } = passed(rawOf(goodRows()), { range: range("2024-01-03", "2024-01-08") });
    expect([...bars.close]).toEqual([103, 104, 105, 106]);
    const minutes = rawOf(
      ["2024-01-02T23:59", "2024-01-03T00:00", "2024-01-03T00:01"].map((t, i): TestRow => [t, 1 + i, 2 + i, 1, 1 + i, 1]),
    );
    expect([...passed(minutes, { range: range(null, "2024-01-02") }).bars.close]).toEqual([1]);
    expect([...passed(minutes, { range: range("2024-01-03", "2024-01-03") }).bars.close]).toEqual([2, 3]);
    expect([...passed(minutes, { range: range("2024-01-03T00:00:00Z", "2024-01-03T00:00:00Z") }).bars.close]).toEqual([2]);
  });

  test("warm-up bars come before the range, at most as many as there are", () => {
    const warm = passed(rawOf(goodRows()), { range: range("2024-01-08", null), warmupBars: 2 });
    expect(warm.from).toBe(2);
    expect([...warm.bars.close]).toEqual([104, 105, 106, 107, 108, 109, 110]);
    expect(passed(rawOf(goodRows()), { range: range("2024-01-02", null), warmupBars: 50 }).from).toBe(1);
  });

  test("what is outside of the range is not judged", () => {
    const rows = goodRows().with(0, ["2024-01-01", 1, 0, 5, -1, 1]).with(1, ["2024-01-01", 1, 1, 1, 1, 1]);
    expect(passed(rawOf(rows), { range: range("2024-01-03", null) }).warnings).toEqual([]);
    expect(refused(rawOf(rows), { range: range("2024-01-03", null), warmupBars: 2 }).code).toBe("bad_data");
  });

  test("a range without bars is no_data and names the data's own range", () => {
    const error = refused(rawOf(goodRows()), { range: range("2025-01-01", "2025-02-01") });
    expect(error.code).toBe("no_data");
    expect(error.detail).toContain("the data runs from 2024-01-01 to 2024-01-12");
    expect(refused(rawOf(goodRows()), { range: range("2024-01-06", "2024-01-07") }).code).toBe("no_data");
    expect(refused(rawOf([BLANK])).code).toBe("no_data");
  });

  test("an end before the start, or no time at all, is an invalid request", () => {
    expect(parseRange("2024-02-01", "2024-01-01")).toMatchObject({
      ok: false,
      error: { code: "invalid_request", findings: [{ path: "end" }] },
    });
    expect(parseRange("2024-02-30", null)).toMatchObject({
      ok: false,
      error: { code: "invalid_request", findings: [{ path: "start" }] },
    });
    expect(parseRange("2024-01-01", "2024-01-01")).toEqual({
      ok: true,
      value: { startMs: Date.UTC(2024, 0, 1), endMs: Date.UTC(2024, 0, 2) - 1 },
    });
  });
});

test("every file in rules/ is a registered rule", () => {
  const files = readdirSync(new URL("./rules", import.meta.url)).filter((name) => name.endsWith(".ts"));
  expect(Object.keys(gateRules)).toHaveLength(files.length);
});
