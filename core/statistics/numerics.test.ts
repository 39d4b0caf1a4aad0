import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { randomWalk } from "../metrics/random-walk.ts";
import numericsVectors from "../metrics/vectors/numerics.json" with { type: "json" };
import overfittingVectors from "../metrics/vectors/overfitting.json" with { type: "json" };
import { normals, uniforms } from "../random.ts";
import { normalCdf, normalInverse } from "./normal.ts";
import { probabilisticSharpe } from "./probabilistic-sharpe.ts";
import { quantile } from "./quantile.ts";

const tolerance = z.object({ rel: z.number(), abs: z.number() });
const stream = z.array(z.object({ seed: z.number(), first: z.array(z.number()) }));
const numerics = z
  .object({
    tolerance,
    uniform: stream,
    z: stream,
    equity: z.array(
      z.object({
        seed: z.number(),
        n: z.number(),
        mu: z.number(),
        sigma: z.number(),
        start: z.number(),
        values: z.array(z.number()),
      }),
    ),
    normalCdf: z.array(z.object({ x: z.number(), value: z.number() })),
    normalInverse: z.array(z.object({ p: z.number(), value: z.number() })),
    quantile: z.array(z.object({ values: z.array(z.number()), q: z.number(), value: z.number() })),
  })
  .parse(numericsVectors);

const psrCase = z.object({
  kind: z.literal("psr"),
  id: z.string(),
  input: z.object({
    sharpe: z.number(),
    benchmarkSharpe: z.number(),
    n: z.number(),
    skewness: z.number(),
    kurtosis: z.number(),
  }),
  expected: z.object({ psr: z.number().nullable() }),
});
const overfitting = z.object({ tolerance, cases: z.array(z.unknown()) }).parse(overfittingVectors);
const psrCases = overfitting.cases.map((one) => psrCase.safeParse(one)).flatMap((one) => (one.success ? [one.data] : []));

function expectWithin(got: number, want: number, within: { readonly rel: number; readonly abs: number }): void {
  expect(Math.abs(got - want)).toBeLessThanOrEqual(Math.max(within.abs, within.rel * Math.abs(want)));
}

describe("reference numerics", () => {
  test.each(numerics.uniform)("uniforms of seed $seed are drawn bit for bit", ({ seed, first }) => {
    const next = uniforms(seed);
    expect(first.map(() => next())).toEqual(first);
  });

  test.each(numerics.z)("normals of seed $seed are drawn bit for bit", ({ seed, first }) => {
    const next = normals(seed);
    expect(first.map(() => next())).toEqual(first);
  });

  test.each(numerics.equity)("the random walk of seed $seed is built bit for bit", (one) => {
    expect([...randomWalk(one)]).toEqual(one.values);
  });

  test.each(numerics.normalCdf)("the normal law below $x", ({ x, value }) => {
    expectWithin(normalCdf(x), value, numerics.tolerance);
  });

  test.each(numerics.normalInverse)("the inverse normal law at $p", ({ p, value }) => {
    expectWithin(normalInverse(p), value, numerics.tolerance);
  });

  test.each(numerics.quantile)("the quantile $q of $values", ({ values, q, value }) => {
    expectWithin(quantile(Float64Array.from(values).sort(), q), value, numerics.tolerance);
  });

  test("eight probabilistic Sharpe ratios are in the vectors", () => {
    expect(psrCases.length).toBe(8);
  });

  test.each(psrCases)("probabilistic Sharpe ratio: $id", ({ input, expected }) => {
    const { sharpe, n, skewness, kurtosis, benchmarkSharpe } = input;
    const got = probabilisticSharpe({ sharpe, observations: n, skewness, kurtosis }, benchmarkSharpe);
    if (expected.psr === null) expect(got).toBeNaN();
    else expectWithin(got, expected.psr, overfitting.tolerance);
  });

  test("an estimate without variance, or of one observation, has no probability", () => {
    const certain = { sharpe: 2, observations: 50, skewness: 1, kurtosis: 2 };
    expect(probabilisticSharpe(certain, 0)).toBeNaN();
    expect(probabilisticSharpe({ ...certain, skewness: 0, observations: 1 }, 0)).toBeNaN();
  });
});
