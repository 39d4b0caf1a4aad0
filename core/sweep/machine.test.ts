import { describe, expect, test } from "bun:test";
import type { Bars } from "../bars.ts";
import { generatedBars, someBars, withoutBars } from "../indicators/generated-bars.ts";
import { uniforms } from "../random.ts";
import { wantedOverValidBars } from "../strategies/missing-bars.ts";
import { isStrategyName, strategies, strategyNamed } from "../strategies/registry.ts";
import { DIRECTIONS, signalsOf } from "../strategies/signals.ts";
import type { ParamValue, ParamValues, Strategy } from "../strategies/strategy.ts";
import { CLOSE, Lines } from "./lines.ts";
import { type BarBits, bitsOf, holds, machineStates } from "./machine.ts";
import { type BarSet, compare, firstBarOf, ROLES, type Role, rolesUnder } from "./sets.ts";

const names = Object.keys(strategies).filter(isStrategyName);

type Next = () => number;

/** Any allowed values: windows mostly short, a few longer than the bars, levels and multipliers also at their limits. */
function randomParams(strategy: Strategy, next: Next): ParamValues {
  const drawn: Record<string, ParamValue> = {};
  const below = (k: number) => Math.floor(next() * k);
  for (const [name, spec] of Object.entries(strategy.params)) {
    if (spec.kind === "choice") drawn[name] = spec.choices[below(spec.choices.length)] ?? spec.default;
    else if (spec.kind === "integer") drawn[name] = spec.min + (next() < 0.1 ? below(400) : below(12));
    else drawn[name] = next() < 0.2 ? spec.min : Math.round(spec.default * next() * 20) / 10;
  }
  for (const { left, right } of strategy.rules) {
    const least = Number(drawn[left]);
    if (!(least < Number(drawn[right])))
      drawn[right] = Math.min(least + 1 + below(9), strategy.params[right]?.kind === "integer" ? 5000 : 100);
  }
  return drawn;
}

/** A walk, a walk over few cents, or stretches of one price, of which a share of the bars is missing. */
function randomBars(next: Next, seed: number, missing: number): Bars {
  const n = next() < 0.1 ? 1 : 1 + Math.floor(next() * 260);
  const tight = { seed, n, startCents: 500, gap: 0, body: 1, wick: 1, volumeMax: 10, minCents: 496 };
  const kind = Math.floor(next() * 3);
  const bars = kind === 0 ? someBars(seed, n) : generatedBars(tight);
  if (kind === 2) {
    for (let i = 1; i < n; i++)
      if (i % 40 < 25) for (const name of ["open", "high", "low", "close"] as const) bars[name][i] = bars.close[i - 1]!;
  }
  return withoutBars(
    bars,
    Array.from(bars.close.keys()).filter(() => next() < missing),
  );
}

/** The sets of a strategy, each rule given only the parameters it names. */
function setsOf(strategy: Strategy, params: ParamValues, bars: Bars): Partial<Record<Role, BarBits>> {
  const lines = new Lines(bars);
  const sets: Partial<Record<Role, BarBits>> = {};
  for (const role of ROLES) {
    const rule = strategy.sets?.[role];
    if (rule === undefined) continue;
    const named = Object.fromEntries(rule.by.map((name) => [name, params[name]!]));
    sets[role] = bitsOf(rule.rule(named), lines);
  }
  return sets;
}

describe.each(names)("%s as a machine", (name) => {
  const strategy = strategyNamed(name);

  test("has the states that it wants, under every direction also by the sets that decide there alone", () => {
    const next = uniforms(names.indexOf(name) + 41);
    const seen = { entangled: 0, changes: 0 };
    for (let k = 0; k < 250; k++) {
      const bars = randomBars(next, k, k % 5 < 3 ? 0 : 0.15);
      const n = bars.close.length;
      const params = randomParams(strategy, next);
      const from = next() < 0.5 ? 0 : Math.floor(next() * (n + 1));
      const first = strategy.barsNeeded(params) - 1;
      const entangled = strategy.sets?.entangled?.(params) ?? false;
      const wanted = strategy.wanted(bars, params, from);
      const statesBy = (roles: readonly Role[]) =>
        wantedOverValidBars(bars, from, (valid, validFrom) => {
          const all = setsOf(strategy, params, valid);
          const sets = Object.fromEntries(roles.map((role) => [role, all[role]]));
          const start = Math.min(Math.max(validFrom, first), valid.close.length);
          const states = new Int8Array(valid.close.length - validFrom);
          states.set(machineStates(sets, valid.close.length, start), start - validFrom);
          return states;
        });
      expect(statesBy(ROLES)).toEqual(wanted);
      for (const direction of DIRECTIONS) {
        const states = statesBy(rolesUnder(direction, entangled));
        expect(signalsOf(states, direction)).toEqual(signalsOf(wanted, direction));
      }
      seen.entangled += entangled ? 1 : 0;
      seen.changes += signalsOf(wanted, "both").filter((signal) => signal !== 0).length;
    }
    expect(seen.changes).toBeGreaterThan(100);
    expect(seen.entangled > 0).toBe(name === "donchian_breakout");
  });

  test("leaves a side wherever it enters the other, unless it says otherwise", () => {
    const next = uniforms(names.indexOf(name) + 91);
    for (let k = 0; k < 120; k++) {
      const bars = randomBars(next, k, 0);
      const params = randomParams(strategy, next);
      if (strategy.sets?.entangled?.(params) === true) continue;
      const { enterLong, leaveLong, enterShort, leaveShort } = setsOf(strategy, params, bars);
      const stays = Array.from(bars.close.keys()).filter((bar) => {
        const long = enterLong !== undefined && holds(enterLong, bar);
        const short = enterShort !== undefined && holds(enterShort, bar);
        const leavesLong = leaveLong === undefined ? !long : holds(leaveLong, bar);
        const leavesShort = leaveShort === undefined ? !short : holds(leaveShort, bar);
        return bar >= strategy.barsNeeded(params) - 1 && ((long && !leavesShort) || (short && !leavesLong));
      });
      expect(stays).toEqual([]);
    }
  });
});

