import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { AppError } from "../errors.ts";
import { parseBacktest } from "./backtest.ts";
import { JOB_FIELDS, type JobOptions, type JobRequest, MOST_INLINE_ROWS, parseJob } from "./job.ts";

const LEAST = { symbol: "AAPL", strategy: "ma_crossover" };
const BARS = { time: ["2020-01-02"], open: [1], high: [1], low: [1], close: [1] };

function accepted(body: object, options: JobOptions = {}): JobRequest {
  const parsed = parseJob(body, options);
  if (!parsed.ok) throw new Error(parsed.error.detail);
  return parsed.value;
}

function refused(body: unknown, options: JobOptions = {}): AppError {
  const parsed = parseJob(body, options);
  if (parsed.ok) throw new Error(`let through: ${JSON.stringify(parsed.value)}`);
  return parsed.error;
}

describe("a request for a job", () => {
  test("is a backtest on daily bars of yahoo unless it says otherwise", () => {
    const backtest = parseBacktest({ ...LEAST, interval: "1d" });
    expect(accepted(LEAST)).toEqual({
      request: backtest.ok ? backtest.value : expect.unreachable(),
      strategy: "ma_crossover",
      source: "yahoo",
      bars: undefined,
      body: LEAST,
    });
  });

  test.each(["dataset", "sample"] as const)("may name the source %s, whose interval is its own", (source) => {
    const job = accepted({ ...LEAST, source });
    expect([job.source, job.request.interval]).toEqual([source, null]);
    expect(accepted({ ...LEAST, source, interval: "1h" }).request.interval).toBe("1h");
  });

  test("may bring its bars, which are handed on as they are and kept out of the body", () => {
    const { request, source, bars, body } = accepted({ strategy: "momentum", bars: BARS, cash: 5 });
    expect(bars).toBe(BARS);
    expect([source, request.symbol, request.interval, request.execution.initialCash]).toEqual(["inline", "INLINE", null, 5]);
    expect(body).toEqual({ strategy: "momentum", cash: 5, symbol: "INLINE", source: "inline" });
    expect(accepted({ ...LEAST, source: "inline", bars: BARS }).request.symbol).toBe("AAPL");
  });

  test("is read again from its body as what it was, its bars being kept apart", () => {
    const bodies = [
      LEAST,
      { ...LEAST, source: "dataset", fees: 0.1 },
      { strategy: "momentum", bars: BARS },
      { strategy: "signals", signals: ["long"], bars: BARS },
    ];
    for (const given of bodies) {
      const { bars, ...job } = accepted(given);
      const { bars: none, ...again } = accepted(job.body, { barsApart: true });
      expect(again).toEqual(job);
      expect(none).toBeUndefined();
    }
  });

  test("is not changed by being read", () => {
    const body = { strategy: "momentum", bars: BARS };
    accepted(body);
    expect(body).toEqual({ strategy: "momentum", bars: BARS });
  });

  test.each<[object, string, string]>([
    [{ ...LEAST, source: "bloomberg" }, "source", 'source must be one of yahoo, dataset, sample, inline: got "bloomberg"'],
    [{ ...LEAST, source: null }, "source", "source must be one of yahoo, dataset, sample, inline: got null"],
    [
      { ...LEAST, source: "yahoo", bars: BARS },
      "source",
      'source must be inline, or left out, where bars are given: got "yahoo"',
    ],
    [
      { ...LEAST, source: "inline" },
      "bars",
      'bars must be given with the source inline, as columns such as {"time":["2020-01-02"],"open":[1],"high":[1],"low":[1],"close":[1]}: got nothing',
    ],
    [
      { symbol: "A", strategy: "signals", signals: [null] },
      "bars",
      'bars must be given with the strategy signals, as columns such as {"time":["2020-01-02"],"open":[1],"high":[1],"low":[1],"close":[1]}: got nothing',
    ],
    [{ strategy: "momentum" }, "symbol", "symbol must be a symbol of 1 to 20 characters: got nothing"],
    [{ ...LEAST, fodd: 1 }, "fodd", `"fodd" is not a field; fields are ${JOB_FIELDS.join(", ")}`],
    [{ ...LEAST, symbol: "ſpy" }, "symbol", 'symbol must look like AAPL, BRK-B, ^GSPC or EURUSD=X: got "ſpy"'],
  ])("that is wrong is told where: %j", (body, path, message) => {
    expect(refused(body)).toEqual({ code: "invalid_request", detail: message, findings: [{ path, message }] });
  });

  test.each([[null], [undefined], [[]], ["AAPL"], [5], [true]])("is an object: %p is none", (body) => {
    expect(refused(body).findings.map(({ path }) => path)).toEqual([""]);
  });

  test("tells everything that is wrong at once, the source last", () => {
    const { findings } = refused({ symbol: "A", strategy: "smaa", commission: 5, source: "x", fodd: 1 });
    expect(findings.map(({ path }) => path)).toEqual(["commission", "fodd", "strategy", "source"]);
  });

  test("names the fields that every object has as unknown when they are given", () => {
    const body = JSON.parse('{"symbol":"A","strategy":"momentum","__proto__":{"source":"sample"},"constructor":1,"toString":2}');
    expect(
      refused(body)
        .findings.map(({ path }) => path)
        .sort(),
    ).toEqual(["__proto__", "constructor", "toString"]);
    const deep = JSON.parse('{"symbol":"A","strategy":"momentum","sizing":{"type":"cash","value":1,"__proto__":1}}');
    expect(refused(deep).findings.map(({ path }) => path)).toEqual(["sizing.__proto__"]);
  });

  test("with more rows than a request may have is too costly, and knows what to do", () => {
    const many = new Array(MOST_INLINE_ROWS + 1).fill(null);
    expect(refused({ strategy: "momentum", bars: { ...BARS, time: many } })).toEqual({
      code: "too_costly",
      detail: "bars may have at most 1000000 rows: got 1000001; upload them as a dataset",
      findings: [{ path: "bars", message: "bars may have at most 1000000 rows: got 1000001; upload them as a dataset" }],
    });
    expect(refused({ strategy: "signals", bars: BARS, signals: many }).findings.map(({ path }) => path)).toEqual(["signals"]);
    const most = many.slice(1);
    expect(accepted({ strategy: "signals", bars: { ...BARS, time: most }, signals: most }).bars).toBeDefined();
  });
});

