import { describe, expect, test } from "bun:test";
import { normals } from "../random.ts";
import { normalCdf } from "../statistics/normal.ts";
import { largestExceeds } from "./largest-of-correlated.ts";
import { sharpeEstimateOf } from "./sharpe-estimate.ts";
import { luckProbability, timingReturns } from "./timing.ts";

const ONE = { differing: 1, correlation: Number.NaN };
const next = normals(21);
const holding = Float64Array.from({ length: 400 }, () => 0.0005 + 0.01 * next());

describe("timing", () => {
  test("is what is left when a share of holding is taken out", () => {
    const own = Float64Array.of(0.01, -0.01, -0.01, 0.01);
    const market = Float64Array.of(0.02, 0.02, -0.02, -0.02);
    const returns = market.map((h, i) => 0.5 * h + own[i]! + 0.003);
    for (const [i, value] of timingReturns(returns, market, 0).entries()) expect(value).toBeCloseTo(own[i]! + 0.003, 15);
  });

  test("the risk-free rate is taken from both sides: half in cash and half in the market is no timing", () => {
    const returns = holding.map((h) => 0.5 * h + 0.5 * 0.0002);
    for (const value of timingReturns(returns, holding, 0.0002)) expect(Math.abs(value)).toBeLessThan(1e-16);
  });

  test("hardly depends on where the market went, while the Sharpe ratio does", () => {
    const inMarket = Array.from(holding, () => next() > 0);
    const judged = (drift: number) => {
      const market = holding.map((h) => h + drift);
      const returns = market.map((h, i) => (inMarket[i] ? h : 0));
      return [luckProbability(timingReturns(returns, market, 0), ONE), sharpeEstimateOf(returns, 0).sharpe] as const;
    };
    const [falling, falls] = judged(-0.002);
    const [rising, rises] = judged(0.002);
    expect(rises - falls).toBeGreaterThan(0.2);
    expect(Math.abs(rising - falling)).toBeLessThan(0.1);
  });

  test("in any size is as likely luck", () => {
    const inMarket = holding.map((h, i) => (i % 3 === 0 ? 0 : h));
    const once = luckProbability(timingReturns(inMarket, holding, 0), ONE);
    const fiveTimes = inMarket.map((r) => 5 * r);
    expect(luckProbability(timingReturns(fiveTimes, holding, 0), ONE)).toBeCloseTo(once, 12);
  });

  test("of a market that stands still are the returns as they are; a missing return on either side is left out", () => {
    expect([...timingReturns(Float64Array.of(0.01, -0.02), new Float64Array(2), 0)]).toEqual([0.01, -0.02]);
    expect(timingReturns(Float64Array.of(0.01, Number.NaN, 0.02), Float64Array.of(Number.NaN, 0.01, 0.02), 0).length).toBe(1);
    expect(() => timingReturns(new Float64Array(2), new Float64Array(3), 0)).toThrow(RangeError);
  });
});

describe("the probability of luck", () => {
  // Mean 0.001 and deviation about 0.01 without skewness, kurtosis 1: the estimate's variance factor is 1.
  const flips = Float64Array.from({ length: 1000 }, (_, i) => 0.001 + (i % 2 === 0 ? 0.01 : -0.01));
  const apart = (differing: number) => ({ differing, correlation: 0 });

  test("of one trial is the tail of its t statistic", () => {
    const sharpe = 0.001 / (0.01 * Math.sqrt(1000 / 999));
    expect(luckProbability(flips, ONE)).toBeCloseTo(1 - normalCdf(sharpe * Math.sqrt(999)), 6);
  });

  test("grows with the number of independent trials as the chance of at least one hit", () => {
    const once = luckProbability(flips, ONE);
    expect(luckProbability(flips, apart(2))).toBeCloseTo(1 - (1 - once) ** 2, 9);
    expect(luckProbability(flips, apart(5000))).toBeGreaterThan(0.9);
  });

  test("is certain at the far ends", () => {
    const sure = flips.map((r) => r + 1);
    expect(luckProbability(sure, apart(1000))).toBe(0);
    expect(
      luckProbability(
        sure.map((r) => -r),
        apart(1000),
      ),
    ).toBe(1);
  });

  test("is undefined for holding itself, for too few returns, and when no trial differs from holding", () => {
    expect(luckProbability(timingReturns(holding, holding, 0), apart(10))).toBeNaN();
    expect(luckProbability(new Float64Array(50), apart(10))).toBeNaN();
    expect(luckProbability(Float64Array.of(0.01, 0.02, -0.01), apart(10))).toBeNaN();
    expect(luckProbability(flips, { differing: 0, correlation: Number.NaN })).toBeNaN();
  });
});

describe("the largest of correlated values", () => {
  test("of independent ones exceeds a level unless all stay below", () => {
    for (const x of [-1, 0.5, 2, 4]) {
      for (const differing of [2, 30, 1000]) {
        const got = largestExceeds(x, { differing, correlation: 0 });
        expect(Math.abs(got - -Math.expm1(differing * Math.log(normalCdf(x))))).toBeLessThan(1e-9);
      }
    }
  });

  test("two of correlation rho are both below 0 with probability 1/4 + asin(rho) / 2 pi", () => {
    for (const correlation of [0.1, 0.5, 0.9, 0.99, 0.9999]) {
      const got = largestExceeds(0, { differing: 2, correlation });
      expect(got).toBeCloseTo(0.75 - Math.asin(correlation) / (2 * Math.PI), 7);
    }
  });

  test("of equal ones, or of one alone, is the tail of one", () => {
    expect(largestExceeds(1.3, { differing: 500, correlation: 1 })).toBe(normalCdf(-1.3));
    expect(largestExceeds(1.3, { differing: 1, correlation: Number.NaN })).toBe(normalCdf(-1.3));
  });

  test("falls with the level and with the correlation, and rises with the number", () => {
    const of = (x: number, differing: number, correlation: number) => largestExceeds(x, { differing, correlation });
    expect(of(2, 50, 0.5)).toBeGreaterThan(of(2.1, 50, 0.5));
    expect(of(2, 50, 0.5)).toBeGreaterThan(of(2, 50, 0.6));
    expect(of(2, 51, 0.5)).toBeGreaterThan(of(2, 50, 0.5));
  });
});
