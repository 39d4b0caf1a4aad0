import { describe, expect, test } from "bun:test";
import { uniforms } from "../random.ts";
import { crossExponential } from "./ema-cross.ts";
import { crossMacd } from "./macd-cross.ts";
import { TIE_FRACTION } from "./tie.ts";
import { crossSimple, crossWeighted } from "./window-cross.ts";

type Cross = typeof crossSimple;
const prices = (cents: ArrayLike<number>) => Float64Array.from(cents, (cent) => cent / 100);

function statesOf(cross: Cross, values: Float64Array, fast: number, slow: number, from = 0): Int8Array {
  const states = new Int8Array(values.length - from);
  cross(values, fast, slow, from, states);
  return states;
}

/** The same from whole cents, in which sums and products are exact: sum of the fast window * slow against the mirror. */
function simpleOracle(cents: Float64Array, fast: number, slow: number): Int8Array {
  const states = new Int8Array(cents.length);
  let fastSum = 0;
  let slowSum = 0;
  for (let i = 0; i < cents.length; i++) {
    fastSum += cents[i]! - (i >= fast ? cents[i - fast]! : 0);
    slowSum += cents[i]! - (i >= slow ? cents[i - slow]! : 0);
    if (i >= slow - 1) states[i] = Math.sign(fastSum * slow - slowSum * fast);
  }
  return states;
}

function weightedOracle(cents: Float64Array, fast: number, slow: number): Int8Array {
  const states = new Int8Array(cents.length);
  const sums = (period: number) => {
    const line = new Float64Array(cents.length);
    let plain = 0;
    let weighted = 0;
    for (let i = 0; i < cents.length; i++) {
      weighted += period * cents[i]! - plain;
      plain += cents[i]! - (i >= period ? cents[i - period]! : 0);
      line[i] = weighted;
    }
    return line;
  };
  const fastLine = sums(fast);
  const slowLine = sums(slow);
  for (let i = slow - 1; i < cents.length; i++) {
    states[i] = Math.sign(fastLine[i]! * slow * (slow + 1) - slowLine[i]! * fast * (fast + 1));
  }
  return states;
}

/** Whole cents, by name: walks of small steps, levels and patterns, in which equal averages abound. */
function centSeries(n: number): [string, Float64Array][] {
  const next = uniforms(77);
  const of = (make: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => make(i));
  let walk = 10_000;
  let crash = 900_000_000;
  return [
    ["one price", of(() => 10_010)],
    ["two levels in turn", of((i) => (i % 2 === 0 ? 10_010 : 9_990))],
    ["a pattern of six", of((i) => 3_333 + [0, 1, 5, -2, 4, -1][i % 6]!)],
    ["a level, a jump, a level", of((i) => (i % 150 < 75 ? 4_999 : 5_001))],
    ["few levels at random", of(() => 10_000 + Math.floor(next() * 4))],
    ["a walk in cents", of(() => (walk = Math.max(100, walk + Math.floor(next() * 7) - 3)))],
    ["a fall to a millionth", of((i) => (crash = Math.max(101, Math.floor(i % 40 === 39 ? crash * 0.5 : crash + next() * 3))))],
  ];
}

const KINDS = [
  ["simple", crossSimple, simpleOracle],
  ["weighted", crossWeighted, weightedOracle],
] as const;

