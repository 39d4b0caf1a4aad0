import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Finding } from "../errors.ts";
import { strategies } from "../strategies/registry.ts";
import { BACKTEST_FIELDS, type BacktestRequest, parseBacktest } from "./backtest.ts";

const LEAST = { symbol: "AAPL", strategy: "ma_crossover" };
const DEFAULTS: BacktestRequest = {
  symbol: "AAPL",
  strategy: { name: "ma_crossover", params: { fast: 10, slow: 30, average: "sma" }, direction: "long" },
  range: { startMs: Number.NEGATIVE_INFINITY, endMs: Number.POSITIVE_INFINITY },
  interval: null,
  warmup: 0,
  execution: {
    initialCash: 10_000,
    fill: "next_open",
    commission: 0,
    commissionFixed: 0,
    slippage: 0,
    sizing: { type: "percent_equity", value: 1 },
    fractional: true,
    onInsufficientCash: "reject",
    closeAtEnd: false,
    requireVolume: false,
    stopLoss: null,
    takeProfit: null,
    trailingStop: null,
  },
  splits: [],
  adjusted: true,
  dataQuality: "fail",
  riskFree: 0,
  mar: 0,
  varAlpha: 0.05,
  periodsPerYear: null,
  yearBasis: "calendar",
  equityPoints: "full",
};

function accepted(fields: object): BacktestRequest {
  const parsed = parseBacktest({ ...LEAST, ...fields });
  if (!parsed.ok) throw new Error(parsed.error.detail);
  return parsed.value;
}

function refused(input: unknown): readonly Finding[] {
  const parsed = parseBacktest(input);
  if (parsed.ok) throw new Error(`let through: ${JSON.stringify(parsed.value)}`);
  expect(parsed.error.code).toBe("invalid_request");
  return parsed.error.findings;
}

describe("a request for a backtest", () => {
  test("needs a symbol and a strategy; everything else has the documented default", () => {
    expect(accepted({})).toEqual(DEFAULTS);
  });

  test("names every field that may be given", () => {
    const documented = `symbol interval start end warmup strategy params signals direction initial_cash fill commission commission_fixed slippage
      sizing fractional on_insufficient_cash close_at_end require_volume stop_loss take_profit trailing_stop splits adjusted risk_free mar
      var_alpha periods_per_year year_basis data_quality equity_points`;
    expect([...BACKTEST_FIELDS].sort()).toEqual(documented.split(/\s+/).sort());
  });

  test("carries every field into the run", () => {
    const fields = {
      ...{ symbol: "brk-b", strategy: "momentum", params: { lookback: 5 }, direction: "both", interval: "1d", warmup: "auto" },
      ...{ start: "2020-01-31", end: "2020-02-01", initial_cash: 5, fill: "close", commission: 0.1, commission_fixed: 2 },
      ...{ slippage: 0.3, sizing: { type: "cash", value: 9 }, fractional: false, on_insufficient_cash: "reduce" },
      ...{ close_at_end: true, require_volume: true, stop_loss: 0.4, take_profit: 0.5, trailing_stop: 0.6, adjusted: false },
      ...{ data_quality: "warn", risk_free: 0.7, mar: -0.8, var_alpha: 0.9, periods_per_year: 365.25, year_basis: "bars" },
      ...{
        equity_points: 100,
        splits: [
          { time: "2020-02-02", ratio: 3 },
          { time: "2020-02-01T12:00:00Z", ratio: 0.5 },
        ],
      },
    };
    expect([...Object.keys(fields), "signals"].sort()).toEqual([...BACKTEST_FIELDS].sort());
    expect(accepted(fields)).toEqual({
      symbol: "BRK-B",
      strategy: { name: "momentum", params: { lookback: 5 }, direction: "both" },
      range: { startMs: Date.UTC(2020, 0, 31), endMs: Date.UTC(2020, 1, 2) - 1 },
      interval: "1d",
      warmup: "auto",
      execution: {
        initialCash: 5,
        fill: "close",
        commission: 0.1,
        commissionFixed: 2,
        slippage: 0.3,
        sizing: { type: "cash", value: 9 },
        fractional: false,
        onInsufficientCash: "reduce",
        closeAtEnd: true,
        requireVolume: true,
        stopLoss: 0.4,
        takeProfit: 0.5,
        trailingStop: 0.6,
      },
      splits: [
        { timeMs: Date.UTC(2020, 1, 1, 12), ratio: 0.5 },
        { timeMs: Date.UTC(2020, 1, 2), ratio: 3 },
      ],
      adjusted: false,
      dataQuality: "warn",
      riskFree: 0.7,
      mar: -0.8,
      varAlpha: 0.9,
      periodsPerYear: 365.25,
      yearBasis: "bars",
      equityPoints: 100,
    });
  });

  test("may bring its own signals", () => {
    expect(accepted({ ...SIGNALS, signals: ["long", null, "exit", "short"] }).strategy).toEqual({
      name: "signals",
      params: {},
      direction: "both",
      signals: Int8Array.of(1, 0, 2, -1),
    });
  });

  test.each([
    ["cash", 500, "initialCash"],
    ["initial_capital", 500, "initialCash"],
    ["fees", 0.5, "commission"],
  ] as const)("may say %s", (alias, value, setting) => {
    expect(accepted({ [alias]: value }).execution[setting]).toBe(value);
  });

  test.each([
    [{ cash: 1, initial_cash: 1 }, "initial_cash", "initial_cash is given twice: as cash and as initial_cash"],
    [{ initial_cash: 1, cash: 1 }, "cash", "initial_cash is given twice: as initial_cash and as cash"],
    [{ cash: 1, initial_capital: 1 }, "initial_capital", "initial_cash is given twice: as cash and as initial_capital"],
    [{ commission: 0, fees: 0 }, "fees", "commission is given twice: as commission and as fees"],
  ])("may not say one thing twice: %j", (fields, path, message) => {
    expect(refused({ ...LEAST, ...fields })).toEqual([{ path, message }]);
  });

  test.each(["aapl", "BRK-B", "^GSPC", "EURUSD=X", "sample-trend", "BTC-USD", "0700.HK", "A"])("may ask for %s", (symbol) => {
    expect(accepted({ symbol }).symbol).toBe(symbol.toUpperCase());
  });
});

