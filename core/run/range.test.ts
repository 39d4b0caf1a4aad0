import { describe, expect, test } from "bun:test";
import { engineTs } from "../../engine-ts/engine.ts";
import { strategies } from "../strategies/registry.ts";
import { answerTo, barsAt, failureOf, pricedAt, weekdayBars } from "./test-run.ts";

const DAY = 86_400_000;
const HOUR = 3_600_000;
const MINUTE = 60_000;

/** Rising prices on Thursday 2, Friday 3, Monday 6 to Friday 10 and Monday 13 January 2020. */
const rising = weekdayBars(pricedAt([100, 101, 102, 103, 104, 105, 106, 107]));
const CROSS = { strategy: "ma_crossover", params: { fast: 2, slow: 3 } };

const times = (answer: Awaited<ReturnType<typeof answerTo>>) => answer.equity_curve?.map(({ time }) => time);

describe("start and end", () => {
  test.each<[object, string, string, number]>([
    [{ start: "2020-01-06" }, "2020-01-06", "2020-01-13", 6],
    [{ end: "2020-01-06" }, "2020-01-02", "2020-01-06", 3],
    [{ start: "2020-01-04", end: "2020-01-05T23:59:59Z" }, "", "", 0],
    [{ start: "2020-01-03", end: "2020-01-03" }, "2020-01-03", "2020-01-03", 1],
    [{ start: "2020-01-03T00:00:00Z", end: "2020-01-06T00:00:00Z" }, "2020-01-03", "2020-01-06", 2],
    [{ start: "2020-01-03T00:00:01Z" }, "2020-01-06", "2020-01-13", 6],
    [{ start: null, end: null }, "2020-01-02", "2020-01-13", 8],
  ])("%j are both included", async (range, from, to, bars) => {
    if (bars === 0) {
      const { code, detail } = await failureOf(rising, range, engineTs);
      expect(code).toBe("no_data");
      expect(detail).toContain("the data runs from 2020-01-02 to 2020-01-13");
    } else expect((await answerTo(rising, range, engineTs)).data).toMatchObject({ from, to, bars });
  });

  test("cut what the run may know: indicators start anew at start", async () => {
    const got = await answerTo(rising, { ...CROSS, start: "2020-01-06" }, engineTs);
    // The third bar of the range is the first with both averages, so the entry fills at the open of the fourth.
    expect(got.open_position).toMatchObject({ entry_bar: 3, entry_time: "2020-01-09", entry_price: 105 });
    expect(got.conventions.warmup).toBe(0);
  });
});

describe("warm-up", () => {
  test.each([2, "auto"])("%p lets indicators see the bars before start, and nothing else", async (warmup) => {
    const got = await answerTo(rising, { ...CROSS, start: "2020-01-06", warmup }, engineTs);
    // Both averages exist at the first bar of the range: the entry fills at the second.
    expect(got.open_position).toMatchObject({ entry_bar: 1, entry_time: "2020-01-07", entry_price: 103 });
    expect(times(got)?.[0]).toBe("2020-01-06");
    expect(got.equity_curve?.[0]?.equity).toBe(10_000);
    expect(got.metrics).toMatchObject({ periods: 6 });
    expect(got.data).toMatchObject({ bars: 6, from: "2020-01-06" });
    expect(got.conventions.warmup).toBe(2);
  });

  test.each([
    [1, 1],
    [2, 2],
    [100, 2],
  ])("of %d bars is as many as there are: %d", async (warmup, found) => {
    expect((await answerTo(rising, { ...CROSS, start: "2020-01-06", warmup }, engineTs)).conventions.warmup).toBe(found);
  });

  test("auto is no warm-up for a strategy without a window", async () => {
    expect((await answerTo(rising, { start: "2020-01-06", warmup: "auto" }, engineTs)).conventions.warmup).toBe(0);
  });

  test("leaves the bars' hash and the benchmark as they are", async () => {
    const [none, two] = await Promise.all(
      [0, 2].map((warmup) => answerTo(rising, { ...CROSS, start: "2020-01-06", warmup }, engineTs)),
    );
    expect(two?.data.hash).toBe(none!.data.hash);
    expect(two?.benchmark.total_return).toBe(none!.benchmark.total_return!);
  });
});

describe("too few bars", () => {
  const needed = {
    buy_and_hold: 1,
    ma_crossover: 30,
    rsi_reversion: 15,
    bollinger_reversion: 20,
    bollinger_breakout: 20,
    macd_crossover: 34,
    donchian_breakout: 21,
    momentum: 61,
    supertrend: 11,
  };
  const walk = (n: number) => weekdayBars(pricedAt(Array.from({ length: n }, (_, i) => 100 + ((i * 7) % 11))));

  test("have a figure for every strategy", () => {
    expect(Object.keys(needed).sort()).toEqual(Object.keys(strategies).sort());
  });

  test.each(Object.entries(needed).filter(([, bars]) => bars > 1))(
    "%s runs on %d bars and not on one less",
    async (strategy, bars) => {
      expect((await answerTo(walk(bars), { strategy }, engineTs)).data.bars).toBe(bars);
      const { code, detail } = await failureOf(walk(bars - 1), { strategy }, engineTs);
      expect(code).toBe("no_data");
      expect(detail).toContain(`needs at least ${bars} bars, but there are ${bars - 1} with prices`);
      expect(detail).toStartWith(strategy);
    },
  );

  test("are told apart from missing ones, which do not count", async () => {
    const { detail } = await failureOf(weekdayBars(pricedAt([100, null, 101])), CROSS, engineTs);
    expect(detail).toStartWith("ma_crossover (fast 2, slow 3, average sma) needs at least 3 bars, but there are 2 with prices");
  });

  test("may be made up for by warm-up", async () => {
    const range = { ...CROSS, start: "2020-01-06", end: "2020-01-06" };
    expect((await failureOf(rising, range, engineTs)).code).toBe("no_data");
    expect((await failureOf(rising, { ...range, warmup: 1 }, engineTs)).detail).toContain("2 with prices, 1 of them warm-up");
    expect((await answerTo(rising, { ...range, warmup: 2 }, engineTs)).data.bars).toBe(1);
  });

  test("are no bars at all as well", async () => {
    expect((await failureOf(weekdayBars([]), {}, engineTs)).code).toBe("no_data");
  });
});

