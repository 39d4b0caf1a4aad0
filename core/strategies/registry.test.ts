import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { type Bars, sliceBars } from "../bars.ts";
import { generatedBars, someBars, withFutureChanged, withoutBars } from "../indicators/generated-bars.ts";
import { gather, presentPositions } from "../indicators/valid-bars.ts";
import { uniforms } from "../random.ts";
import { defaultParams } from "./params.ts";
import { isStrategyName, type StrategyName, strategies, strategyNamed } from "./registry.ts";
import type { ParamValue, ParamValues, Strategy } from "./strategy.ts";

const names = Object.keys(strategies).filter(isStrategyName);

/** The defaults, every choice, and small windows that keep the rules. */
function paramSets(strategy: Strategy): ParamValues[] {
  const next = uniforms(19);
  const sets = [defaultParams(strategy.params)];
  for (let k = 0; k < 4; k++) {
    const drawn: Record<string, ParamValue> = {};
    for (const [name, spec] of Object.entries(strategy.params)) {
      if (spec.kind === "integer") drawn[name] = 1 + Math.floor(next() * 12);
      else if (spec.kind === "choice") drawn[name] = spec.choices[k % spec.choices.length] ?? spec.default;
      else drawn[name] = spec.default * (0.4 + 0.6 * next());
    }
    for (const { left, right } of strategy.rules) {
      if (strategy.params[left]?.kind === "integer") drawn[right] = Number(drawn[left]) + Number(drawn[right]);
      else drawn[right] = strategy.params[right]?.default ?? 0;
    }
    sets.push(drawn);
  }
  return sets;
}

/** Bars in whole cents with few levels: averages tie, bands are touched. */
function tightBars(seed: number, n: number): Bars {
  return generatedBars({ seed, n, startCents: 500, gap: 0, body: 1, wick: 1, volumeMax: 10, minCents: 496 });
}

function withHoles(bars: Bars, seed: number): Bars {
  const next = uniforms(seed);
  return withoutBars(
    bars,
    Array.from(bars.close.keys()).filter(() => next() < 0.15),
  );
}

const samples: [string, Bars][] = [
  ["a walk", someBars(1, 260)],
  ["a walk in few cents", tightBars(2, 260)],
  ["a walk with missing bars", withHoles(someBars(3, 260), 3)],
];

function doubled(bars: Bars): Bars {
  const twice = (column: Float64Array) => column.map((price) => price * 2);
  return { ...bars, open: twice(bars.open), high: twice(bars.high), low: twice(bars.low), close: twice(bars.close) };
}

/** Strategies whose state at a bar depends on the lines of that bar alone, not on the state before. */
const MEMORYLESS: ReadonlySet<StrategyName> = new Set([
  "buy_and_hold",
  "ma_crossover",
  "macd_crossover",
  "momentum",
  "supertrend",
]);

