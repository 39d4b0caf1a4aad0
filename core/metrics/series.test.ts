import { describe, expect, test } from "bun:test";
import type { SeriesStatistics } from "../engine/contract.ts";
import { seriesMetrics } from "./registry.ts";
import { equitySeries, returnSeries, type SeriesSettings } from "./series.ts";

const DAY_MS = 86_400_000;
const SETTINGS: SeriesSettings = { periodsPerYear: 4, yearBasis: "bars", riskFree: 0, mar: 0, varAlpha: 0.5 };

/** An engine that answers figures of its own, so that a test sees which metrics take them over. */
function answering(given: Partial<SeriesStatistics>) {
  const statistics: SeriesStatistics = {
    observations: 0,
    meanReturn: Number.NaN,
    volatility: Number.NaN,
    downsideDeviation: Number.NaN,
    sharpe: Number.NaN,
    sortino: Number.NaN,
    maxDrawdown: Number.NaN,
    ...given,
  };
  return { equityStatistics: () => statistics, returnStatistics: () => statistics };
}

describe("series", () => {
  test("what the engine computes is taken over, and annualised with the root of the periods", () => {
    const engine = answering({
      observations: 1,
      sharpe: 1.5,
      sortino: 2.5,
      maxDrawdown: -0.25,
      volatility: 0.1,
      downsideDeviation: 0.05,
    });
    const got = seriesMetrics(equitySeries(engine, Float64Array.of(100, 110), null, SETTINGS));
    expect(got).toMatchObject({
      sharpe: 1.5,
      sortino: 2.5,
      max_drawdown: -0.25,
      volatility_ann: 0.2,
      downside_deviation_ann: 0.1,
    });
  });

  test("the risk-free rate reaches the engine per period", () => {
    let seen = 0;
    const engine = answering({});
    const listening = {
      ...engine,
      equityStatistics: (_: Float64Array, given: { readonly riskFreePerPeriod: number }) => {
        seen = given.riskFreePerPeriod;
        return engine.equityStatistics();
      },
    };
    equitySeries(listening, Float64Array.of(1), null, { ...SETTINGS, riskFree: 0.4641 });
    expect(seen).toBeCloseTo(0.1, 15);
  });

  test("years come from the calendar when asked to, from the bars otherwise", () => {
    const times = Float64Array.of(0, 365.25 * DAY_MS, 2 * 365.25 * DAY_MS);
    const equity = Float64Array.of(100, 110, 121);
    const calendar = seriesMetrics(equitySeries(answering({}), equity, times, { ...SETTINGS, yearBasis: "calendar" }));
    expect(calendar.years).toBe(2);
    expect(calendar.cagr).toBeCloseTo(0.1, 14);
    expect(seriesMetrics(equitySeries(answering({}), equity, times, SETTINGS)).years).toBe(0.5);
  });

  test("a single bar has no calendar time and so no annual rate, but a return", () => {
    const oneBar = equitySeries(answering({}), Float64Array.of(100, 110), Float64Array.of(DAY_MS, DAY_MS), {
      ...SETTINGS,
      yearBasis: "calendar",
    });
    const got = seriesMetrics(oneBar);
    expect(got.years).toBe(0);
    expect(got.cagr).toBeNaN();
    expect(got.total_return).toBe(110 / 100 - 1);
  });

  test("tails are taken from the returns that exist", () => {
    const returns = Float64Array.of(0.03, Number.NaN, -0.02, 0.01);
    const series = returnSeries(answering({ observations: 3 }), returns, null, SETTINGS);
    expect([...series.sorted()]).toEqual([-0.02, 0.01, 0.03]);
    const got = seriesMetrics(series);
    expect(got.value_at_risk).toBe(0.01);
    expect(got.conditional_value_at_risk).toBe((-0.02 + 0.01) / 2);
    expect([...returns]).toEqual([0.03, Number.NaN, -0.02, 0.01]);
  });

  test("a straight line in logarithms is stable, a total loss is not judged", () => {
    const steady = returnSeries(answering({ observations: 3 }), Float64Array.of(0.25, 0.25, 0.25), null, SETTINGS);
    expect(seriesMetrics(steady).stability).toBeCloseTo(1, 14);
    const ruined = returnSeries(answering({ observations: 3 }), Float64Array.of(0.25, -1, 0.25), null, SETTINGS);
    expect(seriesMetrics(ruined).stability).toBeNaN();
  });

  test("growth that is only rounding is no line", () => {
    const noise = returnSeries(answering({ observations: 3 }), Float64Array.of(0, 2e-16, 2e-16), null, SETTINGS);
    expect(seriesMetrics(noise).stability).toBeNaN();
  });

  test("an empty curve, missing or wrong times and a tail outside 0 to 1 are refused", () => {
    const one = Float64Array.of(100, 110);
    expect(() => equitySeries(answering({}), new Float64Array(0), null, SETTINGS)).toThrow(RangeError);
    expect(() => equitySeries(answering({}), one, null, { ...SETTINGS, yearBasis: "calendar" })).toThrow("needs times");
    expect(() => equitySeries(answering({}), one, Float64Array.of(1), SETTINGS)).toThrow("got 1 for 2");
    expect(() => equitySeries(answering({}), one, null, { ...SETTINGS, varAlpha: 2 })).toThrow("got 2");
  });
});
