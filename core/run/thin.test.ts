import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { thin } from "./thin.ts";

const series = fc.float64Array({ minLength: 0, maxLength: 300, noNaN: true, min: -1e6, max: 1e6 });

describe("a thinned curve", () => {
  test("has exactly the points asked for, ascending, with the first and the last; a shorter one keeps all", () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 2, max: 320 }), (values, count) => {
        const kept = thin(values, count);
        expect(kept).toHaveLength(Math.min(count, values.length));
        expect(kept.every((position, k) => Number.isInteger(position) && (k === 0 || position > kept[k - 1]!))).toBe(true);
        if (values.length > 0) expect([kept[0], kept.at(-1)]).toEqual([0, values.length - 1]);
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  test("keeps a lone spike wherever it stands", () => {
    for (let at = 1; at < 99; at++) {
      const values = new Float64Array(100).fill(5);
      values[at] = 50;
      expect(thin(values, 10)).toContain(at);
    }
  });

  test("keeps the corner of every bucket in hand arithmetic: 0 0 9 0 0 0 -9 0 at four points", () => {
    // Buckets {1, 2, 3} and {4, 5, 6}: the largest triangles have their tips at 2 and at 6.
    expect(thin(Float64Array.of(0, 0, 9, 0, 0, 0, -9, 0), 4)).toEqual([0, 2, 6, 7]);
  });
});