describe.each(names)("%s", (name) => {
  const strategy = strategyNamed(name);

  test.each(samples)(
    "does not look ahead: changing, removing or cutting off later bars changes no earlier state, in %s",
    (_, bars) => {
      for (const params of paramSets(strategy)) {
        for (const from of [0, 30]) {
          const before = strategy.wanted(bars, params, from);
          for (const last of [30, 31, 77, 140, 258]) {
            const expected = before.subarray(0, last + 1 - from);
            expect(strategy.wanted(withFutureChanged(bars, last, last), params, from).subarray(0, last + 1 - from)).toEqual(
              expected,
            );
            expect(strategy.wanted(sliceBars(bars, 0, last + 1), params, from)).toEqual(expected);
          }
        }
      }
    },
  );

  test.each(samples)("gives the same states at twice the prices, in %s", (_, bars) => {
    for (const params of paramSets(strategy))
      expect(strategy.wanted(doubled(bars), params, 0)).toEqual(strategy.wanted(bars, params, 0));
  });

  test.each(samples)("sees the bars before `from`, but starts flat there, in %s", (_, bars) => {
    for (const params of paramSets(strategy)) {
      const whole = strategy.wanted(bars, params, 0);
      for (const from of [1, 40, 120, 259, 260]) {
        const wanted = strategy.wanted(bars, params, from);
        expect(wanted.length).toBe(260 - from);
        // A state is all that a strategy remembers, so that from the first bar on which the two agree they stay the same.
        const firstBar = bars.close.subarray(from).findIndex((price) => !Number.isNaN(price));
        const agreed = wanted.findIndex((state, k) => k >= firstBar && state === whole[from + k]);
        const same = MEMORYLESS.has(name) ? firstBar : agreed;
        if (same !== -1) expect(wanted.subarray(same)).toEqual(whole.subarray(from + same));
      }
    }
  });

  test("carries its state over missing bars, and is else as if they did not exist", () => {
    const bars = withHoles(someBars(9, 200), 9);
    const positions = presentPositions(bars.close);
    const pick = (column: Float64Array) => gather(column, positions);
    const present: Bars = {
      timeMs: pick(bars.timeMs),
      open: pick(bars.open),
      high: pick(bars.high),
      low: pick(bars.low),
      close: pick(bars.close),
      volume: pick(bars.volume),
    };
    for (const params of paramSets(strategy)) {
      const whole = strategy.wanted(bars, params, 0);
      const alone = strategy.wanted(present, params, 0);
      expect(Array.from(positions, (i) => whole[i] ?? Number.NaN)).toEqual(Array.from(alone));
      whole.forEach((state, i) => {
        if (Number.isNaN(bars.close[i])) expect(state).toBe(i === 0 ? 0 : (whole[i - 1] ?? Number.NaN));
      });
    }
  });

  test("is flat with fewer bars than it needs, and any state is one of three", () => {
    for (const params of paramSets(strategy)) {
      const needed = strategy.barsNeeded(params);
      expect(strategy.wanted(someBars(5, needed - 1), params, 0)).toEqual(new Int8Array(needed - 1));
      for (const [, bars] of samples)
        expect(strategy.wanted(bars, params, 0).every((state) => [-1, 0, 1].includes(state))).toBe(true);
    }
  });

  test("takes both sides of a walk sooner or later, unless it only buys", () => {
    const taken = new Set(strategy.wanted(someBars(6, 3000), defaultParams(strategy.params), 0));
    expect(taken.has(1)).toBe(true);
    expect(taken.has(-1)).toBe(name !== "buy_and_hold");
  });

  test("refuses a `from` outside the bars, and leaves its input as it is", () => {
    const bars = someBars(7, 50);
    for (const from of [-1, 51, 0.5])
      expect(() => strategy.wanted(bars, defaultParams(strategy.params), from)).toThrow(RangeError);
    strategy.wanted(bars, defaultParams(strategy.params), 0);
    expect(bars).toEqual(someBars(7, 50));
  });

  test("has defaults within its own limits", () => {
    for (const spec of Object.values(strategy.params)) {
      if (spec.kind === "choice") expect(spec.choices).toContain(spec.default);
      else expect(spec.default >= spec.min && spec.default <= spec.max).toBe(true);
    }
  });
});

test("the strategies and their defaults are those of the reference table", () => {
  const table = Object.fromEntries(names.map((name) => [name, defaultParams(strategies[name].params)]));
  expect(table).toEqual({
    buy_and_hold: {},
    ma_crossover: { fast: 10, slow: 30, average: "sma" },
    rsi_reversion: { period: 14, lower: 30, upper: 70 },
    bollinger_reversion: { period: 20, multiplier: 2 },
    bollinger_breakout: { period: 20, multiplier: 2 },
    macd_crossover: { fast: 12, slow: 26, signal: 9 },
    donchian_breakout: { entry: 20, exit: 10 },
    momentum: { lookback: 60 },
    supertrend: { atr_period: 10, multiplier: 3 },
  });
});

test("every file that defines a strategy has one line in the registry", () => {
  const defining = readdirSync(import.meta.dir)
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .filter((file) => readFileSync(`${import.meta.dir}/${file}`, "utf8").includes("= defineStrategy("))
    .map((file) => file.replace(/\.ts$/, "").replaceAll("-", "_"));
  expect(defining.sort()).toEqual([...names].sort());
});

test("names inherited by every object are no strategies", () => {
  for (const name of ["toString", "__proto__", "constructor", "smaa", ""]) expect(isStrategyName(name)).toBe(false);
});
