import { describe, expect, test } from "bun:test";
import type { AppError } from "../errors.ts";
import { parseSweep, type SweepOptions } from "./sweep.ts";
import { parseWalkForward, WALK_FORWARD_FIELDS, type WalkForwardJobRequest } from "./walk-forward.ts";

const SWEEP = { symbol: "AAPL", strategy: "ma_crossover", params: { fast: [5, 10], slow: { from: 20, to: 40, step: 10 } } };
const LEAST = { ...SWEEP, in_sample_bars: 252, out_of_sample_bars: 63 };
const BARS = { time: ["2020-01-02"], open: [1], high: [1], low: [1], close: [1] };

function accepted(fields: object, options: SweepOptions = {}): WalkForwardJobRequest {
  const parsed = parseWalkForward({ ...LEAST, ...fields }, options);
  if (!parsed.ok) throw new Error(parsed.error.detail);
  return parsed.value;
}

function refused(input: unknown, options: SweepOptions = {}): AppError {
  const parsed = parseWalkForward(input, options);
  if (parsed.ok) throw new Error(`let through: ${JSON.stringify(parsed.value.body)}`);
  return parsed.error;
}

const complaints = (fields: object) => refused({ ...LEAST, ...fields }).findings.map(({ message }) => message);

describe("a request for a walk-forward", () => {
  test("is a sweep with the lengths of its windows; the rest has the documented default", () => {
    const sweep = parseSweep(SWEEP);
    if (!sweep.ok) throw new Error(sweep.error.detail);
    expect(accepted({})).toEqual({
      ...sweep.value,
      request: {
        ...sweep.value.request,
        plan: { mode: "rolling", inSampleBars: 252, outOfSampleBars: 63, purgeBars: 0, embargoBars: 0 },
        equityPoints: "full",
      },
      body: LEAST,
    });
  });

  test("takes every field of its own", () => {
    const own = { mode: "anchored", purge_bars: 5, embargo_bars: 7, equity_points: 100 };
    const { request, body } = accepted({ ...own, cash: 5000, top: 3, overfitting: "none" });
    expect(request).toMatchObject({
      plan: { mode: "anchored", inSampleBars: 252, outOfSampleBars: 63, purgeBars: 5, embargoBars: 7 },
      ...{ equityPoints: 100, top: 3, execution: { initialCash: 5000 } },
    });
    expect(body).toEqual({ ...LEAST, ...own, cash: 5000, top: 3, overfitting: "none" });
  });

  test("is stored without its bars, and can be read again", () => {
    const { symbol: _symbol, ...unnamed } = LEAST;
    const first = parseWalkForward({ ...unnamed, bars: BARS });
    if (!first.ok) throw new Error(first.error.detail);
    expect(first.value.body).toEqual({ ...LEAST, symbol: "INLINE", source: "inline" });
    const again = parseWalkForward(first.value.body, { barsApart: true });
    expect(again.ok && again.value.request).toEqual(first.value.request);
  });

  test("needs both lengths", () => {
    expect(refused(SWEEP).findings).toEqual([
      { path: "in_sample_bars", message: "in_sample_bars must be a whole number (bars) at least 1: got nothing" },
      { path: "out_of_sample_bars", message: "out_of_sample_bars must be a whole number (bars) at least 1: got nothing" },
    ]);
  });

  test.each([
    [{ mode: "sliding" }, 'mode must be one of rolling, anchored: got "sliding"'],
    [{ in_sample_bars: 0 }, "in_sample_bars must be a whole number (bars) at least 1: got 0"],
    [{ out_of_sample_bars: 1.5 }, "out_of_sample_bars must be a whole number (bars) at least 1: got 1.5"],
    [{ purge_bars: -1 }, "purge_bars must be a whole number (bars) at least 0: got -1"],
    [{ embargo_bars: "3" }, 'embargo_bars must be a whole number (bars) at least 0: got "3"'],
    [{ purge_bars: 252 }, "purge_bars must leave a bar of the in-sample window, so be below in_sample_bars 252: got 252"],
    [{ signals: [] }, "signals may not be given with a sweep, the strategy of a sweep makes its own: got []"],
  ])("is refused for %j", (fields, message) => {
    expect(complaints(fields)).toEqual([message]);
  });

  test("is refused with everything that is wrong with it, each once", () => {
    const told = complaints({ sleep: 1, mode: "x", objective: "y", commission: 2 });
    expect(told).toHaveLength(4);
    expect(told[1]).toBe(`"sleep" is not a field; fields are ${WALK_FORWARD_FIELDS.join(", ")}`);
    expect(refused([]).detail).toBe("a request is an object of fields: got []");
  });

  test("of too many combinations is too costly, unless more is wrong", () => {
    const params = { fast: { from: 1, to: 5000 }, slow: { from: 1, to: 5000 } };
    expect(refused({ ...LEAST, params }).code).toBe("too_costly");
    expect(refused({ ...LEAST, params, mode: "x" })).toMatchObject({ code: "invalid_request", findings: [{ path: "mode" }] });
  });
});
