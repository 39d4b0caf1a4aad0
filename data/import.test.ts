import { describe, expect, test } from "bun:test";
import { BAR_COLUMNS } from "../core/bars.ts";
import { gate } from "../core/gate/gate.ts";
import { WHOLE_RANGE } from "../core/gate/range.ts";
import { uniforms } from "../core/random.ts";
import { formatDay } from "../core/time.ts";
import { readCsv } from "./csv.ts";
import { sampleSeries } from "./sample.ts";

const HEADER = "Date,Open,High,Low,Close,Volume";

/** What the gate makes of a CSV text: the columns as lists and the codes of the warnings, or the error. */
function importCsv(text: string) {
  const raw = readCsv(new TextEncoder().encode(text), true);
  if (!raw.ok) return { error: raw.error };
  const gated = gate(raw.value, {
    nowMs: Date.UTC(2030, 0, 1),
    dataQuality: "fail",
    adjusted: true,
    splits: [],
    range: WHOLE_RANGE,
    warmupBars: 0,
    interval: null,
  });
  if (!gated.ok) return { error: gated.error };
  return { columns: BAR_COLUMNS.map((name) => [...gated.value.bars[name]]), codes: gated.value.warnings.map(({ code }) => code) };
}

/** Some rows of a sample as CSV lines, without the header. */
function someLines(next: () => number): string[] {
  const { timeMs, open, high, low, close, volume } = sampleSeries["SAMPLE-VOL"]!.build();
  const from = Math.floor(next() * 9000);
  return Array.from({ length: 30 }, (_, k) => {
    const i = from + k;
    const prices = next() < 0.1 ? ",,," : [open[i], high[i], low[i], close[i]].join(",");
    return `${formatDay(timeMs[i]!)},${prices},${volume?.[i]}`;
  });
}

function shuffled(lines: readonly string[], next: () => number): string[] {
  return lines
    .map((line) => ({ line, key: next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ line }) => line);
}

describe("a file in disorder gives the bars of the clean file", () => {
  const changes: readonly (readonly [string, (lines: readonly string[], next: () => number) => string, readonly string[]])[] = [
    ["newest first", (lines) => [HEADER, ...lines.toReversed()].join("\n"), ["newest_first"]],
    ["shuffled", (lines, next) => [HEADER, ...shuffled(lines, next)].join("\n"), ["unsorted"]],
    ["a row twice", (lines) => [HEADER, ...lines, lines[0]].join("\n"), ["unsorted", "duplicate_rows"]],
    ["every row twice", (lines) => [HEADER, ...lines.flatMap((line) => [line, line])].join("\n"), ["duplicate_rows"]],
    ["blank lines", (lines) => `${[HEADER, ...lines].join("\n\n")}\n\n\n`, ["blank_rows"]],
    ["rows of commas", (lines) => [HEADER, ",,,,,", ...lines, ",,,,,"].join("\n"), ["blank_rows"]],
    ["CRLF and a byte order mark", (lines) => `\uFEFF${[HEADER, ...lines, ""].join("\r\n")}`, []],
    ["CR", (lines) => [HEADER, ...lines].join("\r"), []],
    [
      "another column and quotes",
      (lines) => [`${HEADER},Note`, ...lines.map((line) => `${line.replace(/^[^,]+/, '"$&"')},"a, b"`)].join("\n"),
      [],
    ],
  ];

  test.each(changes)("%s", (_name, change, codes) => {
    const next = uniforms(17);
    for (let round = 0; round < 30; round++) {
      const lines = someLines(next);
      const clean = importCsv([HEADER, ...lines, ""].join("\n"));
      expect(clean.error).toBeUndefined();
      const found = importCsv(change(lines, next));
      expect(found.columns).toEqual(clean.columns);
      expect(found.codes).toEqual([...codes, ...(clean.codes ?? [])]);
    }
  });
});

describe("findings name the line of the file", () => {
  const refused = (...rows: readonly string[]) =>
    importCsv([HEADER, "2020-01-02,10,12,9,11,100", ...rows, ""].join("\r\n")).error;

  test.each([
    ["text", ["2020-01-03,11,13,10,abc,200"], "line 3", 'close is "abc"'],
    ["text in a time", ["", "2020-02-30,11,13,10,12,200"], "line 4", '"2020-02-30" is not a time'],
    ["a price of 0", ["", "", "2020-01-03,11,13,0,12,200"], "line 5", "low is 0"],
    ["high below low", ["2020-01-03,11,10,13,12,200"], "line 3", "high 10 is below low 13"],
    ["some empty prices", ["2020-01-03,11,,10,12,200"], "line 3", "no high"],
    ["NaN among numbers", ["2020-01-03,11,13,10,NaN,200"], "line 3", "close is NaN"],
    ["overflow", ["2020-01-03,11,1e400,10,12,200"], "line 3", "high is Infinity"],
    ["two bars of one day", ["2020-01-03,11,13,10,12,200", "2020-01-03,11,13,10,12.5,200"], "line 4", "different from line 3"],
    ["the future", ["2031-01-03,11,13,10,12,200"], "line 3", "in the future"],
    ["a single offset", ["2020-01-03T00:00:00Z,11,13,10,12,200"], "line 3", "has an offset from UTC, line 2 has none"],
  ] as const)("%s", (_name, rows, path, message) => {
    const error = refused(...rows);
    expect(error?.code).toBe("bad_data");
    expect(error?.findings[0]?.path).toBe(path);
    expect(error?.findings[0]?.message).toContain(message);
  });

  test("a close without its adjusted close", () => {
    const error = importCsv("date,open,high,low,close,adj close\n2020-01-02,1,1,1,1,\n").error;
    expect(error?.findings[0]).toEqual({ path: "line 2", message: expect.stringContaining('adj_close is ""') });
  });
});