describe("a set of bars", () => {
  const bars = { ...someBars(1, 5), close: Float64Array.of(3, 1, 2, 2, 5) };
  const bits = (set: BarSet) => Array.from(bitsOf(set, new Lines(bars)));

  test("has a bit for every bar at which its rule holds, in an even number of words", () => {
    expect(bits(compare(CLOSE, "<", 2))).toEqual([0b00010, 0]);
    expect(bits(compare(CLOSE, "<=", 2))).toEqual([0b01110, 0]);
    expect(bits(compare(CLOSE, ">", 2))).toEqual([0b10001, 0]);
    expect(bits(compare(CLOSE, ">=", 2))).toEqual([0b11101, 0]);
    const long = { ...someBars(1, 70), close: new Float64Array(70).fill(1) };
    expect(Array.from(bitsOf(compare(CLOSE, ">", 0), new Lines(long)))).toEqual([0xffffffff, 0xffffffff, 0b111111, 0]);
    expect(bitsOf(compare(CLOSE, ">", 0), new Lines(someBars(1, 0)))).toEqual(new Uint32Array(0));
  });

  test("begins where both sides have values: a lag moves the right side", () => {
    expect(bits(compare(CLOSE, ">", CLOSE, 2))).toEqual([0b11000, 0]);
    expect(bits(compare(CLOSE, "<=", CLOSE, 1))).toEqual([0b01010, 0]);
    expect(firstBarOf(compare(CLOSE, ">", CLOSE, 2))).toBe(2);
    expect(firstBarOf({ kind: "macd", fast: 2, slow: 4, signal: 3, side: "above" })).toBe(5);
    expect(firstBarOf({ kind: "crossing", average: "ema", fast: 2, slow: 4, side: "below" })).toBe(3);
  });

  test("of a line holds no bar at which the line has no value", () => {
    const line = { key: "gaps", first: 0, compute: () => Float64Array.of(Number.NaN, 1, Number.NaN, 2, 3) };
    for (const relation of ["<", "<=", ">", ">="] as const) expect(bits(compare(line, relation, 2))[0]! & 0b00101).toBe(0);
  });

  test("computes a line once for all that name it by one key", () => {
    let computed = 0;
    const compute = () => Float64Array.of(++computed, 1, 1, 1, 1);
    const lines = new Lines(bars);
    for (const key of ["a", "b", "a", "b"]) bitsOf(compare({ key, first: 0, compute }, ">", 0), lines);
    expect(computed).toBe(2);
  });
});

describe("a machine", () => {
  const bit = (...at: number[]) =>
    Uint32Array.of(
      at.reduce((word, i) => word | (1 << i), 0),
      0,
    );

  test("turns to the other side only at a bar that leaves the one it is on", () => {
    const sets = { enterLong: bit(1, 6), leaveLong: bit(4), enterShort: bit(0, 2, 4), leaveShort: bit(3, 6) };
    expect(Array.from(machineStates(sets, 8, 0))).toEqual([-1, -1, -1, 0, -1, -1, 1, 1]);
    expect(Array.from(machineStates(sets, 8, 1))).toEqual([1, 1, 1, -1, -1, 1, 1]);
  });

  test("without a leaving set is on a side as long as it may enter it, without an entering one never", () => {
    expect(Array.from(machineStates({ enterLong: bit(1, 2), enterShort: bit(3) }, 5, 0))).toEqual([0, 1, 1, -1, 0]);
    expect(Array.from(machineStates({ leaveLong: bit(1) }, 2, 0))).toEqual([0, 0]);
  });
});
