import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { type Bars, sliceBars } from "../bars.ts";
import { uniforms } from "../random.ts";
import { defaultParams } from "../strategies/params.ts";
import type { ParamValues } from "../strategies/strategy.ts";
import { differences, someBars, withFutureChanged, withoutBars } from "./generated-bars.ts";
import type { Indicator } from "./indicator.ts";
import { indicators } from "./registry.ts";
import { gather, presentPositions } from "./valid-bars.ts";

const entries: [string, Indicator][] = Object.entries(indicators);

/** The defaults, and windows drawn from 1 to 40 that keep macd's fast <= slow. */
function paramSets(indicator: Indicator, seed: number): ParamValues[] {
  const next = uniforms(seed);
  const draw = (): ParamValues => {
    const windows = Object.entries(indicator.params).map(([name, spec]): [string, number] => {
      if (spec.kind === "integer") return [name, 1 + Math.floor(next() * 40)];
      return [name, 0.5 + 3 * next()];
    });
    const drawn: Record<string, number> = Object.fromEntries(windows);
    if (drawn.fast !== undefined && drawn.slow !== undefined) drawn.fast = Math.min(drawn.fast, drawn.slow);
    return drawn;
  };
  return [defaultParams(indicator.params), draw(), draw(), draw()];
}

function withHoles(bars: Bars, seed: number): Bars {
  const next = uniforms(seed);
  return withoutBars(
    bars,
    Array.from(bars.close.keys()).filter(() => next() < 0.15),
  );
}

describe.each(entries)("%s", (_, indicator) => {
  test("does not look ahead: changing, removing or cutting off later bars leaves every value bit for bit", () => {
    const n = 160;
    for (const seed of [1, 2, 3]) {
      const bars = seed === 3 ? withHoles(someBars(seed, n), seed) : someBars(seed, n);
      for (const params of paramSets(indicator, seed)) {
        const before = indicator.compute(bars, params);
        for (const last of [0, 7, 40, 41, 99, 158]) {
          const changed = indicator.compute(withFutureChanged(bars, last, seed * 100 + last), params);
          const cut = indicator.compute(sliceBars(bars, 0, last + 1), params);
          for (const output of indicator.outputs) {
            const expected = before[output]?.subarray(0, last + 1);
            expect(differences(changed[output]?.subarray(0, last + 1), expected)).toEqual([]);
            expect(differences(cut[output], expected)).toEqual([]);
          }
        }
      }
    }
  });

  test("a missing bar gives no value and leaves the others as if it did not exist", () => {
    const bars = withHoles(someBars(8, 200), 8);
    const positions = presentPositions(bars.close);
    const pick = (column: Float64Array) => gather(column, positions);
    const present = {
      timeMs: pick(bars.timeMs),
      high: pick(bars.high),
      low: pick(bars.low),
      close: pick(bars.close),
      volume: pick(bars.volume),
    };
    for (const params of paramSets(indicator, 8)) {
      const whole = indicator.compute(bars, params);
      const alone = indicator.compute(present, params);
      for (const output of indicator.outputs) {
        const column = whole[output] ?? new Float64Array(0);
        expect(differences(pick(column), alone[output])).toEqual([]);
        for (const i of bars.close.keys()) if (Number.isNaN(bars.close[i])) expect(column[i]).toBeNaN();
      }
    }
  });

  test("has one column of full length per output, without an infinite value, on any bars", () => {
    const flat = someBars(4, 120);
    for (const name of ["open", "high", "low", "close"] as const) flat[name].fill(100.1);
    flat.volume.fill(0);
    const none = withoutBars(flat, Array.from(flat.close.keys()));
    for (const bars of [someBars(5, 120), flat, none, someBars(6, 1), someBars(6, 0)]) {
      for (const params of paramSets(indicator, 5)) {
        const outputs = indicator.compute(bars, params);
        expect(Object.keys(outputs).sort()).toEqual([...indicator.outputs].sort());
        for (const column of Object.values(outputs)) {
          expect(column.length).toBe(bars.close.length);
          expect(column.every((value) => Number.isFinite(value) || Number.isNaN(value))).toBe(true);
        }
      }
    }
  });

  test("every output has its first value no later than barsNeeded says, and one of them no earlier", () => {
    const bars = someBars(11, 200);
    for (const params of paramSets(indicator, 11)) {
      const firsts = Object.values(indicator.compute(bars, params)).map((column) =>
        column.findIndex((value) => !Number.isNaN(value)),
      );
      expect(Math.max(...firsts) + 1).toBe(indicator.barsNeeded(params));
    }
  });

  test("leaves its input as it is", () => {
    const bars = someBars(12, 90);
    indicator.compute(bars, defaultParams(indicator.params));
    expect(bars).toEqual(someBars(12, 90));
  });
});

test("every file that defines an indicator has one line in the registry", () => {
  const defining = readdirSync(import.meta.dir)
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .filter((file) => readFileSync(`${import.meta.dir}/${file}`, "utf8").includes("= defineIndicator("))
    .map((file) => file.replace(/\.ts$/, "").replaceAll("-", "_"));
  expect(defining.sort()).toEqual(Object.keys(indicators).sort());
});
