import { crossMacd } from "../exact/macd-cross.ts";
import { CROSSINGS } from "../strategies/ma-crossover.ts";
import { WANT_FLAT, WANT_LONG, WANT_SHORT } from "../strategies/strategy.ts";
import { CLOSE, type Lines } from "./lines.ts";
import { type BarSet, firstBarOf, type Level, type Relation, type Role } from "./sets.ts";

/** A set as bits: bar i is bit i % 32 of word i / 32; an even number of words, bits beyond the last bar are 0. */
export type BarBits = Uint32Array;

export function holds(bits: BarBits, bar: number): boolean {
  return ((bits[bar >>> 5]! >>> (bar & 31)) & 1) === 1;
}

/** The bars of a set. */
export function bitsOf(set: BarSet, lines: Lines): BarBits {
  const n = lines.bars.close.length;
  const bits = new Uint32Array(2 * Math.ceil(n / 64));
  const belongs = membership(set, lines);
  for (let i = firstBarOf(set); i < n; i++) if (belongs(i)) bits[i >>> 5]! |= 1 << (i & 31);
  return bits;
}

function membership(set: BarSet, lines: Lines): (bar: number) => boolean {
  if (set.kind === "comparison") {
    const left = lines.column(set.left);
    const right = valuesOf(set.right, lines);
    const related = RELATIONS[set.relation];
    return (i) => related(left[i]!, right(i));
  }
  const close = lines.column(CLOSE);
  const states = new Int8Array(close.length);
  if (set.kind === "crossing") CROSSINGS[set.average](close, set.fast, set.slow, 0, states);
  else crossMacd(close, set.fast, set.slow, set.signal, 0, states);
  const sign = set.side === "above" ? 1 : -1;
  return (i) => states[i] === sign;
}

const RELATIONS: Readonly<Record<Relation, (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

function valuesOf(level: Level, lines: Lines): (bar: number) => number {
  if (level.kind === "constant") return () => level.value;
  if (level.kind === "line") {
    const column = lines.column(level.line);
    return (i) => column[i - level.lag]!;
  }
  const base = lines.column(level.base);
  const deviation = lines.column(level.deviation);
  return (i) => base[i]! + level.factor * deviation[i]!;
}

/**
 * The states of a machine (see `MachineSets`) after each bar from `from` on; a role left out is as there, and a side without an entry is never taken.
 *
 * @param n bars with prices
 * @returns length n - from
 */
export function machineStates(sets: Readonly<Partial<Record<Role, BarBits>>>, n: number, from: number): Int8Array {
  const { enterLong, leaveLong, enterShort, leaveShort } = sets;
  const states = new Int8Array(n - from);
  let state = WANT_FLAT;
  for (let i = from; i < n; i++) {
    const long = enterLong !== undefined && holds(enterLong, i);
    const short = enterShort !== undefined && holds(enterShort, i);
    if (state === WANT_LONG) {
      const leaves = leaveLong === undefined ? !long : holds(leaveLong, i);
      if (leaves) state = short ? WANT_SHORT : WANT_FLAT;
    } else if (state === WANT_SHORT) {
      const leaves = leaveShort === undefined ? !short : holds(leaveShort, i);
      if (leaves) state = long ? WANT_LONG : WANT_FLAT;
    } else state = long ? WANT_LONG : short ? WANT_SHORT : WANT_FLAT;
    states[i - from] = state;
  }
  return states;
}
