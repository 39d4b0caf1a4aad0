import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { AppError } from "../errors.ts";
import { paramsOf } from "../sweep/grid.ts";
import { TRIAL_COLUMNS } from "../sweep/table.ts";
import { parseJob } from "./job.ts";
import { parseSweep, SWEEP_FIELDS, type SweepJobRequest, type SweepOptions } from "./sweep.ts";

const LEAST = { symbol: "AAPL", strategy: "ma_crossover" };
const BARS = { time: ["2020-01-02"], open: [1], high: [1], low: [1], close: [1] };

function accepted(fields: object, options: SweepOptions = {}): SweepJobRequest {
  const parsed = parseSweep({ ...LEAST, ...fields }, options);
  if (!parsed.ok) throw new Error(parsed.error.detail);
  return parsed.value;
}

function refused(input: unknown, options: SweepOptions = {}): AppError {
  const parsed = parseSweep(input, options);
  if (parsed.ok) throw new Error(`let through: ${JSON.stringify(parsed.value.body)}`);
  return parsed.error;
}

/** `path: message` of every finding about some params of a strategy. */
function complaints(params: unknown, fields: object = {}, options: SweepOptions = {}): string[] {
  return refused({ ...LEAST, ...fields, params }, options).findings.map(({ path, message }) => `${path}: ${message}`);
}

const axesOf = (fields: object, options: SweepOptions = {}) => accepted(fields, options).request.grid.axes;
const BANDS = { strategy: "bollinger_breakout" };

