import { describe, expect, test } from "bun:test";
import { mean, shapeOf, standardDeviation, sumOfProducts } from "./moments.ts";
import { quantile, quantilePosition } from "./quantile.ts";
import { finiteOrNaN, ratio } from "./ratio.ts";

describe("moments", () => {
  test("the mean of equal values is that value and their deviation is 0, for values that have no exact sum", () => {
    const tenths = new Float64Array(10).fill(0.1);
    expect(mean(tenths)).toBe(0.1);
    expect(standardDeviation(tenths)).toBe(0);
  });

  test("mean and deviation of 1, 2, 3, 4 are 2.5 and sqrt(5 / 3)", () => {
    const x = Float64Array.of(1, 2, 3, 4);
    expect(mean(x)).toBe(2.5);
    expect(standardDeviation(x)).toBe(Math.sqrt(5 / 3));
  });

  test("covariation of 1, 2, 3 with 3, 1, 2 is -1", () => {
    expect(sumOfProducts(Float64Array.of(1, 2, 3), 2, Float64Array.of(3, 1, 2), 2)).toBe(-1);
  });

  test("a mean needs one value, a deviation two", () => {
    expect(mean(new Float64Array(0))).toBeNaN();
    expect(standardDeviation(Float64Array.of(5))).toBeNaN();
  });

  test("four values 0, 0, 0, 1 have skewness 2 / sqrt(3) and excess kurtosis -2 / 3", () => {
    const x = Float64Array.of(0, Number.NaN, 0, 0, 1);
    const { skewness, kurtosisExcess } = shapeOf(x, 4, 0.25, 0.5);
    expect(skewness).toBeCloseTo(2 / Math.sqrt(3), 14);
    expect(kurtosisExcess).toBeCloseTo(-2 / 3, 14);
  });

  test("the shape is the same whatever the unit, up to values whose fourth power has no double", () => {
    for (const unit of [1e-11, 1, 1e150]) {
      const x = Float64Array.of(0, 0, 0, unit);
      const { skewness, kurtosisExcess } = shapeOf(x, 4, unit / 4, unit / 2);
      expect(skewness).toBeCloseTo(2 / Math.sqrt(3), 12);
      expect(kurtosisExcess).toBeCloseTo(-2 / 3, 12);
    }
  });
});

describe("quantiles", () => {
  test("positions that are whole in decimal arithmetic are whole", () => {
    expect(quantilePosition(101, 0.29)).toBe(29);
    expect(quantilePosition(1_000_001, 0.07)).toBe(70_000);
    expect(quantilePosition(4, 0.5)).toBe(1.5);
  });

  test("of nothing there is no quantile, and one outside 0 to 1 is a mistake of the caller", () => {
    expect(quantile(new Float64Array(0), 0.5)).toBeNaN();
    expect(() => quantile(Float64Array.of(1, 2), 1.5)).toThrow(RangeError);
    expect(() => quantile(Float64Array.of(1, 2), Number.NaN)).toThrow(RangeError);
  });
});

describe("ratios", () => {
  test("a denominator at or below 1e-12 is none", () => {
    expect(ratio(1, 1e-12)).toBeNaN();
    expect(ratio(1, 0)).toBeNaN();
    expect(ratio(1, Number.NaN)).toBeNaN();
    expect(ratio(3, 2)).toBe(1.5);
  });

  test("infinities become NaN and -0 becomes 0", () => {
    expect(finiteOrNaN(Number.POSITIVE_INFINITY)).toBeNaN();
    expect(finiteOrNaN(Number.NEGATIVE_INFINITY)).toBeNaN();
    expect(Object.is(finiteOrNaN(-0), 0)).toBe(true);
    expect(finiteOrNaN(-0.25)).toBe(-0.25);
  });
});
