import { describe, expect, test } from "bun:test";
import { uniforms } from "../random.ts";
import { normalCdf, normalInverse } from "./normal.ts";

// Expected values: 60-digit arithmetic, rounded once to a double.
const BELOW: readonly (readonly [number, number])[] = [
  [-37, 5.725571222524577e-300],
  [-36.7, 3.651529302803418e-295],
  [-25.3, 1.5971151302422e-141],
  [-20, 2.7536241186062337e-89],
  [-12.34, 2.7577941516989773e-35],
  [-10, 7.619853024160525e-24],
  [-3.25, 0.000577025042390767],
  [-1.5, 0.06680720126885807],
  [-1, 0.15865525393145705],
  [-0.9375, 0.17425071188054236],
  [-0.25, 0.4012936743170763],
  [0.3125, 0.6226697184701571],
  [1.0625, 0.8559956209980291],
];

const AT: readonly (readonly [number, number])[] = [
  [1e-300, -37.0470962993612],
  [1e-100, -21.273453560965326],
  [1e-20, -9.262340089798407],
  [0.01, -2.326347874040841],
  [0.2, -0.8416212335729142],
  [0.2499, -0.67480447011061],
  [0.25, -0.6744897501960817],
  [0.4, -0.2533471031357997],
  [0.5000000001, 2.506628482030354e-10],
  [0.75, 0.6744897501960817],
  [0.8, 0.8416212335729144],
  [0.999, 3.090232306167813],
];

describe("normal law", () => {
  test.each(BELOW)("the probability below %p is right to the last digits, in the far tail too", (x, want) => {
    expect(Math.abs(normalCdf(x) / want - 1)).toBeLessThan(2e-15);
  });

  test.each(AT)("the value at probability %p is right to the last digits", (p, want) => {
    expect(Math.abs(normalInverse(p) / want - 1)).toBeLessThan(2e-15);
  });

  test("both tails add up to one", () => {
    const next = uniforms(5);
    for (let i = 0; i < 1000; i++) {
      const x = 12 * next() - 6;
      expect(Math.abs(normalCdf(x) + normalCdf(-x) - 1)).toBeLessThan(4e-16);
    }
  });

  test("it never falls as x grows, across the point where the method changes", () => {
    for (let x = -1.01; x < 1.01; x += 0.0001) expect(normalCdf(x + 0.0001)).toBeGreaterThan(normalCdf(x));
  });

  test("the far ends are 0 and 1", () => {
    expect([normalCdf(-40), normalCdf(40), normalCdf(-1e300), normalCdf(1e300)]).toEqual([0, 1, 0, 1]);
  });

  test("the inverse is undefined where no value has that probability", () => {
    expect([0, 1, -0.1, 1.1, Number.NaN].map(normalInverse)).toEqual(new Array(5).fill(Number.NaN));
    expect(normalCdf(Number.NaN)).toBeNaN();
  });

  test("the inverse leads back to the probability", () => {
    const next = uniforms(6);
    for (let i = 0; i < 1000; i++) {
      const p = next() ** 8;
      if (p > 0) expect(Math.abs(normalCdf(normalInverse(p)) / p - 1)).toBeLessThan(2e-13);
    }
  });
});
