import { describe, expect, test } from "bun:test";
import { normals } from "../random.ts";
import { mean } from "../statistics/moments.ts";
import { percentileInterval, resample } from "./bootstrap.ts";
import { realityCheck } from "./reality-check.ts";
import { stationaryBootstrap } from "./stationary-bootstrap.ts";
import { superiorAbility } from "./superior-ability.ts";

const RESAMPLING = { seed: 5, meanBlock: 8, resamples: 300 };

describe("stationary bootstrap", () => {
  test("a block of 1 draws every index anew, one of a million runs on and wraps around", () => {
    const draw = stationaryBootstrap(1000, { seed: 1, meanBlock: 1_000_000 });
    const indices = draw();
    for (let i = 1; i < 1000; i++) expect(indices[i]).toBe((indices[i - 1]! + 1) % 1000);
    const single = stationaryBootstrap(1000, { seed: 1, meanBlock: 1 })();
    expect(new Set(single).size).toBeGreaterThan(500);
    expect(new Set(single).size).toBeLessThan(750);
  });

  test("blocks are as long as asked, on average", () => {
    const draw = stationaryBootstrap(5000, { seed: 2, meanBlock: 20 });
    let breaks = 0;
    for (let k = 0; k < 20; k++) {
      const indices = draw();
      for (let i = 1; i < 5000; i++) if (indices[i] !== (indices[i - 1]! + 1) % 5000) breaks++;
    }
    expect(Math.abs(100_000 / breaks - 20)).toBeLessThan(1);
  });

  test("a resample holds the returns of its indices, and equal seeds draw equal resamples", () => {
    const returns = Float64Array.of(0.1, 0.2, 0.3, 0.4, 0.5);
    const draw = stationaryBootstrap(5, RESAMPLING);
    let seen = 0;
    resample(returns, RESAMPLING, (sample, number) => {
      expect(number).toBe(seen++);
      expect([...sample]).toEqual(Array.from(draw(), (index) => returns[index]!));
    });
    expect(seen).toBe(300);
  });

  test("refuses blocks below one period", () => {
    expect(() => stationaryBootstrap(5, { seed: 1, meanBlock: 0.5 })).toThrow(RangeError);
  });
});

describe("percentile interval", () => {
  test("cuts the same tail on both sides", () => {
    const values = Float64Array.from({ length: 101 }, (_, i) => (i * 37) % 101);
    expect(percentileInterval(values, 0.9)).toEqual([5, 95]);
  });

  test("leaves undefined values out, and is undefined when nothing is left", () => {
    expect(percentileInterval(Float64Array.of(Number.NaN, 3, 1, Number.NaN, 2), 1)).toEqual([1, 3]);
    expect(percentileInterval(Float64Array.of(Number.NaN), 0.95)).toEqual([Number.NaN, Number.NaN]);
  });

  test("of the mean covers it for most samples of a known law", () => {
    const next = normals(31);
    let covered = 0;
    for (let k = 0; k < 100; k++) {
      const returns = Float64Array.from({ length: 60 }, () => 0.01 + next());
      const means = new Float64Array(300);
      resample(returns, { seed: k, meanBlock: 1, resamples: 300 }, (sample, at) => {
        means[at] = mean(sample);
      });
      const [low, high] = percentileInterval(means, 0.95);
      if (low <= 0.01 && 0.01 <= high) covered++;
    }
    expect(covered).toBeGreaterThan(85);
  });
});

describe("tests of the best of several strategies", () => {
  const rows = 100;
  const next = normals(41);
  const column = (center: number) => Float64Array.from({ length: rows }, () => center + 0.01 * next());
  const sideBySide = (...columns: readonly Float64Array[]) => ({
    values: Float64Array.from({ length: rows * columns.length }, (_, i) => {
      return columns[i % columns.length]![Math.floor(i / columns.length)]!;
    }),
    rows,
    columns: columns.length,
  });

  test("tell a real edge from none", () => {
    const [none, edge] = [column(0), column(0.005)];
    expect(realityCheck(sideBySide(none, edge), RESAMPLING).pValue).toBeLessThan(0.01);
    expect(superiorAbility(sideBySide(none, edge), RESAMPLING).pConsistent).toBeLessThan(0.01);
    const losing = sideBySide(column(-0.005), column(-0.004));
    expect(realityCheck(losing, RESAMPLING).pValue).toBeGreaterThan(0.9);
    expect(superiorAbility(losing, RESAMPLING).statistic).toBe(0);
  });

  test("a strategy that is plainly bad counts for the upper bound alone", () => {
    const good = column(0.0015);
    const bad = Float64Array.from({ length: rows }, () => -0.03 + 0.05 * next());
    const { pLower, pConsistent, pUpper } = superiorAbility(sideBySide(good, bad), RESAMPLING);
    expect(pLower).toBeLessThanOrEqual(pConsistent);
    expect(pConsistent).toBeLessThanOrEqual(pUpper);
  });

  test("columns without dispersion are left out, and without any other nothing is known", () => {
    const good = column(0.002);
    const flat = new Float64Array(rows);
    const alone = superiorAbility(sideBySide(good), RESAMPLING);
    const beside = superiorAbility(sideBySide(flat, good), RESAMPLING);
    expect([...beside.omega]).toEqual([0, alone.omega[0]!]);
    expect({ ...beside, omega: null }).toEqual({ ...alone, omega: null });
    const { omega: _, ...nothing } = superiorAbility(sideBySide(flat), RESAMPLING);
    expect(Object.values(nothing)).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
    expect(superiorAbility({ values: Float64Array.of(0.1, 0.2), rows: 2, columns: 1 }, RESAMPLING).statistic).toBeNaN();
  });
});
