import { describe, expect, test } from "bun:test";
import { type Bars, emptyBars } from "../bars.ts";
import execution from "../engine/vectors/execution.json";
import { someBars } from "../indicators/generated-bars.ts";
import { supertrend as supertrendIndicator } from "../indicators/supertrend.ts";
import { strategies } from "./registry.ts";
import { signalsOf } from "./signals.ts";

const NONE = Number.NaN;

/** Bars whose four prices are the close. */
function closes(...prices: number[]): Bars {
  const column = Float64Array.from(prices);
  return { ...emptyBars(prices.length), open: column, high: column, low: column, close: column };
}

const states = (wanted: Int8Array) => Array.from(wanted);

describe("buy_and_hold", () => {
  test("is long from the first bar with prices", () => {
    expect(states(strategies.buy_and_hold.wanted(closes(5, 4, 3), {}, 0))).toEqual([1, 1, 1]);
    expect(states(strategies.buy_and_hold.wanted(closes(NONE, 4, NONE), {}, 0))).toEqual([0, 1, 1]);
    expect(states(strategies.buy_and_hold.wanted(closes(5, 4, 3), {}, 2))).toEqual([1]);
  });
});

describe("ma_crossover", () => {
  const { wanted } = strategies.ma_crossover;

  test("is long above, short below, flat while equal and before the slow average exists", () => {
    // Means of 2 and of 3: 1.5 | 2.5 2 | 2.5 2.33 | 1.5 2 | 1.5 1.67 | 2 1.67 | 2 2
    const bars = closes(1, 2, 3, 2, 1, 2, 2, 2);
    expect(states(wanted(bars, { fast: 2, slow: 3, average: "sma" }, 0))).toEqual([0, 0, 1, 1, -1, -1, 1, 0]);
    // Weighted by 1, 2 and by 1, 2, 3: 8/3 14/6 | 7/3 14/6 | 4/3 10/6 | 5/3 10/6 | 2 11/6 | 2 2
    expect(states(wanted(bars, { fast: 2, slow: 3, average: "wma" }, 0))).toEqual([0, 0, 1, 0, -1, 0, 1, 0]);
    // Alphas 2/3 and 1/2: fast 1.5 2.5 2.1667 1.3889; slow 2 2 1.5
    expect(states(wanted(bars, { fast: 2, slow: 3, average: "ema" }, 0)).slice(0, 5)).toEqual([0, 0, 1, 1, -1]);
  });

  test("gives the signals of the crossover cases of the execution vectors", () => {
    const cases = execution.cases.filter(({ name }) => name.startsWith("ma-cross-"));
    const words = new Map<number | undefined, string | null>([
      [0, null],
      [1, "long"],
      [2, "exit"],
    ]);
    for (const { bars, signals } of cases) {
      const prices = bars.map((bar) => bar?.close ?? NONE);
      const answered = signalsOf(wanted(closes(...prices), { fast: 2, slow: 3, average: "sma" }, 0), "long");
      expect(Array.from(answered, (signal) => words.get(signal) ?? null)).toEqual(signals);
    }
    expect(cases.length).toBe(2);
  });

  test.each(["sma", "ema", "wma"] as const)("never trades on one price, with %s lines", (average) => {
    for (const price of [100.1, 0.07, 33.33]) {
      for (const [fast, slow] of [
        [2, 4],
        [5, 8],
        [10, 22],
        [11, 12],
      ] as const) {
        expect(wanted(closes(...new Array(200).fill(price)), { fast, slow, average }, 0)).toEqual(new Int8Array(200));
      }
    }
  });
});

describe("rsi_reversion", () => {
  test("holds long until overbought and short until oversold, and keeps its state where RSI has no value", () => {
    // RSI of one change is 100 on a rise, 0 on a fall, undefined without a change.
    const bars = closes(10, 9, 9, 10, 10, 9, 9);
    expect(states(strategies.rsi_reversion.wanted(bars, { period: 1, lower: 30, upper: 70 }, 0))).toEqual([
      0, 1, 1, -1, -1, 1, 1,
    ]);
  });

  test("keeps its state between the levels", () => {
    // Average gain and loss: 0 1 | 0.5 0.5 | 1.25 0.25 | 1.125 0.125, hence RSI 0, 50, 83.3, 90
    const bars = closes(10, 9, 8, 9, 11, 12);
    expect(states(strategies.rsi_reversion.wanted(bars, { period: 2, lower: 30, upper: 85 }, 0))).toEqual([0, 0, 1, 1, 1, -1]);
  });
});