describe("a request for a sweep", () => {
  test("needs a symbol and a strategy; everything else has the documented default", () => {
    const { request, strategy, source, bars, body } = accepted({});
    const job = parseJob(LEAST);
    if (!job.ok) throw new Error(job.error.detail);
    const { equityPoints: _points, strategy: choice, ...settings } = job.value.request;
    expect(request).toEqual({
      ...settings,
      strategy: "ma_crossover",
      direction: choice.direction,
      grid: {
        axes: [
          { name: "fast", values: [10] },
          { name: "slow", values: [30] },
          { name: "average", values: ["sma"] },
        ],
        trials: 1,
        skipped: 0,
        choices: new Int32Array(3),
      },
      objective: "sharpe",
      top: 20,
      overfitting: "full",
      seed: 1,
      snoopingTests: false,
    });
    expect({ strategy, source, bars, body }).toEqual({
      strategy: "ma_crossover",
      source: "yahoo",
      bars: undefined,
      body: { ...LEAST },
    });
  });

  test("names every field that may be given", () => {
    const documented = `symbol interval start end warmup strategy params direction initial_cash fill commission commission_fixed slippage
      sizing fractional on_insufficient_cash close_at_end require_volume stop_loss take_profit trailing_stop splits adjusted risk_free mar
      var_alpha periods_per_year year_basis data_quality source bars objective top constraints overfitting seed snooping_tests`;
    expect([...SWEEP_FIELDS].sort()).toEqual(documented.split(/\s+/).sort());
  });

  test("takes the fields of a job as they are, aliases too, and keeps the body for later", () => {
    const fields = { cash: 500, fees: 0.001, direction: "both", start: "2020-01-31", warmup: "auto", stop_loss: 0.1, top: 0 };
    const { request, body } = accepted({ ...fields, objective: "calmar", overfitting: "none" });
    expect(request).toMatchObject({ direction: "both", warmup: "auto", objective: "calmar", top: 0, overfitting: "none" });
    expect(request.execution).toMatchObject({ initialCash: 500, commission: 0.001, stopLoss: 0.1 });
    expect(body).toEqual({ ...LEAST, ...fields, objective: "calmar", overfitting: "none" });
  });

  test("may ask for tests of all trials, and for the seed that resamples are drawn by", () => {
    expect(accepted({ seed: 2 ** 32 - 1, snooping_tests: true }).request).toMatchObject({
      seed: 4_294_967_295,
      snoopingTests: true,
    });
    expect(accepted({ seed: 0 }).request).toMatchObject({ seed: 0, snoopingTests: false });
  });

  test("may bring its bars, which are kept apart from the body", () => {
    const given = { strategy: "momentum", params: { lookback: [1, 2] }, constraints: ["lookback > 1"], bars: BARS };
    const parsed = parseSweep(given);
    if (!parsed.ok) throw new Error(parsed.error.detail);
    const { bars, source, body, request } = parsed.value;
    expect([bars, source, request.symbol, request.interval]).toEqual([BARS, "inline", "INLINE", null]);
    const { bars: _bars, ...rest } = given;
    expect(body).toEqual({ ...rest, symbol: "INLINE", source: "inline" });
    const again = parseSweep(body, { barsApart: true });
    expect(again.ok && again.value.request).toEqual(request);
  });

  test.each(TRIAL_COLUMNS)("may rank by %s", (objective) => {
    expect(accepted({ objective }).request.objective).toBe(objective);
  });

  test.each<[object, string]>([
    [
      { objective: "winners" },
      'objective must be one of total_return, cagr, sharpe, sortino, volatility_ann, max_drawdown, calmar, trades, win_rate, profit_factor, exposure: got "winners"',
    ],
    [{ top: 1001 }, "top must be a whole number at least 0 and at most 1000: got 1001"],
    [{ top: 1.5 }, "top must be a whole number at least 0 and at most 1000: got 1.5"],
    [{ overfitting: "some" }, 'overfitting must be one of full, fast, none: got "some"'],
    [{ seed: -1 }, "seed must be a whole number at least 0 and at most 4294967295: got -1"],
    [{ seed: 2 ** 32 }, "seed must be a whole number at least 0 and at most 4294967295: got 4294967296"],
    [{ seed: 0.5 }, "seed must be a whole number at least 0 and at most 4294967295: got 0.5"],
    [{ snooping_tests: "yes" }, 'snooping_tests must be true or false: got "yes"'],
    [
      { constraints: "fast < slow" },
      'constraints must be a list of at most 100 constraints such as "fast < slow": got "fast < slow"',
    ],
    [
      { equity_points: "none" },
      'equity_points may not be given with a sweep, a sweep keeps no equity curves; run the trial as a job: got "none"',
    ],
    [{ signals: ["long"] }, 'signals may not be given with a sweep, the strategy of a sweep makes its own: got ["long"]'],
    [{ commission: 2 }, "commission must be a number (fraction of notional; 0.001 is 10 bps) at least 0 and below 1: got 2"],
    [{ params: [1] }, "params must be an object of values by name: got [1]"],
    [{ params: { fst: [1] } }, '"fst" is not a parameter of this strategy: known are fast, slow, average'],
    [{ strategy: "buy_and_hold", params: { fast: 1 } }, '"fast" is not a parameter of this strategy: there are none'],
  ])("is refused for %j", (fields, message) => {
    expect(refused({ ...LEAST, ...fields })).toMatchObject({
      code: "invalid_request",
      detail: message,
      findings: [{ path: expect.stringMatching(/^[a-z_]+(\.fst|\.fast)?$/), message }],
    });
  });

  test("names a field that does not exist, and those that do", () => {
    const [finding, ...others] = refused({ ...LEAST, objektive: "sharpe" }).findings;
    expect(others).toEqual([]);
    expect(finding?.path).toBe("objektive");
    expect(finding?.message).toEndWith(`fields are ${SWEEP_FIELDS.join(", ")}`);
  });

  test.each(["signals", "smaa", 3, undefined])("is refused with the strategy %p, the others being listed", (strategy) => {
    const { findings } = refused({ ...LEAST, strategy, params: { any: [1] }, commission: 5 });
    expect(findings.map(({ path }) => path)).toEqual(["strategy", "commission"]);
    expect(findings[0]?.message).toStartWith("strategy must be one of buy_and_hold, ma_crossover, ");
    expect(findings[0]?.message).not.toContain("signals,");
  });

  test.each([[null], [3], ["x"], [[]], [undefined]])("is no %p", (input) => {
    expect(refused(input).detail).toStartWith("a request is an object of fields: got ");
  });

  test("of buy and hold is one trial", () => {
    const { grid } = accepted({ strategy: "buy_and_hold" }).request;
    expect(grid).toEqual({ axes: [], trials: 1, skipped: 0, choices: new Int32Array(0) });
    expect(paramsOf(grid, 0)).toEqual({});
  });

  test("of a fault that is let through keeps its name beside one that could be run", () => {
    const { strategy, request } = accepted({ strategy: "fault_loop", params: { any: 1 } }, { faults: ["fault_loop"] });
    expect([strategy, request.strategy, request.grid.trials]).toEqual(["fault_loop", "buy_and_hold", 1]);
    expect(refused({ ...LEAST, strategy: "fault_loop" }).findings.map(({ path }) => path)).toEqual(["strategy"]);
  });
});