describe.each(KINDS)("%s averages cross where those of whole cents do", (_, cross, oracle) => {
  function expectOracle(cents: Float64Array, values: Float64Array, fast: number, slow: number): number {
    const got = statesOf(cross, values, fast, slow);
    const want = oracle(cents, fast, slow);
    const wrong = got.findIndex((state, i) => state !== want[i]);
    if (wrong !== -1)
      expect({ fast, slow, bar: wrong, state: got[wrong] }).toEqual({ fast, slow, bar: wrong, state: want[wrong] });
    return want.subarray(slow - 1).filter((state) => state === 0).length;
  }

  test.each(centSeries(1200))("every pair of windows up to 24, and the pairs known for false crosses, in %s", (name, cents) => {
    const values = prices(cents);
    let ties = 0;
    for (let slow = 2; slow <= 24; slow++)
      for (let fast = 1; fast < slow; fast++) ties += expectOracle(cents, values, fast, slow);
    for (const [fast, slow] of [
      [2, 4],
      [5, 8],
      [10, 22],
      [11, 12],
    ] as const)
      ties += expectOracle(cents, values, fast, slow);
    if (name !== "a fall to a millionth") expect(ties).toBeGreaterThan(0);
  });

  test.each(centSeries(1200))("pairs of windows up to 400 in %s", (_, cents) => {
    const values = prices(cents);
    const next = uniforms(5);
    for (let k = 0; k < 150; k++) {
      const slow = 2 + Math.floor(next() * 399);
      expectOracle(cents, values, 1 + Math.floor(next() * (slow - 1)), slow);
    }
  });

  test("over many blocks of rolling sums, ties inside", () => {
    const next = uniforms(31);
    let cent = 5_000;
    const cents = Float64Array.from({ length: 30_000 }, () => (cent = Math.max(100, cent + Math.floor(next() * 5) - 2)));
    for (const [fast, slow] of [
      [1, 2],
      [3, 7],
      [10, 20],
      [30, 150],
      [200, 400],
    ] as const)
      expectOracle(cents, prices(cents), fast, slow);
  });

  test("the bars before `from` are seen, but not answered", () => {
    const next = uniforms(41);
    const cents = Float64Array.from({ length: 600 }, () => 10_000 + Math.floor(next() * 9));
    for (const from of [0, 1, 5, 28, 29, 30, 300, 599, 600]) {
      expect(statesOf(cross, prices(cents), 10, 30, from)).toEqual(oracle(cents, 10, 30).subarray(from));
    }
  });

  test("nothing is answered where the slow window is never full", () => {
    expect(statesOf(cross, new Float64Array(9).fill(3), 2, 10)).toEqual(new Int8Array(9));
    expect(statesOf(cross, new Float64Array(0), 2, 10)).toEqual(new Int8Array(0));
  });
});

test("every pair of simple averages up to 400 crosses where whole cents do, on prices made of ties", () => {
  const n = 440;
  const cents = Float64Array.from({ length: n }, (_, i) => 10_000 + [0, 1, 0, -1][i % 4]!);
  const values = prices(cents);
  const sums = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) sums[i + 1] = sums[i]! + cents[i]!;
  let wrong = 0;
  const states = new Int8Array(n);
  for (let slow = 2; slow <= 400; slow++) {
    for (let fast = 1; fast < slow; fast++) {
      crossSimple(values, fast, slow, 0, states);
      for (let i = slow - 1; i < n; i++) {
        const difference = (sums[i + 1]! - sums[i + 1 - fast]!) * slow - (sums[i + 1]! - sums[i + 1 - slow]!) * fast;
        if (states[i] !== Math.sign(difference)) wrong++;
      }
    }
  }
  expect(wrong).toBe(0);
});

/** A price in whole multiples of 2^-400, far finer than double-double. */
function scaled(price: number): bigint {
  let exponent = 0n;
  let mantissa = price;
  for (; !Number.isSafeInteger(mantissa); exponent++) mantissa *= 2;
  return BigInt(mantissa) << (400n - exponent);
}

function smoothed(values: readonly bigint[], period: number, seedBar: number): bigint[] {
  const line: bigint[] = [];
  const seed = values.slice(seedBar - period + 1, seedBar + 1).reduce((sum, x) => sum + x, 0n);
  for (let i = seedBar; i < values.length; i++) {
    const previous = line[i - 1];
    line[i] = previous === undefined ? seed / BigInt(period) : previous + (2n * (values[i]! - previous)) / BigInt(period + 1);
  }
  return line;
}

const largerOf = (a: bigint, b: bigint) => [a, b].reduce((most, x) => (x < most ? most : x));
const magnitude = (x: bigint) => (x < 0n ? -x : x);

/** 0 within `fraction` of the scale, else the sign; NaN where that hangs on less than one part in ten thousand. */
function stateOf(difference: bigint, scale: bigint, fraction: number): number {
  const share = Number((magnitude(difference) * 10n ** 24n) / scale) / 1e24;
  if (Math.abs(share / fraction - 1) < 1e-4) return Number.NaN;
  return share <= fraction ? 0 : difference > 0n ? 1 : -1;
}

function exponentialOracle(values: Float64Array, fast: number, slow: number): number[] {
  const exact = Array.from(values, scaled);
  const fastLine = smoothed(exact, fast, fast - 1);
  const slowLine = smoothed(exact, slow, slow - 1);
  return exact.map((_, i) => {
    const [f, s] = [fastLine[i], slowLine[i]];
    return f === undefined || s === undefined ? 0 : stateOf(f - s, largerOf(f, s), TIE_FRACTION);
  });
}

