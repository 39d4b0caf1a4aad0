import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { normals } from "../random.ts";
import { benchmarkMetrics } from "./registry.ts";

const YEARLY = { periodsPerYear: 1, riskFree: 0 };

describe("benchmark metrics", () => {
  test("a strategy of half the benchmark plus 1 % has beta 0.5, alpha 1 % and full correlation", () => {
    const next = normals(9);
    const benchmark = Float64Array.from({ length: 50 }, () => 0.01 * next());
    const got = benchmarkMetrics(
      benchmark.map((b) => 0.01 + 0.5 * b),
      benchmark,
      YEARLY,
    );
    expect(got.beta).toBeCloseTo(0.5, 13);
    expect(got.alpha_period).toBeCloseTo(0.01, 15);
    expect(got.alpha).toBeCloseTo(0.01, 15);
    expect(got.correlation).toBeCloseTo(1, 13);
  });

  test("capture is the ratio of compounded rates: 10 % and 20 % against 5 % and 10 %", () => {
    const got = benchmarkMetrics(Float64Array.of(0.1, 0.2, -0.1), Float64Array.of(0.05, 0.1, -0.2), YEARLY);
    expect(got.up_capture).toBeCloseTo((Math.sqrt(1.1 * 1.2) - 1) / (Math.sqrt(1.05 * 1.1) - 1), 12);
    expect(got.down_capture).toBeCloseTo(0.5, 14);
    expect(got.capture_ratio).toBeCloseTo(got.up_capture / 0.5, 12);
  });

  test("bars in which the benchmark stands still belong to neither capture", () => {
    const got = benchmarkMetrics(Float64Array.of(0.5, 0.1, 0.9, -0.1), Float64Array.of(0, 0.05, -0, -0.2), YEARLY);
    expect(got.up_capture).toBeCloseTo(2, 13);
    expect(got.down_capture).toBeCloseTo(0.5, 14);
  });

  test("a beta that is only rounding has no Treynor ratio", () => {
    const got = benchmarkMetrics(Float64Array.of(0.02, 0.02 + 1e-15, 0.02), Float64Array.of(0.1, 0.2, 0.1), YEARLY);
    expect(Math.abs(got.beta)).toBeLessThan(1e-12);
    expect(got.treynor).toBeNaN();
  });

  test("losing everything while the benchmark rises captures all of -100 %", () => {
    const got = benchmarkMetrics(Float64Array.of(-1, 0.1), Float64Array.of(0.25, 0.25), YEARLY);
    expect(got.up_capture).toBeCloseTo(-1 / 0.25, 14);
  });

  test("a loss beyond everything has no compounded rate, two of them have one again", () => {
    expect(benchmarkMetrics(Float64Array.of(-1.5, 0.1), Float64Array.of(0.25, 0.25), YEARLY).up_capture).toBeNaN();
    const twice = benchmarkMetrics(Float64Array.of(-3, -3), Float64Array.of(0.25, 0.25), YEARLY);
    expect(twice.up_capture).toBeCloseTo(1 / 0.25, 13);
  });

  test("half a million rises compound without leaving the range of a double", () => {
    const rising = new Float64Array(500_000).fill(0.005);
    const got = benchmarkMetrics(rising, rising, { periodsPerYear: 252, riskFree: 0 });
    expect(got.up_capture).toBe(1);
  });

  test("series of different length are refused", () => {
    expect(() => benchmarkMetrics(new Float64Array(2), new Float64Array(3), YEARLY)).toThrow(RangeError);
  });

  test("no metric is ever infinite, for returns of any kind", () => {
    const kinds = fc.constantFrom(Number.NaN, 0, -0, -1, -1.5, 0.01, -0.01, 1e-13, -1e-13, 1e9, 1e200, -1e200);
    const pairs = fc.array(fc.tuple(kinds, kinds), { maxLength: 12 });
    fc.assert(
      fc.property(pairs, fc.constantFrom(1, 12, 252, 525_600), (rows, periodsPerYear) => {
        const r = Float64Array.from(rows, (row) => row[0]);
        const b = Float64Array.from(rows, (row) => row[1]);
        const values = Object.values(benchmarkMetrics(r, b, { periodsPerYear, riskFree: 0.01 }));
        return values.every((value) => Number.isNaN(value) || (Number.isFinite(value) && !Object.is(value, -0)));
      }),
      { seed: 2, numRuns: 2000 },
    );
  });
});