const NAMES = [...Object.keys(strategies), "signals"].join(", ");
const SIGNALS = { symbol: "AAPL", strategy: "signals" };
const TIME = "must be a day such as 2020-01-31 or an instant such as 2020-01-31T14:30:00Z";

describe("a wrong field is told with what was found and what is allowed", () => {
  const wrong: readonly (readonly [field: string, value: unknown, message: string])[] = [
    ["symbol", "A/B", 'symbol must look like AAPL, BRK-B, ^GSPC or EURUSD=X: got "A/B"'],
    ["symbol", "../../etc/passwd", 'symbol must look like AAPL, BRK-B, ^GSPC or EURUSD=X: got "../../etc/passwd"'],
    ["symbol", "", 'symbol must be a symbol of 1 to 20 characters: got ""'],
    ["symbol", 5, "symbol must be a symbol of 1 to 20 characters: got 5"],
    ["symbol", "x".repeat(1e6), `symbol must be a symbol of 1 to 20 characters: got "${"x".repeat(58)}…`],
    ["symbol", undefined, "symbol must be a symbol of 1 to 20 characters: got nothing"],
    ["strategy", undefined, `strategy must be one of ${NAMES}: got nothing`],
    ["strategy", "smaa", `strategy must be one of ${NAMES}: got "smaa"`],
    ["strategy", "__proto__", `strategy must be one of ${NAMES}: got "__proto__"`],
    ["strategy", ["momentum"], `strategy must be one of ${NAMES}: got ["momentum"]`],
    ["params", [10, 30], "params must be an object of values by name: got [10,30]"],
    ["signals", ["long"], 'signals belong to the strategy signals, ma_crossover makes its own: got ["long"]'],
    ["direction", "up", 'direction must be one of long, short, both: got "up"'],
    ["start", "2020-02-30", `start ${TIME}: got "2020-02-30"`],
    ["start", 1_577_836_800_000, `start ${TIME}: got 1577836800000`],
    ["end", "yesterday", `end ${TIME}: got "yesterday"`],
    ["interval", "2h", 'interval must be one of 1m, 5m, 15m, 30m, 1h, 1d, 1wk, 1mo: got "2h"'],
    ["warmup", -1, 'warmup must be "auto" or a whole number of bars, 0 to 1000000: got -1'],
    ["warmup", "some", 'warmup must be "auto" or a whole number of bars, 0 to 1000000: got "some"'],
    ["initial_cash", 0, "initial_cash must be a number (money) above 0: got 0"],
    ["initial_cash", "10000", 'initial_cash must be a number (money) above 0: got "10000"'],
    ["initial_cash", Number.POSITIVE_INFINITY, "initial_cash must be a number (money) above 0: got Infinity"],
    ["fill", "open", 'fill must be one of next_open, close: got "open"'],
    ["commission", 1, "commission must be a number (fraction of notional; 0.001 is 10 bps) at least 0 and below 1: got 1"],
    [
      "commission",
      Number.NaN,
      "commission must be a number (fraction of notional; 0.001 is 10 bps) at least 0 and below 1: got NaN",
    ],
    ["commission_fixed", -1, "commission_fixed must be a number (money) at least 0: got -1"],
    ["slippage", 5, "slippage must be a number (fraction of price; 0.0005 is 5 bps) at least 0 and below 1: got 5"],
    ["slippage", null, "slippage must be a number (fraction of price; 0.0005 is 5 bps) at least 0 and below 1: got null"],
    ["sizing", "all", 'sizing must be an object such as {"type":"percent_equity","value":1}: got "all"'],
    ["fractional", 1, "fractional must be true or false: got 1"],
    ["on_insufficient_cash", "margin", 'on_insufficient_cash must be one of reject, reduce: got "margin"'],
    ["close_at_end", "yes", 'close_at_end must be true or false: got "yes"'],
    ["require_volume", 0, "require_volume must be true or false: got 0"],
    ["stop_loss", 0, "stop_loss must be a fraction of the entry price above 0 (0.02 is 2 %), or null: got 0"],
    ["take_profit", "5%", 'take_profit must be a fraction of the entry price above 0 (0.02 is 2 %), or null: got "5%"'],
    ["trailing_stop", -0.1, "trailing_stop must be a fraction of the entry price above 0 (0.02 is 2 %), or null: got -0.1"],
    ["splits", {}, 'splits must be a list of at most 1000 objects such as {"time":"2020-08-31","ratio":4}: got {}'],
    ["adjusted", "no", 'adjusted must be true or false: got "no"'],
    ["data_quality", "ignore", 'data_quality must be one of fail, warn: got "ignore"'],
    ["risk_free", -1, "risk_free must be a number (annual, as a fraction) above -1 and at most 10: got -1"],
    ["mar", 11, "mar must be a number (annual, as a fraction) above -1 and at most 10: got 11"],
    ["var_alpha", 1, "var_alpha must be a number above 0 and below 1: got 1"],
    [
      "periods_per_year",
      0,
      "periods_per_year must be a number above 0 and at most 1000000000, or null to take it from the data: got 0",
    ],
    ["year_basis", "fiscal", 'year_basis must be one of calendar, bars: got "fiscal"'],
    ["equity_points", 1, 'equity_points must be "full", "none" or a whole number, 2 to 10000000: got 1'],
    ["equity_points", "all", 'equity_points must be "full", "none" or a whole number, 2 to 10000000: got "all"'],
  ];

  test.each(wrong)("%s: %p", (path, value, message) => {
    expect(refused({ ...LEAST, [path]: value })).toEqual([{ path, message }]);
  });

  test("for every field there is", () => {
    expect([...new Set(wrong.map(([field]) => field))].sort()).toEqual([...BACKTEST_FIELDS].sort());
  });

  test.each<[object, string, string]>([
    [{ sizing: { type: "all", value: 1 } }, "sizing.type", 'sizing.type must be one of percent_equity, shares, cash: got "all"'],
    [{ sizing: { type: "cash" } }, "sizing.value", "sizing.value must be a number above 0: got nothing"],
    [{ sizing: { type: "cash", value: 1, k: 2 } }, "sizing.k", '"k" is not a field of sizing; fields are type, value'],
    [{ splits: [[]] }, "splits.0", 'splits.0 must be an object such as {"time":"2020-08-31","ratio":4}: got []'],
    [{ splits: [{ time: "x", ratio: 2 }] }, "splits.0.time", `splits.0.time ${TIME}: got "x"`],
    [
      { splits: [{ time: "2020-01-01", ratio: 0 }] },
      "splits.0.ratio",
      "splits.0.ratio must be a number (new shares for one old) above 0: got 0",
    ],
    [{ params: { fast: 0 } }, "params.fast", "fast must be a whole number from 1 to 5000: got 0"],
    [{ params: { fst: 1 } }, "params.fst", '"fst" is not a parameter of this strategy: known are fast, slow, average'],
    [{ params: { fast: 30, slow: 10 } }, "params.fast", "fast must be less than slow: got fast 30, slow 10"],
    [{ params: { fast: 10, slow: 10 } }, "params.fast", "fast must be less than slow: got fast 10, slow 10"],
    [{ start: "2020-01-02", end: "2020-01-01" }, "end", "end must not be before start: got start 2020-01-02, end 2020-01-01"],
    [
      { splits: [{ time: "2020-01-01", ratio: 2 }] },
      "splits",
      "splits need adjusted false: prices adjusted for splits hold them already; got 1 of them",
    ],
  ])("%j", (fields, path, message) => {
    expect(refused({ ...LEAST, ...fields })).toEqual([{ path, message }]);
  });

  test.each<[object, string, string]>([
    [{}, "signals", 'signals must be a list with one of "long", "short", "exit" or null for each row of the data: got nothing'],
    [
      { signals: "long" },
      "signals",
      'signals must be a list with one of "long", "short", "exit" or null for each row of the data: got "long"',
    ],
    [{ signals: [null, "buy"] }, "signals.1", 'signals.1 must be "long", "short", "exit" or null: got "buy"'],
    [{ signals: [1] }, "signals.0", 'signals.0 must be "long", "short", "exit" or null: got 1'],
    [
      { signals: [null], direction: "long" },
      "direction",
      'direction may not be given with the strategy signals, they are taken as they stand: got "long"',
    ],
    [{ signals: [null], params: { fast: 1 } }, "params.fast", '"fast" is not a parameter of this strategy: there are none'],
  ])("of the strategy signals: %j", (fields, path, message) => {
    expect(refused({ ...SIGNALS, ...fields })).toEqual([{ path, message }]);
  });

  test("splits beyond the thousandth are refused", () => {
    const splits = Array.from({ length: 1001 }, () => ({ time: "2020-01-01", ratio: 2 }));
    expect(refused({ ...LEAST, splits, adjusted: false })[0]?.message).toStartWith(
      "splits must be a list of at most 1000 objects",
    );
    expect(accepted({ splits: splits.slice(1), adjusted: false }).splits).toHaveLength(1000);
  });

  test("fields that do not exist are told by name, those of every object's prototype too", () => {
    const found = refused(
      JSON.parse('{"symbol":"A","strategy":"momentum","__proto__":{"cash":1},"constructor":5,"fodd":1,"toString":{}}'),
    );
    expect(found.map(({ path }) => path).sort()).toEqual(["__proto__", "constructor", "fodd", "toString"]);
    const fodd = found.find(({ path }) => path === "fodd");
    expect(fodd?.message).toBe(`"fodd" is not a field; fields are ${BACKTEST_FIELDS.join(", ")}`);
    expect(refused(JSON.parse('{"symbol":"A","strategy":"momentum","params":{"__proto__":{"lookback":1}}}'))[0]?.path).toBe(
      "params.__proto__",
    );
  });

  test("all of them at once: the first is the sentence, the rest are counted", () => {
    const parsed = parseBacktest({ symbol: "A B", strategy: "smaa", commission: "x", start: "x" });
    if (parsed.ok) throw new Error("let through");
    expect(parsed.error.findings.map(({ path }) => path).sort()).toEqual(["commission", "start", "strategy"]);
    expect(parsed.error.detail).toBe(`${parsed.error.findings[0]?.message} (and 2 more)`);
    expect(refused({ ...LEAST, symbol: "A B", start: "2020-01-02", end: "2020-01-01" })).toHaveLength(2);
  });

  test.each<[unknown]>([[null], [undefined], [[]], ["AAPL"], [5], [true]])("a request that is no object: %p", (input) => {
    expect(refused(input)[0]?.message).toStartWith("a request is an object of fields: got ");
  });
});