describe("the values of a parameter", () => {
  test("are one, a list, or a range; the varied ones come first in the order of the request", () => {
    const axes = axesOf({ params: { average: "ema", slow: { from: 50, to: 200, step: 50 }, fast: [20, 5] } });
    expect(axes).toEqual([
      { name: "slow", values: [50, 100, 150, 200] },
      { name: "fast", values: [20, 5] },
      { name: "average", values: ["ema"] },
    ]);
  });

  test("may be words", () => {
    expect(axesOf({ params: { average: ["wma", "sma"] } })[0]).toEqual({ name: "average", values: ["wma", "sma"] });
  });

  test.each<[object, number[]]>([
    [{ from: 0.1, to: 0.5, step: 0.1 }, [0.1, 0.2, 0.3, 0.4, 0.5]],
    [{ from: 0.5, to: 2, step: 0.25 }, [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]],
    [{ from: 1, to: 2, step: 0.3 }, [1, 1.3, 1.6, 1.9]],
    [{ from: 1.05, to: 1.35, step: 0.1 }, [1.05, 1.15, 1.25, 1.35]],
    [{ from: 0, to: 1, step: 1 / 3 }, [0, 1 / 3, 2 / 3, 1]],
    [{ from: 0, to: 100, step: 100 / 3 }, [0, 100 / 3, 200 / 3, 100]],
    [{ from: 1e-7, to: 3e-7, step: 1e-7 }, [1e-7, 2e-7, 3e-7]],
    [{ from: 1e-30, to: 3e-30, step: 1e-30 }, [1e-30, 2e-30, 3e-30]],
    [{ from: 2, to: 2, step: 5 }, [2]],
    [{ from: 2, to: 3, step: 1e300 }, [2]],
  ])("of the range %j are %j", (range, values) => {
    expect(axesOf({ ...BANDS, params: { multiplier: range } }).find(({ name }) => name === "multiplier")?.values).toEqual(values);
  });

  test("of a range of whole numbers go by 1 unless it says otherwise; `to` belongs to it where it is hit", () => {
    const windows = (lookback: object) => axesOf({ strategy: "momentum", params: { lookback } })[0]?.values;
    expect(windows({ from: 3, to: 6 })).toEqual([3, 4, 5, 6]);
    expect(windows({ from: 5, to: 21, step: 5 })).toEqual([5, 10, 15, 20]);
    expect(windows({ from: 5, to: 20, step: 5 })).toEqual([5, 10, 15, 20]);
  });

  test("written as text are read only when asked", () => {
    const params = { fast: ["5", "7"], slow: { from: "10", to: "30", step: "1e1" } };
    expect(axesOf({ params }, { numericStrings: true })).toMatchObject([{ values: [5, 7] }, { values: [10, 20, 30] }, {}]);
    expect(complaints(params)).toHaveLength(5);
    expect(complaints({ fast: ["5", "5.0"] }, {}, { numericStrings: true })).toEqual([
      "params.fast.1: params.fast must hold every value once: got 5 at 0 and at 1",
    ]);
  });

  test.each<[unknown, object, string[]]>([
    [{ fast: 0 }, {}, ["params.fast: fast must be a whole number from 1 to 5000: got 0"]],
    [{ fast: [] }, {}, ["params.fast: params.fast must hold at least one value: got []"]],
    [
      { fast: [5, 0, [7]] },
      {},
      [
        "params.fast.1: fast must be a whole number from 1 to 5000: got 0",
        "params.fast.2: fast must be a whole number from 1 to 5000: got [7]",
      ],
    ],
    [{ fast: [5, 7, 5] }, {}, ["params.fast.2: params.fast must hold every value once: got 5 at 0 and at 2"]],
    [{ average: ["sma", "hull"] }, {}, ['params.average.1: average must be one of sma, ema, wma: got "hull"']],
    [
      { average: { from: "sma", to: "wma" } },
      {},
      ['params.average: average must be one of sma, ema, wma: got {"from":"sma","to":"wma"}'],
    ],
    [
      { fast: {} },
      {},
      [
        "params.fast.from: fast.from must be a whole number from 1 to 5000: got nothing",
        "params.fast.to: fast.to must be a whole number from 1 to 5000: got nothing",
      ],
    ],
    [{ fast: { from: 5, to: 9, stp: 2 } }, {}, ['params.fast.stp: "stp" is not a field of a range; fields are from, to, step']],
    [{ fast: { from: 50, to: 5 } }, {}, ["params.fast.to: fast.to must be at least fast.from: got 5 after 50"]],
    [{ fast: { from: 5, to: 9, step: 0 } }, {}, ["params.fast.step: fast.step must be a whole number above 0: got 0"]],
    [
      { fast: { from: 9, to: 5, step: -1 } },
      {},
      [
        "params.fast.step: fast.step must be a whole number above 0: got -1",
        "params.fast.to: fast.to must be at least fast.from: got 5 after 9",
      ],
    ],
    [{ fast: { from: 5, to: 9, step: 0.5 } }, {}, ["params.fast.step: fast.step must be a whole number above 0: got 0.5"]],
    [{ fast: { from: 5, to: 9, step: null } }, {}, ["params.fast.step: fast.step must be a whole number above 0: got null"]],
    [
      { multiplier: { from: 1, to: 2 } },
      BANDS,
      ["params.multiplier.step: multiplier.step must be a number above 0: got nothing"],
    ],
    [
      { multiplier: { from: 1, to: 2, step: JSON.parse("1e400") } },
      BANDS,
      ["params.multiplier.step: multiplier.step must be a number above 0: got Infinity"],
    ],
    [
      { multiplier: { from: 1, to: 101, step: 1 } },
      BANDS,
      ["params.multiplier.to: multiplier.to must be a number from 0 to 100: got 101"],
    ],
  ])("are refused where they stand: %j", (params, fields, messages) => {
    expect(complaints(params, fields)).toEqual(messages);
  });

  test("of steps too small to tell them apart are refused", () => {
    const [first] = complaints({ multiplier: { from: 100 - 1e-13, to: 100, step: 1e-15 } }, BANDS);
    expect(first).toStartWith("params.multiplier.1: params.multiplier must hold every value once: got ");
  });

  test("are not complained about one by one when very many are wrong", () => {
    expect(refused({ ...LEAST, params: { fast: new Array(100_000).fill(0) } }).findings).toHaveLength(20);
    const odd = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`f${i}`, i]));
    expect(refused({ ...LEAST, params: { fast: { from: 1, to: 2, ...odd } } }).findings).toHaveLength(20);
  });
});