describe("the interval", () => {
  test("asked for must be that of the bars: nothing is resampled", async () => {
    const { code, findings } = await failureOf(rising, { interval: "1h" }, engineTs);
    expect(code).toBe("invalid_request");
    expect(findings[0]?.path).toBe("interval");
    expect(findings[0]?.message).toStartWith("interval is 1h, but the bars are 1d");
    expect((await answerTo(rising, { interval: "1d" }, engineTs)).data.interval).toBe("1d");
  });

  test("decides how times are written", async () => {
    const bars = barsAt([Date.UTC(2020, 0, 2, 14, 30), Date.UTC(2020, 0, 2, 14, 31)], pricedAt([100, 101]));
    const got = await answerTo(bars, {}, engineTs);
    expect(times(got)).toEqual(["2020-01-02T14:30:00Z", "2020-01-02T14:31:00Z"]);
  });
});

describe("periods_per_year", () => {
  const start = Date.UTC(2020, 0, 6);
  const every = (step: number, n: number, wanted: (timeMs: number) => boolean = () => true) =>
    Array.from({ length: n }, (_, i) => start + i * step).filter(wanted);
  const weekday = (timeMs: number) => new Date(timeMs).getUTCDay() % 6 !== 0;
  /** Seven hours a day from 14:00 on. */
  const session = (timeMs: number) => weekday(timeMs) && timeMs % DAY >= 14 * HOUR && timeMs % DAY < 21 * HOUR;
  const months = Array.from({ length: 24 }, (_, i) => Date.UTC(2020, i, 1));

  test.each<[string, readonly number[], number]>([
    ["daily bars on weekdays: 252", every(DAY, 60, weekday), 252],
    ["daily bars on all days: 365.25", every(DAY, 60), 365.25],
    ["weekly bars: 52", every(7 * DAY, 30), 52],
    ["monthly bars: 12", months, 12],
    ["minutes of sessions: 252 times 420 bars a day", every(MINUTE, 5 * 1440, session), 252 * 420],
    ["half hours of sessions: 252 times 14 bars a day", every(30 * MINUTE, 20 * 48, session), 252 * 14],
    ["hours round the clock: 8,766", every(HOUR, 21 * 24), 8766],
  ])("of %s", async (_, timeMs, want) => {
    const bars = barsAt(timeMs, pricedAt(timeMs.map((_t, i) => 100 + (i % 7))));
    expect((await answerTo(bars, {}, engineTs)).conventions.periods_per_year).toBe(want);
  });

  test("given is taken as it is", async () => {
    const [usual, asked] = await Promise.all([{}, { periods_per_year: 63 }].map((fields) => answerTo(rising, fields, engineTs)));
    expect(asked?.conventions.periods_per_year).toBe(63);
    // Half as many periods in the root: a quarter of the periods halves the Sharpe ratio.
    expect(asked?.sharpe).toBeCloseTo((usual?.sharpe ?? Number.NaN) / 2, 10);
  });
});

describe("listed splits", () => {
  // Ten for one on Tuesday: 100 shares of 100 become 1,000 of 10.
  const bars = weekdayBars(pricedAt([100, 100, 100, 10, 10, 11]));

  test.each(["2020-01-07", "2020-01-07T14:30:00Z"])("on %s take place before that day's open", async (time) => {
    const fields = { adjusted: false, data_quality: "warn", splits: [{ time, ratio: 10 }] };
    const got = await answerTo(bars, fields, engineTs);
    expect(got.equity_curve?.map(({ equity }) => equity)).toEqual([10_000, 10_000, 10_000, 10_000, 10_000, 11_000]);
    expect(got.events).toEqual([{ bar: 3, time: "2020-01-07", event: "split", ratio: 10, quantity: 1000 }]);
  });

  test("are needed where unadjusted prices jump like one", async () => {
    expect((await failureOf(bars, { adjusted: false }, engineTs)).code).toBe("bad_data");
    const listed = { adjusted: false, splits: [{ time: "2020-01-07", ratio: 10 }] };
    expect((await answerTo(bars, listed, engineTs)).metrics.final_equity).toBe(11_000);
  });

  test("before the first bar of the range change nothing", async () => {
    const fields = { adjusted: false, splits: [{ time: "2020-01-07", ratio: 10 }], start: "2020-01-08" };
    expect((await answerTo(bars, fields, engineTs)).events).toEqual([]);
  });
});