describe("text that a database or a terminal would choke on", () => {
  const BAD = ["\u0000", "A\u0000", "\ud800", "A\udc00B"];
  const FIELDS = JOB_FIELDS.filter((field) => field !== "bars");

  test.each(FIELDS)("is refused in %s, by name and in whole characters", (field) => {
    for (const value of BAD) {
      const { findings } = refused({ ...LEAST, [field]: value });
      expect(findings.map(({ path }) => path)).toContain(field);
      for (const { message } of findings) expect([message.isWellFormed(), message.includes("\u0000")]).toEqual([true, false]);
    }
  });

  test.each<[object, string]>([
    [{ params: { average: "sma\u0000" } }, "params.average"],
    [{ sizing: { type: "cash\ud800", value: 1 } }, "sizing.type"],
    [{ splits: [{ time: "2020-01-01\u0000", ratio: 2 }] }, "splits.0.time"],
    [{ strategy: "signals", bars: BARS, signals: ["long\u0000"] }, "signals.0"],
  ])("is refused inside of fields: %j", (fields, path) => {
    expect(refused({ ...LEAST, ...fields }).findings.map((finding) => finding.path)).toContain(path);
  });

  test("is refused as a name, and told in whole characters of bounded length", () => {
    for (const name of [...BAD, "x".repeat(1e6), "😀".repeat(1000)]) {
      for (const body of [
        { ...LEAST, [name]: 1 },
        { ...LEAST, params: { [name]: 1 } },
      ]) {
        const { findings, detail } = refused(body);
        expect(findings).toHaveLength(1);
        for (const text of [findings[0]?.path ?? "", findings[0]?.message ?? "", detail]) {
          expect(text.isWellFormed()).toBe(true);
          expect(text.length).toBeLessThan(1000);
        }
      }
    }
  });
});

describe("a request made to be expensive", () => {
  const names = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`f${i}`, i]));

  test.each<[string, object]>([
    ["fields", { ...LEAST, ...names }],
    ["parameters", { ...LEAST, params: names }],
    ["fields of a part", { ...LEAST, sizing: { type: "cash", value: 1, ...names } }],
    ["splits", { ...LEAST, splits: new Array(1_000_000).fill({}) }],
    ["wrong splits", { ...LEAST, splits: new Array(1000).fill({ a: 1, b: 2 }) }],
  ])("by its number of %s is answered with few findings", (_, body) => {
    const { findings, detail } = refused(body);
    expect(findings.length).toBeGreaterThanOrEqual(1);
    expect(findings.length).toBeLessThanOrEqual(20);
    expect(detail.length).toBeLessThan(1000);
  });

  test("is not looked at field by field", () => {
    expect(refused({ ...LEAST, ...names }).detail).toBe("a request may have at most 100 fields: got 50002");
    expect(refused({ ...LEAST, params: names }).findings).toEqual([
      { path: "params", message: "params may have at most 100 fields: got 50000" },
    ]);
  });

  test("is told how many more things are wrong, as far as they were counted", () => {
    const unknown = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`f${i}`, i]));
    expect(refused({ ...LEAST, ...unknown(20) }).detail).toEndWith("(and 19 more)");
    expect(refused({ ...LEAST, ...unknown(60) }).detail).toEndWith("(and at least 20 more)");
  });
});

describe("a fault strategy", () => {
  const fault = { symbol: "AAPL", strategy: "fault_loop" };

  test("is unknown unless it is let through", () => {
    expect(refused(fault).findings.map(({ path }) => path)).toEqual(["strategy"]);
    expect(refused(fault, { faults: ["fault_exit"] }).findings.map(({ path }) => path)).toEqual(["strategy"]);
  });

  test("that is let through keeps its name beside a request that could be run", () => {
    const job = accepted({ ...fault, params: { any: 1 }, source: "sample" }, { faults: ["fault_loop"] });
    expect([job.strategy, job.request.strategy.name, job.body.strategy]).toEqual(["fault_loop", "buy_and_hold", "fault_loop"]);
    expect(refused({ ...fault, commission: 5 }, { faults: ["fault_loop"] }).findings.map(({ path }) => path)).toEqual([
      "commission",
    ]);
  });
});

test("any JSON at all is answered with a request, or with findings that name a place and say something", () => {
  const field = fc.constantFrom(...JOB_FIELDS, "cash", "fees", "x");
  const body = fc.oneof(fc.jsonValue(), fc.dictionary(field, fc.jsonValue(), { maxKeys: 8 }));
  fc.assert(
    fc.property(body, (input) => {
      const parsed = parseJob(input);
      if (parsed.ok) return;
      expect(parsed.error.code).toBe("invalid_request");
      expect(parsed.error.findings.length).toBeGreaterThan(0);
      for (const { message } of parsed.error.findings) expect(message).not.toBe("");
    }),
    { numRuns: 2000 },
  );
});