describe("constraints", () => {
  test("skip combinations, as the strategy's own rules do", () => {
    const params = { fast: [5, 10, 20], slow: [10, 20, 40] };
    const { grid } = accepted({ params, constraints: ["slow >= 20", "3 < fast"] }).request;
    expect(Array.from({ length: grid.trials }, (_, trial) => paramsOf(grid, trial))).toEqual([
      { fast: 5, slow: 20, average: "sma" },
      { fast: 5, slow: 40, average: "sma" },
      { fast: 10, slow: 20, average: "sma" },
      { fast: 10, slow: 40, average: "sma" },
      { fast: 20, slow: 40, average: "sma" },
    ]);
    expect([grid.trials, grid.skipped]).toEqual([5, 4]);
  });

  test("that cannot be read are named by their place", () => {
    const { findings } = refused({ ...LEAST, constraints: ["fast < slow", "fast == slow", "average < 3"] });
    expect(findings.map(({ path }) => path)).toEqual(["constraints.1", "constraints.2"]);
    expect(findings[0]?.message).toBe(
      'constraints.1 must compare a parameter with another or with a number by <, <=, > or >=, such as "fast < slow" or "slow >= 50"; parameters with numbers: fast, slow; got "fast == slow"',
    );
    expect(refused({ ...LEAST, constraints: [3] }).findings.map(({ path }) => path)).toEqual(["constraints.0"]);
  });

  test("that leave no trial are refused", () => {
    expect(refused({ ...LEAST, params: { fast: [30, 40], slow: [10, 30] }, constraints: ["fast > 5"] })).toMatchObject({
      code: "invalid_request",
      detail: "params leave no trial: each of 4 combinations breaks one of fast < slow, fast > 5",
      findings: [{ path: "params" }],
    });
  });
});

