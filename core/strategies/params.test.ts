import { describe, expect, test } from "bun:test";
import { parseParam, parseParams } from "./params.ts";
import { strategies, strategyNamed } from "./registry.ts";

const cross = strategies.ma_crossover;

function messages(input: unknown, options = {}): string[] {
  const parsed = parseParams(cross, input, options);
  return parsed.ok ? [] : parsed.error.map(({ path, message }) => `${path}: ${message}`);
}

describe("parameters of a request", () => {
  test("that are left out get their defaults, in the order of the specs", () => {
    const parsed = parseParams(cross, { slow: 50 });
    expect(parsed).toEqual({ ok: true, value: { fast: 10, slow: 50, average: "sma" } });
    expect(parsed.ok && Object.keys(parsed.value)).toEqual(["fast", "slow", "average"]);
    expect(parseParams(strategies.buy_and_hold, undefined)).toEqual({ ok: true, value: {} });
  });

  test("out of their limits are named with the offending value and what is allowed", () => {
    expect(messages({ fast: 10.5 })).toEqual(["params.fast: fast must be a whole number from 1 to 5000: got 10.5"]);
    expect(messages({ fast: 0, slow: 5001 })).toEqual([
      "params.fast: fast must be a whole number from 1 to 5000: got 0",
      "params.slow: slow must be a whole number from 1 to 5000: got 5001",
    ]);
    expect(messages({ average: "hull" })).toEqual(['params.average: average must be one of sma, ema, wma: got "hull"']);
    const bands = parseParams(strategies.bollinger_reversion, { multiplier: -1 });
    expect(bands.ok ? [] : bands.error.map(({ message }) => message)).toEqual([
      "multiplier must be a number from 0 to 100: got -1",
    ]);
  });

  const wrong: [unknown][] = [
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [JSON.parse("1e400")],
    [null],
    [true],
    ["10"],
    [[]],
    [{}],
    [10n],
    [undefined],
  ];

  test.each(wrong)("that are no number are refused: %p", (value) => {
    const parsed = parseParam("fast", cross.params.fast, value);
    expect(parsed.ok).toBe(false);
    if (!parsed.ok) expect(parsed.error).toStartWith("fast must be a whole number from 1 to 5000: got ");
  });

  test("unknown to the strategy are listed with the known ones", () => {
    expect(messages({ fst: 3 })).toEqual([
      'params.fst: "fst" is not a parameter of this strategy: known are fast, slow, average',
    ]);
    expect(messages(JSON.parse('{"__proto__": 1}'))).toHaveLength(1);
    expect(messages({ constructor: 1 })).toHaveLength(1);
    const none = parseParams(strategies.buy_and_hold, { fast: 1 });
    expect(none.ok ? "" : none.error[0]?.message).toBe('"fast" is not a parameter of this strategy: there are none');
  });

  test("that break a rule between them are named together", () => {
    expect(messages({ fast: 30, slow: 10 })).toEqual(["params.fast: fast must be less than slow: got fast 30, slow 10"]);
    expect(messages({ fast: 30 })).toEqual(["params.fast: fast must be less than slow: got fast 30, slow 30"]);
    expect(messages({ fast: 30, slow: "x" })).toHaveLength(1);
  });

  test("that are no object are refused", () => {
    for (const input of [null, 3, "fast=3", [1]])
      expect(messages(input)[0]).toStartWith("params: params must be an object of values by name: got ");
  });

  test("written as text are read only when asked, and only as plain decimal numbers", () => {
    expect(parseParams(cross, { fast: "7", slow: "2e1" }, { numericStrings: true })).toEqual({
      ok: true,
      value: { fast: 7, slow: 20, average: "sma" },
    });
    expect(parseParam("lower", strategies.rsi_reversion.params.lower, "27.5", { numericStrings: true })).toEqual({
      ok: true,
      value: 27.5,
    });
    for (const text of ["", " 7", "0x10", "7px", "1e400", "NaN", "Infinity", "1_000", "."]) {
      expect(messages({ fast: text }, { numericStrings: true })).toHaveLength(1);
    }
  });

  test("too long to show are cut in the message", () => {
    expect(messages({ average: "x".repeat(500) })[0]?.length).toBeLessThan(150);
  });
});

test("checked values go to a strategy that is known by name alone", () => {
  const strategy = strategyNamed("momentum");
  const parsed = parseParams(strategy, {});
  expect(parsed.ok && strategy.barsNeeded(parsed.value)).toBe(61);
});