function macdOracle(values: Float64Array, fast: number, slow: number, signal: number): number[] {
  const exact = Array.from(values, scaled);
  const fastLine = smoothed(exact, fast, slow - 1);
  const slowLine = smoothed(exact, slow, slow - 1);
  const pairs = exact.map((_, i) => [fastLine[i] ?? 0n, slowLine[i] ?? 0n] as const);
  const line = pairs.map(([f, s]) => f - s);
  const scale = pairs.map(([f, s]) => f + s);
  const first = slow + signal - 2;
  const signalLine = smoothed(line, signal, first);
  const signalScale = smoothed(scale, signal, first);
  return line.map((value, i) => (i < first ? 0 : stateOf(value - signalLine[i]!, scale[i]! + signalScale[i]!, TIE_FRACTION / 2)));
}

function expectStates(got: Int8Array, want: readonly number[]): void {
  expect(got.length).toBe(want.length);
  expect(Array.from(got).filter((state, i) => !Number.isNaN(want[i]) && state !== want[i])).toEqual([]);
}

/** A walk, then one price for good: averages come together until only rounding would tell them apart. */
function comingToRest(n: number): Float64Array {
  const next = uniforms(13);
  return prices(Array.from({ length: n }, (_, i) => (i < 80 ? 9_000 + Math.floor(next() * 2_000) : 10_010)));
}

const EXPONENTIAL_SERIES: [string, Float64Array][] = [
  ["prices that come to rest", comingToRest(700)],
  ...centSeries(400).map(([name, cents]): [string, Float64Array] => [name, prices(cents)]),
];

describe("exponential averages", () => {
  test.each(EXPONENTIAL_SERIES)("cross where exact arithmetic says, in %s", (_, values) => {
    for (const [fast, slow] of [
      [1, 2],
      [2, 3],
      [3, 10],
      [10, 30],
      [12, 26],
      [50, 200],
    ] as const) {
      expectStates(statesOf(crossExponential, values, fast, slow), exponentialOracle(values, fast, slow));
    }
  });

  test("of prices that come to rest are equal in the end, and stay so", () => {
    const states = statesOf(crossExponential, comingToRest(700), 3, 10);
    expect(states.subarray(80, 120).some((state) => state !== 0)).toBe(true);
    expect(states.subarray(400)).toEqual(new Int8Array(300));
  });

  test("of one price are equal at every bar, for any pair", () => {
    for (const price of [100.1, 0.07, 33.33]) {
      const values = new Float64Array(300).fill(price);
      for (const [fast, slow] of [
        [1, 2],
        [7, 31],
        [99, 100],
        [2, 300],
      ] as const) {
        expect(statesOf(crossExponential, values, fast, slow)).toEqual(new Int8Array(300));
      }
    }
  });

  test("the bars before `from` are seen, but not answered", () => {
    const values = comingToRest(300);
    const whole = statesOf(crossExponential, values, 10, 30);
    for (const from of [1, 29, 30, 150, 299, 300])
      expect(statesOf(crossExponential, values, 10, 30, from)).toEqual(whole.subarray(from));
    expect(statesOf(crossExponential, values, 10, 301)).toEqual(new Int8Array(300));
  });
});

describe("MACD and its signal line", () => {
  const states = (values: Float64Array, fast: number, slow: number, signal: number, from = 0) => {
    const answered = new Int8Array(values.length - from);
    crossMacd(values, fast, slow, signal, from, answered);
    return answered;
  };

  test.each(EXPONENTIAL_SERIES)("cross where exact arithmetic says, in %s", (_, values) => {
    for (const [fast, slow, signal] of [
      [12, 26, 9],
      [3, 10, 1],
      [1, 2, 2],
      [5, 35, 5],
      [26, 26, 4],
    ] as const) {
      expectStates(states(values, fast, slow, signal), macdOracle(values, fast, slow, signal));
    }
  });

  test("are equal at every bar of a straight line: every average trails it by half its window less one", () => {
    for (const step of [1, 7, 13]) {
      const values = prices(Array.from({ length: 400 }, (_, i) => 10_003 + step * i));
      expect(states(values, 12, 26, 9)).toEqual(new Int8Array(400));
      expect(states(values, 5, 40, 20)).toEqual(new Int8Array(400));
    }
  });

  test("the bars before `from` are seen, but not answered", () => {
    const values = comingToRest(300);
    const whole = states(values, 12, 26, 9);
    for (const from of [1, 33, 34, 150, 299, 300]) expect(states(values, 12, 26, 9, from)).toEqual(whole.subarray(from));
    expect(states(values.subarray(0, 33), 12, 26, 9)).toEqual(new Int8Array(33));
  });

  test("a fast window above the slow one is refused", () => {
    expect(() => states(comingToRest(100), 27, 26, 9)).toThrow(RangeError);
  });
});