describe("a sweep made to be expensive", () => {
  const wide = { from: 1, to: 5000 };

  test("is refused before its combinations are made", () => {
    expect(refused({ ...LEAST, params: { fast: wide, slow: wide } })).toMatchObject({
      code: "too_costly",
      detail: "params make 25000000 combinations, the limit is 20000000; take fewer values or larger steps",
      findings: [{ path: "params" }],
    });
    const fine = { from: 0, to: 100, step: 5e-324 };
    expect(refused({ ...LEAST, ...BANDS, params: { multiplier: fine } }).code).toBe("too_costly");
    expect(refused({ ...LEAST, params: { fast: new Array(1_000_001).fill(0) } })).toMatchObject({
      code: "too_costly",
      detail: "params.fast has 1000001 values, the limit is 1000000; take fewer",
    });
  });

  test("is refused when too many trials are left", () => {
    const params = { fast: { from: 1, to: 4000 }, slow: { from: 1, to: 4000 } };
    expect(refused({ ...LEAST, params })).toMatchObject({
      code: "too_costly",
      detail: "params leave more than 1000000 trials out of 16000000 combinations, the limit is 1000000; take fewer values",
    });
  });

  test("with very many fields or rows is refused as a job is", () => {
    const names = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`f${i}`, i]));
    expect(refused({ ...LEAST, ...names }).findings).toHaveLength(1);
    expect(refused({ ...LEAST, params: names }).findings).toHaveLength(1);
    expect(refused({ ...LEAST, bars: { time: new Array(1_000_001).fill(0) } }).code).toBe("too_costly");
  });
});

test("any JSON at all is answered with a request, or with findings that name a place and say something", () => {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.array(fc.integer({ min: -1, max: 60 }), { maxLength: 4 }),
    fc.record({ from: fc.integer({ min: 0, max: 9 }), to: fc.integer({ min: 0, max: 99 }), step: fc.integer() }),
  );
  const params = fc.dictionary(fc.constantFrom("fast", "slow", "average", "period", "x"), value, { maxKeys: 4 });
  const field = fc.constantFrom(...SWEEP_FIELDS.filter((name) => name !== "params"), "cash", "signals", "equity_points", "x");
  const extra = fc.dictionary(field, fc.jsonValue(), { maxKeys: 4 });
  const strategy = fc.constantFrom("ma_crossover", "rsi_reversion", "buy_and_hold", "signals");
  const input = fc.oneof(
    fc.jsonValue(),
    fc.tuple(strategy, params, extra).map(([name, given, rest]) => ({ symbol: "A", strategy: name, params: given, ...rest })),
  );
  fc.assert(
    fc.property(input, (body) => {
      const parsed = parseSweep(body);
      if (parsed.ok) {
        const { grid } = parsed.value.request;
        const product = grid.axes.reduce((all, { values }) => all * values.length, 1);
        expect([grid.trials > 0, grid.trials + grid.skipped]).toEqual([true, product]);
        return;
      }
      expect(["invalid_request", "too_costly"]).toContain(parsed.error.code);
      expect(parsed.error.findings.length).toBeGreaterThan(0);
      for (const { message } of parsed.error.findings) expect(message).not.toBe("");
    }),
    { numRuns: 2000 },
  );
});
