import { describe, expect, test } from "bun:test";
import { uniforms } from "./random.ts";
import {
  DAY_MS,
  daysFromDate,
  epochMs,
  formatDay,
  formatInstant,
  formatTime,
  HOUR_MS,
  parseIsoTime,
  parseWrittenTime,
} from "./time.ts";

const at = (...parts: readonly [number, number, number, number?, number?, number?, number?]) => {
  const [year, month, ...rest] = parts;
  return Date.UTC(year, month - 1, ...rest);
};

describe("dates", () => {
  test("days count from 1970-01-01 as the runtime's calendar counts them, over four centuries", () => {
    for (let days = -135_140; days < 50_000; days += 1) {
      const date = new Date(days * DAY_MS);
      const found = daysFromDate(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
      if (found !== days) throw new Error(`${date.toISOString()} is day ${days}, got ${found}`);
    }
    expect(daysFromDate(1970, 1, 1)).toBe(0);
  });

  test.each(["2020-02-30", "2020-13-01", "2020-00-10", "2020-01-00", "2021-02-29", "1900-02-29", "2020-04-31", "0000-01-01"])(
    "%s does not exist",
    (text) => {
      expect(parseIsoTime(text)).toBeNull();
      expect(parseWrittenTime(text, "month_first")).toBeNull();
    },
  );

  test("29 February exists in 2000 and 2024", () => {
    expect(parseIsoTime("2000-02-29")?.timeMs).toBe(at(2000, 2, 29));
    expect(parseIsoTime("2024-02-29")?.timeMs).toBe(at(2024, 2, 29));
  });
});

describe("ISO times", () => {
  test.each([
    ["2020-01-02", at(2020, 1, 2), null, true],
    ["2020-01-02T14:30", at(2020, 1, 2, 14, 30), null, false],
    ["2020-01-02 14:30:15", at(2020, 1, 2, 14, 30, 15), null, false],
    ["2020-01-02T14:30:15Z", at(2020, 1, 2, 14, 30, 15), 0, false],
    ["2020-01-02T14:30:15.123456Z", at(2020, 1, 2, 14, 30, 15, 123), 0, false],
    ["2020-01-02T14:30:15.5Z", at(2020, 1, 2, 14, 30, 15, 500), 0, false],
    ["2020-01-02 00:00:00-05:00", at(2020, 1, 2, 5), -300, false],
    ["2020-01-02T00:00:00+0530", at(2020, 1, 1, 18, 30), 330, false],
    ["2020-01-02T00:00:00+01", at(2020, 1, 1, 23), 60, false],
  ] as const)("%s", (text, timeMs, offsetMinutes, dateOnly) => {
    expect(parseIsoTime(text)).toEqual({ timeMs, offsetMinutes, dateOnly });
    expect(parseWrittenTime(text, "month_first")).toEqual({ timeMs, offsetMinutes, dateOnly });
  });

  test.each([
    "",
    "2020-1-2",
    "2020-01-02T",
    "2020-01-02T24:00",
    "2020-01-02T10:60",
    "2020-01-02T10:00:60",
    "2020-01-02T10:00+15:00",
    "2020-01-02T10:00+05:99",
    "2020-01-02x",
    "20200102",
    "2020/01/02",
    "2020-01-02 3:05 PM",
    "1577836800",
  ])("%p is not one", (text) => {
    expect(parseIsoTime(text)).toBeNull();
  });
});

describe("times as files write them", () => {
  test.each([
    ["2020/01/02", at(2020, 1, 2)],
    ["2020/01/02 09:30", at(2020, 1, 2, 9, 30)],
    ["20200102", at(2020, 1, 2)],
    ["01/31/2020", at(2020, 1, 31)],
    ["1/2/2020", at(2020, 1, 2)],
    ["1/2/2020 9:05", at(2020, 1, 2, 9, 5)],
    ["1/2/2020 12:05 AM", at(2020, 1, 2, 0, 5)],
    ["1/2/2020 12:05:30 pm", at(2020, 1, 2, 12, 5, 30)],
    ["1/2/2020 3:05 PM", at(2020, 1, 2, 15, 5)],
    ["1577836800", at(2020, 1, 1)],
    ["1577836800.25", at(2020, 1, 1) + 250],
    ["1577836800000", at(2020, 1, 1)],
    ["-315619200", at(1960, 1, 1)],
    ["99999999999", 99_999_999_999_000],
    ["100000000000", 100_000_000_000],
  ] as const)("%s", (text, timeMs) => {
    expect(parseWrittenTime(text, "month_first")?.timeMs).toBe(timeMs);
  });

  test("03/04/2020 is the 4th of March or the 3rd of April, by the order asked for", () => {
    expect(parseWrittenTime("03/04/2020", "month_first")?.timeMs).toBe(at(2020, 3, 4));
    expect(parseWrittenTime("03/04/2020", "day_first")?.timeMs).toBe(at(2020, 4, 3));
    expect(parseWrittenTime("31/12/2020", "month_first")).toBeNull();
    expect(parseWrittenTime("31/12/2020", "day_first")?.timeMs).toBe(at(2020, 12, 31));
  });

  test.each([
    "0",
    "12",
    "20201301",
    "1/2/20",
    "13:30",
    "2020-01/02",
    "1/2/2020 13:05 PM",
    "1/2/2020 0:05 AM",
    "Jan 2, 2020",
    "999999999999999",
  ])("%p is not one", (text) => {
    expect(parseWrittenTime(text, "month_first")).toBeNull();
  });

  test("plain numbers below 1e11 are seconds, from there on milliseconds", () => {
    expect(epochMs(1_577_836_800)).toBe(at(2020, 1, 1));
    expect(epochMs(1_577_836_800_000)).toBe(at(2020, 1, 1));
  });
});

describe("written times", () => {
  test("days and longer are a date, shorter bars an instant without empty milliseconds", () => {
    expect(formatTime(at(2024, 1, 31), "1d")).toBe("2024-01-31");
    expect(formatTime(at(2024, 1, 31), "1mo")).toBe("2024-01-31");
    expect(formatTime(at(2024, 1, 31, 14, 30), "1m")).toBe("2024-01-31T14:30:00Z");
    expect(formatTime(at(2024, 1, 31, 14, 30, 0, 7), "1h")).toBe("2024-01-31T14:30:00.007Z");
  });

  test("are those of Date, for every day and clock from the year 0 on, also when asked for again", () => {
    const next = uniforms(11);
    const units = [1, 1000, 60_000, HOUR_MS, DAY_MS];
    for (let k = 0; k < 3000; k++) {
      const unit = units[k % units.length]!;
      const timeMs = Math.floor((-62_167_219_200_000 + next() * 2 * 62_167_219_200_000) / unit) * unit;
      const iso = new Date(timeMs).toISOString();
      for (let twice = 0; twice < 2; twice++) {
        expect(formatDay(timeMs)).toBe(iso.slice(0, 10));
        expect(formatInstant(timeMs)).toBe(iso.replace(".000Z", "Z"));
      }
    }
  });

  test("of a year beyond 9999 have all its digits, and a time that no calendar has is refused", () => {
    expect(formatInstant(Date.UTC(12_345, 0, 2))).toBe("+012345-01-02T00:00:00Z");
    for (const timeMs of [Number.NaN, 8.64e15 + DAY_MS]) {
      expect(() => formatDay(timeMs)).toThrow(RangeError);
      expect(() => formatInstant(timeMs)).toThrow(RangeError);
    }
  });

  test("what is written is read back", () => {
    for (let k = 0; k < 2000; k++) {
      const timeMs = Math.trunc(-6e11 + k * 1_234_567_891);
      expect(parseIsoTime(formatTime(timeMs, "1m"))?.timeMs).toBe(timeMs);
    }
  });
});