describe("the Bollinger strategies", () => {
  // Window of 3, bands of one deviation: 9 (7.59, 10.41) | 8.33 (7.09, 9.58) | 7.67 (7.20, 8.14) | 8.33 (7.86, 8.80) | 8.5 (8.09, 8.91)
  const bars = closes(10, 10, 7, 8, 8, 9, 8.5);
  const params = { period: 3, multiplier: 1 };

  test("bollinger_reversion buys below the lower band, sells above the upper one, and leaves at the middle", () => {
    expect(states(strategies.bollinger_reversion.wanted(bars, params, 0))).toEqual([0, 0, 1, 1, 0, -1, 0]);
  });

  test("bollinger_breakout goes with the break and leaves at the middle", () => {
    expect(states(strategies.bollinger_breakout.wanted(bars, params, 0))).toEqual([0, 0, -1, -1, 0, 1, 0]);
  });

  test("a break to the other side turns the position without a flat bar between", () => {
    // Middle 9 (7.59, 10.41), then of 10, 7, 12: 9.67 (7.61, 11.72)
    expect(states(strategies.bollinger_reversion.wanted(closes(10, 10, 7, 12), params, 0))).toEqual([0, 0, 1, -1]);
    expect(states(strategies.bollinger_breakout.wanted(closes(10, 10, 7, 12), params, 0))).toEqual([0, 0, -1, 1]);
  });

  test("never trade on one price", () => {
    const flat = closes(...new Array(60).fill(100.1));
    for (const name of ["bollinger_reversion", "bollinger_breakout"] as const) {
      expect(strategies[name].wanted(flat, { period: 20, multiplier: 2 }, 0)).toEqual(new Int8Array(60));
    }
  });
});

describe("donchian_breakout", () => {
  test("enters beyond the entry window before this bar, leaves beyond the exit window, and an opposite entry wins over an exit", () => {
    const bars = closes(10, 11, 12, 12, 11.5, 11.8, 11.9, 12.1, 12, 12);
    expect(states(strategies.donchian_breakout.wanted(bars, { entry: 2, exit: 1 }, 0))).toEqual([0, 0, 1, 1, -1, 0, 1, 1, 0, 0]);
  });

  test("a close at the extreme is no break", () => {
    expect(states(strategies.donchian_breakout.wanted(closes(10, 9, 10, 9, 9.5), { entry: 2, exit: 1 }, 0))).toEqual([
      0, 0, 0, 0, 0,
    ]);
  });

  test("waits for the longer of its two windows", () => {
    expect(states(strategies.donchian_breakout.wanted(closes(1, 2, 3, 4, 5), { entry: 1, exit: 3 }, 0))).toEqual([0, 0, 0, 1, 1]);
  });

  test("holds until its exit rule though the opposite entry breaks first", () => {
    const bars = closes(10, 10, 10, 10, 11, 10.5, 10.4, 9.9);
    expect(states(strategies.donchian_breakout.wanted(bars, { entry: 1, exit: 4 }, 0))).toEqual([0, 0, 0, 0, 1, 1, 1, -1]);
  });
});

describe("macd_crossover", () => {
  test("is long while MACD rises from its signal, short while it falls, flat on a straight line", () => {
    const line = Array.from({ length: 60 }, (_, i) => (1_000 + 7 * i) / 100);
    const faster = line.map((price, i) => price + Math.max(0, i - 40));
    const slower = line.map((price, i) => price - Math.max(0, i - 40) / 100);
    const params = { fast: 12, slow: 26, signal: 9 };
    const { wanted } = strategies.macd_crossover;
    expect(wanted(closes(...line), params, 0)).toEqual(new Int8Array(60));
    expect(wanted(closes(...faster), params, 0)).toEqual(new Int8Array(60).fill(1, 41));
    expect(wanted(closes(...slower), params, 0)).toEqual(new Int8Array(60).fill(-1, 41));
  });
});

describe("momentum", () => {
  test("compares with the close `lookback` bars ago, missing bars left out", () => {
    expect(states(strategies.momentum.wanted(closes(1, 2, 3, 2, 1), { lookback: 2 }, 0))).toEqual([0, 0, 1, 0, -1]);
    expect(states(strategies.momentum.wanted(closes(1, NONE, 2, 3, NONE, 2, 1), { lookback: 2 }, 0))).toEqual([
      0, 0, 0, 1, 1, 0, -1,
    ]);
  });
});

describe("supertrend", () => {
  test("is the side of the trend, flat before the first average true range", () => {
    const bars = someBars(21, 200);
    const { trend } = supertrendIndicator.compute(bars, { atr_period: 5, multiplier: 1.5 });
    const wanted = strategies.supertrend.wanted(bars, { atr_period: 5, multiplier: 1.5 }, 0);
    expect(states(wanted.subarray(0, 5))).toEqual([0, 0, 0, 0, 0]);
    expect(states(wanted.subarray(5))).toEqual(Array.from(trend.subarray(5)));
    expect(new Set(wanted.subarray(5))).toEqual(new Set([1, -1]));
  });
});
