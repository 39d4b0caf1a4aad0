import { afterAll, describe, expect, test } from "bun:test";
import type { BarProvider, BarQuery } from "../core/ports.ts";
import { formatDay, formatInstant } from "../core/time.ts";
import { describeBarProvider } from "./conformance.ts";
import { type YahooSettings, yahooProvider } from "./yahoo.ts";
import { type StandInSettings, startStandIn } from "./yahoo-stand-in.ts";
import { days, FRIDAY_EVENING, QUICK, queryOf } from "./yahoo-test-query.ts";

const clock = { nowMs: () => FRIDAY_EVENING };
const standIn = startStandIn(clock);
afterAll(() => standIn.stop());

const provider = yahooProvider({ baseUrl: standIn.url, ...QUICK, ...clock });

describeBarProvider("yahoo", async () => ({ provider, known: queryOf(), unknown: queryOf({ symbol: "NOSUCH" }) }));

async function got(change: Partial<BarQuery> = {}, settings: Partial<YahooSettings> = {}) {
  const answer = await yahooProvider({ baseUrl: standIn.url, ...QUICK, ...clock, ...settings }).bars(queryOf(change));
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.detail}`);
  return answer.value;
}

/** The code and the message of a failure, and how often the stand-in was asked. */
async function failed(
  symbol: string,
  settings: Partial<YahooSettings> = {},
): Promise<{ code: string; detail: string; asked: number }> {
  const before = standIn.asked.length;
  const answer = await yahooProvider({ baseUrl: standIn.url, ...QUICK, ...clock, ...settings }).bars(queryOf({ symbol }));
  if (answer.ok) throw new Error(`${symbol} was answered`);
  return { code: answer.error.code, detail: answer.error.detail, asked: standIn.asked.length - before };
}

function outcome(answer: Awaited<ReturnType<BarProvider["bars"]>>): string {
  return answer.ok ? "ok" : answer.error.code;
}

/** A stand-in of its own for one test. */
async function withStandIn<T>(settings: Partial<StandInSettings>, use: (url: string) => Promise<T>): Promise<T> {
  const own = startStandIn({ ...clock, ...settings });
  try {
    return await use(own.url);
  } finally {
    await own.stop();
  }
}

describe("a chart of Yahoo", () => {
  test("becomes daily bars by the exchange's date, on both sides of a change of the clocks", async () => {
    const { raw } = await got({ range: days("2024-03-07", "2024-03-12") });
    const wanted = ["2024-03-06", "2024-03-07", "2024-03-08", "2024-03-11", "2024-03-12", "2024-03-13"];
    expect([...raw.timeMs].map(formatDay)).toEqual(wanted);
    expect([raw.interval, raw.offsetMinutes, raw.oddCells, raw.notes]).toEqual(["1d", null, [], []]);
  });

  test("becomes bars within the day by their instant, and weeks and months by their first day", async () => {
    const range = { startMs: Date.UTC(2024, 5, 13, 19), endMs: Date.UTC(2024, 5, 14, 14, 30) };
    const hours = await got({ interval: "1h", range });
    const wanted = ["2024-06-13T19:30:00Z", "2024-06-14T13:30:00Z", "2024-06-14T14:30:00Z"];
    expect([...hours.raw.timeMs].map(formatInstant)).toEqual(wanted);
    expect(hours.origin.note).toContain("within a day");
    const weeks = await got({ interval: "1wk", range: days("2024-05-27", "2024-06-03") });
    expect([...weeks.raw.timeMs].map(formatDay)).toEqual(["2024-05-27", "2024-06-03"]);
    const months = await got({ interval: "1mo", range: days("2024-03-01", "2024-05-31") });
    expect([...months.raw.timeMs].map(formatDay)).toEqual(["2024-03-01", "2024-04-01", "2024-05-01"]);
  });

  test("has all four prices scaled by adjusted close / close when that is asked for, and says so", async () => {
    await withStandIn({ dividendDays: [Date.UTC(2024, 3, 1)] }, async (baseUrl) => {
      const [scaled, plain] = [await got({}, { baseUrl }), await got({ adjusted: false }, { baseUrl })];
      const first = (raw: typeof scaled.raw) => [raw.open[0], raw.high[0], raw.low[0], raw.close[0]].map(Number);
      first(scaled.raw).forEach((price, i) => {
        expect(price / (first(plain.raw)[i] ?? Number.NaN)).toBeCloseTo(0.98, 12);
      });
      expect(scaled.raw.close.at(-1)).toBe(plain.raw.close.at(-1)!);
      expect(scaled.raw.volume).toEqual(plain.raw.volume);
      expect([scaled.origin.note, plain.origin.note].map((note) => note?.split(":")[0])).toEqual([
        "prices are adjusted for splits and dividends",
        "prices are as Yahoo gives them",
      ]);
    });
  });

  test("keeps a row without prices as a missing bar", async () => {
    const { raw } = await got({ symbol: "FAULT-NULLS" });
    const empty = [raw.open, raw.high, raw.low, raw.close, raw.volume].map((column) =>
      [...(column ?? [])].flatMap((value, i) => (Number.isNaN(value) ? [i] : [])),
    );
    expect(empty).toEqual([[2], [2], [2], [2], [2]]);
  });

  /** The answer with its text changed. */
  const changed = async (change: (text: string) => string, query: Partial<BarQuery> = {}) => {
    const answer = (_symbol: string, _times: number, good: () => object) =>
      new Response(change(JSON.stringify(good())), { headers: { "content-type": "application/json" } });
    return withStandIn({ answer }, (baseUrl) => yahooProvider({ baseUrl, ...QUICK, ...clock }).bars(queryOf(query)));
  };
  const TWO_DAYS = { range: days("2024-06-12", "2024-06-12") };
  const JUNE_12 = Date.UTC(2024, 5, 12, 13, 30) / 1000;

  test("keeps one of two rows of a day where the other holds nothing, and two that differ for the gate", async () => {
    const twice = (text: string) => text.replace(/"timestamp":\[\d+,/, `"timestamp":[${JUNE_12 + 60},`);
    const first = (value: string) => (text: string) => twice(text).replace(/("(?:open|high|low|close)":\[)[\d.]+/g, `$1${value}`);
    const both = await changed(first("1"), TWO_DAYS);
    expect(both.ok && [...both.value.raw.timeMs].map(formatDay)).toEqual(["2024-06-12", "2024-06-12", "2024-06-13"]);
    const one = await changed(first("null"), TWO_DAYS);
    expect(one.ok && [...one.value.raw.timeMs].map(formatDay)).toEqual(["2024-06-12", "2024-06-13"]);
    expect(one.ok && one.value.raw.close.every((close) => close > 0)).toBe(true);
  });

  test("leaves a missing adjusted close beside a close to the gate", async () => {
    const answer = await changed((text) => text.replace(/("adjclose":\[)[\d.]+/, "$1null"), TWO_DAYS);
    expect(answer.ok && answer.value.raw.oddCells).toEqual([{ row: 0, column: "adj_close", text: "null", kind: "text" }]);
  });

  test("uses the offset that Yahoo tells where the time zone is unknown", async () => {
    const answer = await changed((text) => text.replace("America/New_York", "Mars/Olympus"), TWO_DAYS);
    expect(answer.ok && [...answer.value.raw.timeMs].map(formatDay)).toEqual(["2024-06-11", "2024-06-12", "2024-06-13"]);
  });

  test("of another interval than asked for is a failure of the provider", async () => {
    const answer = await changed((text) => text.replace('"dataGranularity":"1d"', '"dataGranularity":"1wk"'));
    expect(answer.ok ? "" : answer.error.detail).toStartWith("Yahoo answered with bars of 1wk instead of 1d; ");
  });

  test("that says in its body that there is no such symbol is not_found", async () => {
    const error = { code: "Not Found", description: "No data found, symbol may be delisted" };
    const answer = await changed(() => JSON.stringify({ chart: { result: null, error } }));
    expect(answer).toMatchObject({ ok: false, error: { code: "not_found" } });
  });

  test("made by the stand-in is said to be made up", async () => {
    const { origin } = await got();
    expect(origin.synthetic).toBe(true);
    expect(origin.note).toContain("made-up prices of a stand-in");
  });

  test("from another address than Yahoo's says which", async () => {
    const answer = (_symbol: string, _times: number, good: () => object) =>
      new Response(JSON.stringify(good()).replace("STAND-IN", "NYQ"), { headers: { "content-type": "application/json" } });
    await withStandIn({ answer }, async (baseUrl) => {
      const { origin } = await got({}, { baseUrl });
      expect([origin.synthetic, origin.note?.split("; ").at(-1)]).toEqual([false, `asked at ${baseUrl} instead of Yahoo`]);
    });
  });
});

describe("the bar that is still forming", () => {
  const lastDays = async (now: string, change: Partial<BarQuery> = {}) => {
    const nowMs = () => Date.parse(now);
    return withStandIn({ nowMs }, async (baseUrl) => {
      const { raw } = await got({ range: days("2024-06-03", null), ...change }, { baseUrl, nowMs });
      return [formatDay(raw.timeMs.at(-1) ?? 0), ...raw.notes.map(({ message }) => message)];
    });
  };
  const left = (day: string) => `left out the bar of ${day}: it was not complete when it was fetched`;

  test("of a day is left out until the session is over", async () => {
    expect(await lastDays("2024-06-13T13:00:00Z")).toEqual(["2024-06-12"]);
    expect(await lastDays("2024-06-13T13:31:00Z")).toEqual(["2024-06-12", left("2024-06-13")]);
    expect(await lastDays("2024-06-13T19:59:59Z")).toEqual(["2024-06-12", left("2024-06-13")]);
    expect(await lastDays("2024-06-13T20:00:00Z")).toEqual(["2024-06-13"]);
    expect(await lastDays("2024-06-13T15:00:00Z", { range: days("2024-06-03", "2024-06-12") })).toEqual(["2024-06-12"]);
  });

  test("of a week or a month is left out until the next one begins", async () => {
    const week = { interval: "1wk", range: days("2024-05-01", null) } as const;
    expect(await lastDays("2024-06-16T12:00:00Z", week)).toEqual(["2024-06-03", left("2024-06-10")]);
    expect(await lastDays("2024-06-17T05:00:00Z", week)).toEqual(["2024-06-10", left("2024-06-17")]);
    const month = { interval: "1mo", range: days("2024-03-01", null) } as const;
    expect(await lastDays("2024-05-31T23:00:00Z", month)).toEqual(["2024-04-01", left("2024-05-01")]);
    expect(await lastDays("2024-06-01T05:00:00Z", month)).toEqual(["2024-05-01", left("2024-06-01")]);
  });

  test("of an hour is left out until the hour, or the session, is over", async () => {
    const nowMs = () => Date.UTC(2024, 5, 13, 14, 45);
    const last = await withStandIn({ nowMs }, async (baseUrl) => {
      const { raw } = await got({ interval: "1h", range: days("2024-06-12", null) }, { baseUrl, nowMs });
      return formatInstant(raw.timeMs.at(-1) ?? 0);
    });
    expect(last).toBe("2024-06-13T13:30:00Z");
    const evening = await got({ interval: "1h", range: days("2024-06-12", null) });
    expect(formatInstant(evening.raw.timeMs.at(-1) ?? 0)).toBe("2024-06-14T19:30:00Z");
  });
});

describe("a request to Yahoo", () => {
  const period = async (change: Partial<BarQuery>) => {
    await got(change);
    const params = standIn.asked.at(-1)?.searchParams;
    return ["period1", "period2"].map((name) => formatInstant(1000 * Number(params?.get(name))));
  };

  test("asks for a day more on both sides, and far enough back for the warm-up", async () => {
    const range = days("2024-03-01", "2024-03-31");
    expect(await period({ range })).toEqual(["2024-02-29T00:00:00Z", "2024-04-02T00:00:00Z"]);
    const { raw } = await got({ range, warmupBars: 300 });
    expect([...raw.timeMs].filter((ms) => ms < range.startMs).length).toBeGreaterThanOrEqual(300);
  });

  test("begins in 1970 without a start, or where one answer of short bars can begin", async () => {
    expect((await period({ range: days(null, "2024-03-31") }))[0]).toBe("1970-01-01T00:00:00Z");
    expect((await period({ interval: "1m", range: days(null, null) }))[0]).toBe("2024-06-07T20:30:00Z");
    expect((await period({ interval: "1m", range: days("2024-06-13", null), warmupBars: 5000 }))[0]).toBe("2024-06-07T20:30:00Z");
  });

  test.each([
    ["../../v1/secret", "/v8/finance/chart/..%2F..%2Fv1%2Fsecret"],
    ["A?B=1#C", "/v8/finance/chart/A%3FB%3D1%23C"],
    ["%2e%2e", "/v8/finance/chart/%252e%252e"],
    ["$" + "{YF_QUERY_HOST}", "/v8/finance/chart/%24%7BYF_QUERY_HOST%7D"],
    ["^GSPC", "/v8/finance/chart/%5EGSPC"],
  ])("for %p stays within the chart's address", async (symbol, path) => {
    await got({ symbol });
    expect(standIn.asked.at(-1)?.pathname).toBe(path);
  });

  test.each([[""], ["."], [".."]])("is not made for %p", async (symbol) => {
    const { code, asked } = await failed(symbol);
    expect([code, asked]).toEqual(["not_found", 0]);
  });

  test("is not made for a range in the future", async () => {
    const answer = await provider.bars(queryOf({ range: days("2030-01-01", null) }));
    expect(answer).toMatchObject({ ok: false, error: { code: "no_data" } });
  });
});

describe("an answer that is none", () => {
  const END = 'try again later, or use source "sample" or an uploaded dataset';

  test.each([
    ["FAULT-LIMIT", "provider", 1, `Yahoo limits how often it is asked (HTTP 429) and asks to wait 120 s; ${END}`],
    ["FAULT-DOWN", "provider", 4, `Yahoo has a problem of its own (HTTP 503); ${END}`],
    ["FAULT-403", "provider", 1, `Yahoo refuses to answer (HTTP 403); ${END}`],
    ["FAULT-404", "provider", 1, `Yahoo refuses to answer (HTTP 404); ${END}`],
    ["FAULT-MOVED", "provider", 1, `Yahoo refuses to answer (HTTP 302); ${END}`],
    ["FAULT-HTML", "provider", 1, `Yahoo answered with something that is no market data (text/html); ${END}`],
    ["FAULT-MASK", "provider", 1, `Yahoo answered with something that is no market data (application/json); ${END}`],
    ["FAULT-CUT", "provider", 4, `Yahoo's answer is cut off; ${END}`],
    ["FAULT-RAGGED", "provider", 1, `Yahoo's answer about "FAULT-RAGGED" has columns of different lengths; ${END}`],
    ["FAULT-HUGE", "provider", 1, `Yahoo's answer is too large: more than 1048576 bytes; ${END}`],
    ["FAULT-RANGE", "no_data", 1, `Yahoo has no such bars of "FAULT-RANGE": Data doesn't exist for startDate = 1, endDate = 2`],
    [
      "FAULT-EMPTY",
      "no_data",
      1,
      'Yahoo has no 1d bars of "FAULT-EMPTY" in this range; that does not mean it is not traded any more: try another range',
    ],
  ])("%s is %s, asked for %d times", async (symbol, code, asked, detail) => {
    expect(await failed(symbol, { maxBytes: 2 ** 20 })).toEqual({ code, detail, asked });
  });

  test.each([
    ["FAULT-HANG", `Yahoo did not answer in time (no answer in 0.1 s); ${END}`],
    ["FAULT-STALL", `Yahoo did not answer in time (the answer stopped, nothing in 0.2 s); ${END}`],
  ])("%s is provider_timeout, asked for twice", async (symbol, detail) => {
    const impatient = symbol === "FAULT-HANG" ? { connectMs: 100 } : { readMs: 200 };
    expect(await failed(symbol, { ...impatient, retries: 1 })).toEqual({ code: "provider_timeout", detail, asked: 2 });
  });

  test("of another shape is a failure of the provider", async () => {
    const { code, detail, asked } = await failed("FAULT-SHAPE");
    expect([code, asked]).toEqual(["provider", 1]);
    expect(detail).toStartWith('Yahoo\'s answer about "FAULT-SHAPE" does not have the expected form (');
  });

  test("may become one after a pause: after errors, and after the time that Retry-After asks for", async () => {
    expect((await got({ symbol: "FAULT-500" })).raw.timeMs.length).toBe(120);
    const begun = performance.now();
    await got({ symbol: "FAULT-429" });
    expect(performance.now() - begun).toBeGreaterThanOrEqual(995);
  });

  test("takes a Retry-After that is a date", async () => {
    const answer = (_: string, times: number) =>
      times > 1
        ? undefined
        : new Response("", { status: 503, headers: { "retry-after": new Date(FRIDAY_EVENING + 90_000).toUTCString() } });
    await withStandIn({ answer }, async (baseUrl) => {
      expect((await failed("ACME", { baseUrl })).detail).toContain("asks to wait 90 s");
    });
  });

  test("makes all other calls wait too, and tells at once those that cannot", async () => {
    const shared = yahooProvider({ baseUrl: standIn.url, ...QUICK, ...clock });
    await shared.bars(queryOf({ symbol: "FAULT-LIMIT" }));
    const asked = standIn.asked.length;
    const answer = await shared.bars(queryOf());
    expect(answer.ok ? "" : answer.error.detail).toBe(`Yahoo asked to wait another 120 s; ${END}`);
    expect(standIn.asked.length).toBe(asked);
  });

  test("holds up no more calls than there are places, and no longer than a call may take", async () => {
    const shared = yahooProvider({
      baseUrl: standIn.url,
      ...QUICK,
      ...clock,
      concurrency: 1,
      connectMs: 300,
      retries: 0,
    });
    const both = await Promise.all([
      shared.bars(queryOf({ symbol: "FAULT-HANG" })),
      shared.bars(queryOf()),
      shared.bars(queryOf()),
    ]);
    expect(both.map(outcome)).toEqual(["provider_timeout", "ok", "ok"]);
    const hasty = yahooProvider({ baseUrl: standIn.url, ...clock, concurrency: 1, totalMs: 200 });
    const late = await Promise.all([1, 2, 3].map(() => hasty.bars(queryOf({ symbol: "FAULT-HANG" }))));
    expect(late.map(outcome)).toEqual(["provider_timeout", "provider_timeout", "provider_timeout"]);
  });

  test.each([
    ["http://127.0.0.1:1", "unavailable"],
    ["http://no-such-host.invalid", "unavailable"],
  ])("without a connection to %s is %s", async (baseUrl, code) => {
    expect((await failed("ACME", { baseUrl, retries: 1 })).code).toBe(code);
  });

  test("without the client library says how to get it, and tries again", async () => {
    const broken = yahooProvider({}, () => Promise.reject(new Error("not found")));
    for (let i = 0; i < 2; i++) {
      expect(await broken.bars(queryOf())).toMatchObject({ ok: false, error: { code: "unavailable" } });
    }
  });

  test("prints nothing", async () => {
    const printed: string[] = [];
    const before = { ...console };
    const note = (text: unknown) => printed.push(String(text));
    Object.assign(console, { log: note, error: note, warn: note, info: note, dir: note });
    try {
      await got();
      for (const symbol of ["NOSUCH", "FAULT-SHAPE", "FAULT-RAGGED", "FAULT-HTML"]) await failed(symbol);
    } finally {
      Object.assign(console, before);
    }
    expect(printed).toEqual([]);
  });
});

describe("an answer that is shorter than it should be", () => {
  test("is noticed at its end and at its beginning", async () => {
    const { raw } = await got({ symbol: "FAULT-SHORT" });
    expect(raw.notes).toEqual([
      {
        code: "short_answer",
        message: "Yahoo's bars end with 2024-01-16, although there was trade until 2024-06-14",
        count: 1,
        rows: [],
      },
    ]);
    const late = await got({ symbol: "FAULT-LATE" });
    expect(late.raw.notes.map(({ code }) => code)).toEqual(["short_answer"]);
    expect(late.raw.notes[0]?.message).toEndWith("although there was trade from 2000-01-03 on");
  });

  test("is told apart from one of a symbol without trade", async () => {
    const { raw } = await got({ symbol: "FAULT-OLD" });
    const message = `the last trade that Yahoo knows of was ${formatDay(raw.timeMs.at(-1) ?? 0)}`;
    expect(raw.notes).toEqual([{ code: "no_recent_trade", message, count: 1, rows: [] }]);
  });
});