describe("any input at all", () => {
  const names = fc.constantFrom(...BACKTEST_FIELDS, "cash", "fees", "__proto__", "constructor", "sizing", "splits", "x");
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 4 }),
    fc.double(),
    fc.constantFrom(...Object.keys(strategies), "AAPL", "auto", "2020-01-31", "close"),
    fc.record({ type: fc.constantFrom("shares", "cash", "x"), value: fc.double() }),
    fc.array(fc.record({ time: fc.string(), ratio: fc.double(), more: fc.jsonValue() }, { requiredKeys: [] }), { maxLength: 3 }),
  );
  const request = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(names, value, { noNullPrototype: false }),
    fc.dictionary(names, value).map((fields) => ({ ...fields, ...LEAST })),
    fc.dictionary(fc.string(), value).map((params) => ({ ...LEAST, params })),
  );

  test("is answered with a request or with findings that say something", () => {
    let [good, bad] = [0, 0];
    fc.assert(
      fc.property(request, (input) => {
        // Words that a message must not make up are allowed where the input itself has them.
        fc.pre(!/undefined|object Object/.test(JSON.stringify(input) ?? ""));
        const parsed = parseBacktest(input);
        if (parsed.ok) good++;
        else {
          bad++;
          expect(parsed.error.code).toBe("invalid_request");
          expect(parsed.error.findings.length).toBeGreaterThan(0);
          for (const { message } of parsed.error.findings) {
            expect(message.trim()).not.toBe("");
            expect(message).not.toMatch(/undefined|\[object|Invalid input|Too big|Unrecognized/);
          }
          expect(parsed.error.detail).toStartWith(parsed.error.findings[0]!.message);
        }
      }),
      { numRuns: 3000, seed: 1 },
    );
    expect(good).toBeGreaterThan(20);
    expect(bad).toBeGreaterThan(1000);
  });
});
