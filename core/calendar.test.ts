import { describe, expect, test } from "bun:test";
import { defaultPeriodsPerYear, inferInterval, isAlwaysOpen, medianSpacing, weekday } from "./calendar.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "./time.ts";

/** Wednesday, 2020-01-01. */
const START = Date.UTC(2020, 0, 1);

const every = (step: number, n: number, from = START) => Float64Array.from({ length: n }, (_, i) => from + i * step);
const weekdaysOnly = (times: Float64Array) => times.filter((t) => weekday(t) !== 0 && weekday(t) !== 6);
/** n sessions of `bars` bars each, from 09:30 on, on weekdays. */
const sessions = (n: number, bars: number, step: number) =>
  Float64Array.from(
    [...weekdaysOnly(every(DAY_MS, n * 2)).subarray(0, n)].flatMap((day) => [...every(step, bars, day + 9.5 * HOUR_MS)]),
  );
const months = (n: number) => Float64Array.from({ length: n }, (_, i) => Date.UTC(2020, i, 1));

describe("interval", () => {
  test.each([
    ["1m", every(MINUTE_MS, 500)],
    ["5m", sessions(5, 78, 5 * MINUTE_MS)],
    ["15m", sessions(5, 26, 15 * MINUTE_MS)],
    ["30m", sessions(5, 13, 30 * MINUTE_MS)],
    ["1h", sessions(5, 7, HOUR_MS)],
    ["1h", sessions(9, 2, HOUR_MS)],
    ["1d", weekdaysOnly(every(DAY_MS, 30))],
    ["1d", every(DAY_MS, 30)],
    ["1wk", every(7 * DAY_MS, 10)],
    ["1mo", months(20)],
    ["1mo", months(2)],
  ] as const)("%s bars are recognised, sessions and weekends or not", (interval, times) => {
    expect(inferInterval(times)).toEqual({ interval, basis: "measured" });
  });

  test("holidays, a missing month and a summer-time hour change nothing", () => {
    const days = weekdaysOnly(every(DAY_MS, 400)).filter((_, i) => i % 9 !== 0 && (i < 100 || i > 120));
    expect(inferInterval(days)?.interval).toBe("1d");
    const summer = every(DAY_MS, 40).map((t, i) => (i > 20 ? t - HOUR_MS : t));
    expect(inferInterval(summer)?.interval).toBe("1d");
  });

  test("a spacing between two intervals is the shorter one with bars left out", () => {
    expect(inferInterval(every(4 * HOUR_MS, 20))?.interval).toBe("1h");
    expect(inferInterval(every(2 * DAY_MS, 20))?.interval).toBe("1d");
  });

  test("one bar is a day at midnight and a minute elsewhere, and says that this was assumed", () => {
    expect(inferInterval(Float64Array.of(START))).toEqual({ interval: "1d", basis: "assumed" });
    expect(inferInterval(Float64Array.of(START + HOUR_MS))).toEqual({ interval: "1m", basis: "assumed" });
    expect(inferInterval(Float64Array.of(START, START))).toEqual({ interval: "1d", basis: "assumed" });
  });

  test("bars closer than a minute have no interval", () => {
    expect(inferInterval(every(1000, 20))).toBeNull();
  });

  test("the median of an even number of steps is the mean of the middle two", () => {
    expect(medianSpacing(Float64Array.of(0, 1000, 4000))).toBe(2000);
    expect(medianSpacing(Float64Array.of(5))).toBeNaN();
  });
});

describe("weekdays and markets that never close", () => {
  test("1970-01-01 was a Thursday, 2024-12-29 a Sunday, 1969-12-28 too", () => {
    expect(weekday(0)).toBe(4);
    expect(weekday(Date.UTC(2024, 11, 29, 23))).toBe(0);
    expect(weekday(Date.UTC(1969, 11, 28))).toBe(0);
  });

  test("bars on Saturdays and on Sundays mean always open", () => {
    expect(isAlwaysOpen(every(DAY_MS, 5, Date.UTC(2020, 0, 3)), "1d")).toBe(true);
    expect(isAlwaysOpen(every(HOUR_MS, 24 * 14), "1h")).toBe(true);
  });

  test("weekdays alone, weekdays and Sundays, or a stray weekend bar do not", () => {
    const days = every(DAY_MS, 700);
    expect(isAlwaysOpen(weekdaysOnly(days), "1d")).toBe(false);
    expect(
      isAlwaysOpen(
        days.filter((t) => weekday(t) !== 6),
        "1d",
      ),
    ).toBe(false);
    expect(
      isAlwaysOpen(
        days.filter((t, i) => i < 14 || (weekday(t) !== 6 && weekday(t) !== 0)),
        "1d",
      ),
    ).toBe(false);
  });

  test("weeks and months tell nothing", () => {
    expect(isAlwaysOpen(months(60), "1mo")).toBe(false);
  });
});

describe("periods per year", () => {
  test.each([
    ["weeks: 52", every(7 * DAY_MS, 10), "1wk", 52],
    ["months: 12", months(60), "1mo", 12],
    ["days of a market with sessions: 252", weekdaysOnly(every(DAY_MS, 100)), "1d", 252],
    ["days of a market that never closes: 365.25", every(DAY_MS, 100), "1d", 365.25],
    ["minutes of a market that never closes", every(MINUTE_MS, 1440 * 14), "1m", 525_960],
    ["minutes of a session of 390: 252 x 390", sessions(10, 390, MINUTE_MS), "1m", 98_280],
    ["hours of a session of 7: 252 x 7", sessions(10, 7, HOUR_MS), "1h", 1764],
    ["one minute bar: 252", Float64Array.of(START), "1m", 252],
  ] as const)("%s", (_name, times, interval, expected) => {
    expect(defaultPeriodsPerYear(times, interval)).toBe(expected);
  });

  test("the median day counts, not the mean: a half day changes nothing", () => {
    const times = sessions(11, 13, 30 * MINUTE_MS).filter((_, i) => i < 5 * 13 || i >= 5 * 13 + 6);
    expect(defaultPeriodsPerYear(times, "30m")).toBe(252 * 13);
  });
});
