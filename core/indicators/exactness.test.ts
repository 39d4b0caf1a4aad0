import { describe, expect, test } from "bun:test";
import { uniforms } from "../random.ts";
import { bbands } from "./bbands.ts";
import { cci } from "./cci.ts";
import { emaLine } from "./ema.ts";
import { emaAdjusted } from "./ema-adjusted.ts";
import { emaFirst } from "./ema-first.ts";
import { highestLine, lowestLine } from "./extremes.ts";
import { differences, someBars } from "./generated-bars.ts";
import { macd } from "./macd.ts";
import { rmaLine } from "./rma.ts";
import { rsiLine } from "./rsi.ts";
import { smaLine } from "./sma.ts";
import { stddevLine } from "./stddev.ts";
import { vwap } from "./vwap.ts";
import { wmaLine } from "./wma.ts";

const PRICES = [100.1, 0.1, 33.33, 1e-6, 123456.78, 0.3, 4999.99];
const WINDOWS = [1, 2, 3, 7, 10, 49, 200, 4999];

/** n values of one price after a history of others. */
function settled(price: number, history: number, n: number): Float64Array {
  const next = uniforms(history + 1);
  return Float64Array.from({ length: history + n }, (_, i) => (i < history ? Math.ceil(next() * 10_000_000) / 100 : price));
}

function barsAt(price: number, n: number) {
  const bars = someBars(1, n);
  for (const name of ["open", "high", "low", "close"] as const) bars[name].fill(price);
  return bars;
}

describe("of one price", () => {
  test.each(PRICES)("every average of %p is that price, exactly", (price) => {
    const bars = barsAt(price, 5100);
    for (const period of WINDOWS) {
      const expected = new Float64Array(5100 - period + 1).fill(price);
      for (const line of [smaLine, wmaLine, emaLine, rmaLine])
        expect(line(bars.close, period).subarray(period - 1)).toEqual(expected);
      for (const one of [emaFirst, emaAdjusted]) expect(one.compute(bars, { period }).value).toEqual(bars.close);
    }
    expect(vwap.compute({ ...bars, session: new Float64Array(5100), volume: bars.volume.map((v) => v + 1) }, {}).value).toEqual(
      bars.close,
    );
  });

  test.each(PRICES)("the windows settle on %p, and the deviation on 0, as soon as they hold nothing else", (price) => {
    for (const period of [2, 5, 20, 333]) {
      const values = settled(price, 700, 400);
      const flat = new Float64Array(400 - period + 1).fill(price);
      expect(smaLine(values, period).subarray(700 + period - 1)).toEqual(flat);
      expect(wmaLine(values, period).subarray(700 + period - 1)).toEqual(flat);
      expect(stddevLine(values, period).subarray(700 + period - 1)).toEqual(flat.map(() => 0));
      expect(stddevLine(values, period)[700 + period - 2]).toBeGreaterThan(0);
    }
  });

  test("the three Bollinger lines are one, MACD and its signal are 0, and ratios have no value", () => {
    const bars = barsAt(100.1, 80);
    const { upper, middle, lower } = bbands.compute(bars, { period: 20, multiplier: 2 });
    expect(differences(upper, middle)).toEqual([]);
    expect(differences(lower, middle)).toEqual([]);
    expect(middle[19]).toBe(100.1);
    const lines = macd.compute(bars, { fast: 12, slow: 26, signal: 9 });
    for (const line of [lines.macd, lines.signal, lines.histogram]) expect(line.subarray(33)).toEqual(new Float64Array(47));
    for (const line of [rsiLine(bars.close, 14), cci.compute(bars, { period: 5 }).value])
      expect(line.every(Number.isNaN)).toBe(true);
  });
});

describe("sums that roll", () => {
  test("do not drift when prices come down by eight orders of magnitude", () => {
    const cents = Array.from({ length: 4000 }, (_, i) => (i < 2000 ? 1_000_000_000_000 + 7 * i : 10_000 + (i % 13)));
    const values = Float64Array.from(cents, (cent) => cent / 100);
    for (const period of [3, 50, 400]) {
      const sma = smaLine(values, period);
      const wma = wmaLine(values, period);
      for (let i = 2000 + period; i < 4000; i += 97) {
        const window = cents.slice(i - period + 1, i + 1);
        const sum = window.reduce((total, cent) => total + cent, 0);
        const weighted = window.reduce((total, cent, k) => total + cent * (k + 1), 0);
        expect(Math.abs((sma[i] ?? Number.NaN) / (sum / period / 100) - 1)).toBeLessThan(4e-16);
        expect(Math.abs((wma[i] ?? Number.NaN) / (weighted / ((period * (period + 1)) / 2) / 100) - 1)).toBeLessThan(4e-16);
      }
    }
  });

  test("keep the deviation of prices that are equal to eight digits", () => {
    const offsets = Array.from({ length: 500 }, (_, i) => (i * i) % 7);
    const deviation = stddevLine(
      Float64Array.from(offsets, (offset) => 1_000_000 + offset / 128),
      21,
    );
    for (let i = 20; i < 500; i++) {
      const window = offsets.slice(i - 20, i + 1);
      const sum = window.reduce((total, offset) => total + offset, 0);
      const squares = window.reduce((total, offset) => total + offset * offset, 0);
      const expected = Math.sqrt(21 * squares - sum * sum) / 21 / 128;
      expect(Math.abs((deviation[i] ?? Number.NaN) / expected - 1)).toBeLessThan(1e-12);
    }
  });
});

test("highest and lowest are those of the window, ties and all, for every period", () => {
  const next = uniforms(3);
  const values = Float64Array.from({ length: 300 }, () => Math.floor(next() * 12));
  for (const period of [1, 2, 3, 4, 7, 8, 9, 64, 299, 300]) {
    const highest = highestLine(values, period);
    const lowest = lowestLine(values, period);
    for (let i = 0; i < 300; i++) {
      const window = values.subarray(i - period + 1, i + 1);
      expect(highest[i]).toBe(i < period - 1 ? Number.NaN : Math.max(...window));
      expect(lowest[i]).toBe(i < period - 1 ? Number.NaN : Math.min(...window));
    }
  }
  expect(highestLine(values, 301).every(Number.isNaN)).toBe(true);
});

test("RSI has no value again once a flat stretch has worn the averages down to nothing", () => {
  const close = settled(50, 20, 12_000);
  const line = rsiLine(close, 14);
  expect(line[1000]).toBeFinite();
  expect(line[11_999]).toBeNaN();
});

test("macd refuses a fast window above the slow one", () => {
  expect(() => macd.compute(someBars(1, 50), { fast: 10, slow: 9, signal: 3 })).toThrow(RangeError);
});
