import { describe, expect, test } from "bun:test";
import { normals } from "../random.ts";
import { mean, sumOfProducts } from "../statistics/moments.ts";
import { effectiveTrials, likenessOf } from "./effective-trials.ts";

const effectiveOf = (rows: readonly (readonly number[])[]) => effectiveTrials(likenessOf(blockSums(rows)));

/** Block sums with the given returns by block, one row a trial; the squares play no part. */
function blockSums(rows: readonly (readonly number[])[]) {
  const blocks = rows[0]?.length ?? 0;
  const sums = Float64Array.from(rows.flatMap((row) => row.flatMap((value) => [value, 0])));
  return { sums, trials: rows.length, blocks, blockLength: 10 };
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [Float64Array.from(a), Float64Array.from(b)];
  const [mx, my] = [mean(x), mean(y)];
  return sumOfProducts(x, mx, y, my) / Math.sqrt(sumOfProducts(x, mx, x, mx) * sumOfProducts(y, my, y, my));
}

describe("effective trials", () => {
  test("follow from the mean correlation over all pairs", () => {
    const next = normals(11);
    for (const shared of [0.5, 1, 3]) {
      const common = Array.from({ length: 16 }, next);
      const rows = Array.from({ length: 25 }, () => common.map((value) => 0.01 * (shared * value + next())));
      let total = 0;
      for (let i = 0; i < 25; i++) for (let j = 0; j < i; j++) total += correlation(rows[i]!, rows[j]!);
      expect(total).toBeGreaterThan(0);
      expect(effectiveOf(rows)).toBeCloseTo(1 + 24 * (1 - total / 300), 10);
    }
  });

  test("of equal trials, or of one in other sizes, are 1", () => {
    const one = [0.01, -0.02, 0.03, 0.01];
    expect(effectiveOf([one, one, one.map((r) => 3 * r + 0.1)])).toBeCloseTo(1, 12);
    expect(effectiveOf([one])).toBe(1);
  });

  test("are never more than the trials: a mean correlation below 0 counts as 0", () => {
    const one = [0.01, -0.02, 0.03, 0.01];
    expect(effectiveOf([one, one.map((r) => -r)])).toBe(2);
  });

  test("leave out trials whose blocks do not differ, and there are none without any other", () => {
    const flat = [0, 0, 0, 0];
    const orthogonal = [
      [0.01, -0.01, 0.01, -0.01],
      [0.01, 0.01, -0.01, -0.01],
    ];
    expect(effectiveOf([...orthogonal, flat, flat])).toBeCloseTo(2, 12);
    expect(effectiveOf([flat, orthogonal[0]!, flat])).toBe(1);
    expect(effectiveOf([flat, flat.map(() => 0.1)])).toBeNaN();
  });
});

describe("likeness", () => {
  const market = Float64Array.of(0.02, -0.01, 0.03, -0.02, 0.01, 0.02);
  const moments = [
    [0.01, -0.01, 0, 0.01, -0.01, 0],
    [0, 0.01, -0.01, 0, 0.01, -0.01],
  ];

  test("of trials that share half of the market is high, and is that of their own moments once the market is taken out", () => {
    const rows = moments.map((own) => own.map((r, k) => r + 4 * market[k]!));
    expect(likenessOf(blockSums(rows)).correlation).toBeGreaterThan(0.9);
    const without = likenessOf(blockSums(rows), market);
    const alone = likenessOf(blockSums(moments), market);
    expect(without.differing).toBe(2);
    expect(without.correlation).toBeCloseTo(alone.correlation, 10);
  });

  test("without the market leaves out trials that only hold a share of it", () => {
    const holders = [1, 0.5, 2].map((share) => Array.from(market, (r) => share * r + 0.1));
    expect(likenessOf(blockSums(holders), market).differing).toBe(0);
    expect(likenessOf(blockSums([...holders, ...moments]), market).differing).toBe(2);
  });

  test("a market that stands still takes nothing out", () => {
    expect(likenessOf(blockSums(moments), new Float64Array(6).fill(0.3))).toEqual(likenessOf(blockSums(moments)));
  });
});
