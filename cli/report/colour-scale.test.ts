import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type ColourScale, colourScale, hexOf, isLight, rangeOf } from "./colour-scale.ts";
import { paletteNumber } from "./palette.ts";

function scaleOf(values: readonly number[], centre: number | null): ColourScale {
  const scale = colourScale(Float64Array.from(values), centre);
  if (scale === null) throw new RangeError("no values");
  return scale;
}

const some = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 });

describe("a scale around a centre", () => {
  test("is white at the centre, deepest where a value is farthest from it, and as deep at equal distances", () => {
    const { colourOf, low, high } = scaleOf([-1, 0.5, 2], 0);
    expect([low, high]).toEqual([-1, 2]);
    expect(hexOf(colourOf(0))).toBe("#f7f7f7");
    expect(hexOf(colourOf(2))).toBe("#2166ac");
    expect(hexOf(colourOf(-1))).toBe("#f4a582");
    expect(hexOf(colourOf(1))).toBe("#92c5de");
  });

  test("shows the side of values that lie on one side: no blue below the centre, no red above it", () => {
    fc.assert(
      fc.property(some, (list) => {
        const above = scaleOf(list.map(Math.abs), 0);
        const below = scaleOf(
          list.map((value) => -Math.abs(value) - 1),
          0,
        );
        for (const value of list) {
          const [red, , blue] = above.colourOf(Math.abs(value));
          expect(blue).toBeGreaterThanOrEqual(red);
          const [r, , b] = below.colourOf(-Math.abs(value) - 1);
          expect(r).toBeGreaterThan(b);
        }
      }),
    );
  });

  test("uses the whole half where values lie on one side", () => {
    const { colourOf } = scaleOf([0.5, 0.7], 0);
    expect(hexOf(colourOf(0.7))).toBe("#2166ac");
    expect(hexOf(colourOf(0.5))).toBe("#dfebf3");
  });

  test("is white where all there is lies at the centre", () => {
    expect(hexOf(scaleOf([0, 0], 0).colourOf(0))).toBe("#f7f7f7");
  });
});

describe("a scale of many values", () => {
  const many = Array.from({ length: 99 }, (_, i) => 1 + i / 98);

  test("is not stretched by a few that lie far off, and keeps where they end", () => {
    const { low, high, lowest, highest, colourOf } = scaleOf([-40, ...many], null);
    expect([lowest, highest, high]).toEqual([-40, 2, 2]);
    expect(low).toBeGreaterThan(0);
    expect(low).toBeLessThan(1);
    expect(colourOf(-40)).toEqual(colourOf(low));
  });

  test("still has a far value below the centre in red", () => {
    const { low, high, colourOf } = scaleOf([-40, ...many], 0);
    expect([low, high]).toEqual([-2, 2]);
    expect(hexOf(colourOf(-40))).toBe("#b2182b");
    expect(hexOf(colourOf(2))).toBe("#2166ac");
  });

  test("has all that lies near enough", () => {
    expect(scaleOf([0.7, ...many], null)).toMatchObject({ low: 0.7, lowest: 0.7, high: 2 });
  });
});

test("a scale without a centre grows lighter from low to high", () => {
  const { colourOf } = scaleOf([-0.5, -0.1], null);
  expect([colourOf(-0.5), colourOf(-0.1)].map(hexOf)).toEqual(["#440154", "#fde725"]);
  expect(isLight(colourOf(-0.5))).toBe(false);
  expect(isLight(colourOf(-0.1))).toBe(true);
});

test("values beyond the range have the colours of its ends, and a single value has one", () => {
  const { colourOf } = scaleOf([1, 2], null);
  expect(colourOf(9)).toEqual(colourOf(2));
  expect(colourOf(-9)).toEqual(colourOf(1));
  expect(scaleOf([3], null).colourOf(3)).toEqual(scaleOf([7], null).colourOf(7));
});

test("undefined values make no scale and no range", () => {
  expect(colourScale(Float64Array.of(Number.NaN, Number.NaN), 0)).toBeNull();
  expect(rangeOf(Float64Array.of(Number.NaN, 3, Number.NaN, -1))).toEqual([-1, 3]);
});

test("a palette of 256 has its own colours at their numbers, and greys for near greys", () => {
  expect(paletteNumber([0, 0, 0])).toBe(16);
  expect(paletteNumber([255, 0, 0])).toBe(16 + 36 * 5);
  expect(paletteNumber([95, 135, 175])).toBe(16 + 36 + 6 * 2 + 3);
  expect(paletteNumber([238, 238, 238])).toBe(255);
  expect(paletteNumber([129, 128, 127])).toBe(244);
  expect(paletteNumber([129, 128, 127])).toBe(244);
});
