import { expect, test } from "bun:test";
import { powerLaw } from "./fit.ts";

test("the exponent of 5 x^1.5 is 1.5, and the law explains everything", () => {
  const { exponent, explained } = powerLaw([1, 10, 100, 1000].map((x) => [x, 5 * x ** 1.5] as const));
  expect(exponent).toBeCloseTo(1.5, 12);
  expect(explained).toBeCloseTo(1, 12);
});

test("a constant grows with exponent 0", () => {
  const points = [1, 10, 100].map((x) => [x, 4] as const);
  expect(powerLaw(points)).toEqual({ exponent: 0, explained: 1 });
});

test("points off the line lower what is explained: logs 0, 1, 0 over 0, 1, 2 have slope 0", () => {
  const points = [0, 1, 2].map((log) => [Math.exp(log), Math.exp(log % 2)] as const);
  const { exponent, explained } = powerLaw(points);
  expect(exponent).toBeCloseTo(0, 12);
  expect(explained).toBeCloseTo(0, 12);
});
