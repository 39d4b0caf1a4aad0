import { describe, expect, test } from "bun:test";
import { annualGrowth, calendarYears, growth } from "./growth.ts";
import { rates } from "./rates.ts";
import { equityOf, returnsOf } from "./returns.ts";

describe("growth", () => {
  test("100 to 150 is 0.5, and 21 % in two years is 10 % a year", () => {
    expect(growth(100, 150)).toBe(0.5);
    expect(annualGrowth(0.21, 2)).toBeCloseTo(0.1, 15);
  });

  test("a ruined account has lost all of it a year, however long it took", () => {
    expect([annualGrowth(-1, 3), annualGrowth(-1.05, 0.01)]).toEqual([-1, -1]);
  });

  test("no time, no start and no double for it: no rate", () => {
    expect(annualGrowth(0.1, 0)).toBeNaN();
    expect(annualGrowth(Number.NaN, 1)).toBeNaN();
    expect(annualGrowth(0.5, 1 / 525_600)).toBeNaN();
    expect(growth(0, 5)).toBeNaN();
  });

  test("a calendar year has 365.25 days, and one time or none spans nothing", () => {
    expect(calendarYears(Float64Array.of(0, 5, 365.25 * 86_400_000))).toBe(1);
    expect(calendarYears(Float64Array.of(86_400_000))).toBe(0);
    expect(calendarYears(new Float64Array(0))).toBe(0);
  });
});

describe("returns", () => {
  test("returns are E[i] / E[i-1] - 1, missing after equity of zero or less", () => {
    expect([...returnsOf(Float64Array.of(100, 150, 75, 0, 10, -5, 5))]).toEqual([0.5, -0.5, -1, Number.NaN, -1.5, Number.NaN]);
    expect(returnsOf(Float64Array.of(100)).length).toBe(0);
    expect(returnsOf(new Float64Array(0)).length).toBe(0);
  });

  test("returns compound from 1, a missing one as no growth", () => {
    expect([...equityOf(Float64Array.of(0.5, Number.NaN, -0.5))]).toEqual([1, 1.5, 1.5, 0.75]);
  });
});

describe("rates", () => {
  test("an annual rate compounds back from its periods", () => {
    const { riskFreePerPeriod, marPerPeriod, periodsPerYear } = rates(0.03, -0.5, 252);
    expect((1 + riskFreePerPeriod) ** 252).toBeCloseTo(1.03, 12);
    expect((1 + marPerPeriod) ** 252).toBeCloseTo(0.5, 12);
    expect(periodsPerYear).toBe(252);
  });

  test("no rate is exactly no rate", () => {
    expect(rates(0, 0, 365.25)).toEqual({ riskFreePerPeriod: 0, marPerPeriod: 0, periodsPerYear: 365.25 });
  });

  test("a rate of -1 or less, and no periods in a year, are refused by name and value", () => {
    expect(() => rates(-1, 0, 252)).toThrow("riskFree must be above -1, got -1");
    expect(() => rates(0, Number.NaN, 252)).toThrow("mar must be above -1, got NaN");
    expect(() => rates(0, 0, 0)).toThrow("periodsPerYear must be a positive number, got 0");
  });
});
