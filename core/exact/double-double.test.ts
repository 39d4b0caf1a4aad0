import { describe, expect, test } from "bun:test";
import { uniforms } from "../random.ts";
import { DoubleDouble } from "./double-double.ts";
import { exactSum, meanOf } from "./mean.ts";

const bits = new DataView(new ArrayBuffer(8));

/** A finite double as a whole multiple of 2^-1100. */
function scaled(x: number): bigint {
  bits.setFloat64(0, x);
  const pattern = bits.getBigUint64(0);
  const exponent = (pattern >> 52n) & 0x7ffn;
  const fraction = pattern & 0xfffffffffffffn;
  const magnitude = exponent === 0n ? fraction << 26n : (fraction | (1n << 52n)) << (exponent + 25n);
  return x < 0 ? -magnitude : magnitude;
}

const exactly = (number: DoubleDouble) => scaled(number.hi) + scaled(number.lo);
const relative = (got: bigint, want: bigint) => Math.abs(Number(((got - want) << 300n) / want)) / 2 ** 300;

/** Doubles with full mantissas, of both signs, between 2^-20 and 2^20. */
function doubles(seed: number, n: number): number[] {
  const next = uniforms(seed);
  return Array.from(
    { length: n },
    () => (next() < 0.5 ? -1 : 1) * (1 + next() + next() * 2 ** -31) * 2 ** Math.floor(next() * 40 - 20),
  );
}

describe("a double-double", () => {
  test("sums doubles of neighbouring sizes without any error", () => {
    for (const seed of [1, 2, 3]) {
      const values = doubles(seed, 2000);
      const sum = exactSum(Float64Array.from(values), 0, 2000);
      expect(exactly(sum)).toBe(values.reduce((total, x) => total + scaled(x), 0n));
    }
  });

  test("comes back to the smallest value when the largest are taken away again", () => {
    const values = doubles(4, 500);
    const number = new DoubleDouble().set(2 ** -30);
    for (const x of values) number.add(x);
    for (const x of values) number.add(-x);
    expect([number.hi, number.lo]).toEqual([2 ** -30, 0]);
  });

  test("adds, multiplies and divides with a relative error below 2^-100", () => {
    const values = doubles(5, 800).map(Math.abs);
    for (let i = 0; i + 3 < values.length; i += 4) {
      const [a = 1, b = 1, c = 1, d = 1] = values.slice(i, i + 4);
      const k = 1 + (i % 4999);
      const left = new DoubleDouble().set(a).addProduct(b, c);
      const right = new DoubleDouble().set(c).addProduct(d, b);
      const exactLeft = (scaled(a) << 1100n) + scaled(b) * scaled(c);
      const exactRight = (scaled(c) << 1100n) + scaled(d) * scaled(b);
      const fresh = () => new DoubleDouble().copy(left);
      expect(relative(exactly(left) << 1100n, exactLeft)).toBeLessThan(2 ** -100);
      expect(relative(exactly(fresh().plus(right)) << 1100n, exactLeft + exactRight)).toBeLessThan(2 ** -100);
      expect(relative(exactly(fresh().times(k)) << 1100n, exactLeft * BigInt(k))).toBeLessThan(2 ** -100);
      expect(relative((exactly(fresh().over(k)) << 1100n) * BigInt(k), exactLeft)).toBeLessThan(2 ** -100);
      expect(relative(exactly(fresh().multiply(right)) << 3300n, exactLeft * exactRight)).toBeLessThan(2 ** -100);
    }
  });

  test("tells apart two numbers that are one double", () => {
    const number = new DoubleDouble().set(1).add(2 ** -80);
    expect(number.hi).toBe(1);
    expect(number.minus(new DoubleDouble().set(1)).hi).toBe(2 ** -80);
  });
});

test("the mean of n equal values is that value, whatever n", () => {
  for (const price of [100.1, 0.07, 33.33, 1e-5, 98765.43]) {
    for (let n = 1; n <= 600; n++) expect(meanOf(new Float64Array(n).fill(price), 0, n)).toBe(price);
  }
  expect(meanOf(new Float64Array(0), 0, 0)).toBeNaN();
});
