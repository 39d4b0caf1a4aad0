import type { Direction } from "../strategies/signals.ts";
import type { ParamSpecs, ValuesOf } from "../strategies/strategy.ts";
import type { Line } from "./lines.ts";

export type Relation = "<" | "<=" | ">" | ">=";

/** What a line is compared with at bar i: a number, a line at bar i - lag, or base + factor * deviation at bar i, each product and sum rounded. */
export type Level =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "line"; readonly line: Line; readonly lag: number }
  | { readonly kind: "band"; readonly base: Line; readonly factor: number; readonly deviation: Line };

/**
 * A set of bars with prices, as a rule. A comparison holds where left relation right in doubles, never where a value is missing. Of two averages of the close,
 * and of MACD and its signal line, the first is above or below the second as core/exact decides.
 */
export type BarSet =
  | { readonly kind: "comparison"; readonly left: Line; readonly relation: Relation; readonly right: Level }
  | {
      readonly kind: "crossing";
      readonly average: "sma" | "ema" | "wma";
      readonly fast: number;
      readonly slow: number;
      readonly side: "above" | "below";
    }
  | {
      readonly kind: "macd";
      readonly fast: number;
      readonly slow: number;
      readonly signal: number;
      readonly side: "above" | "below";
    };

/** A set for every choice of parameters; trials that agree in those it is `by` share it. */
export interface SetRule<P extends ParamSpecs = ParamSpecs> {
  readonly by: readonly (keyof P & string)[];
  /** Reads no other parameters than those named. */
  rule(params: ValuesOf<P>): BarSet;
}

export const ROLES = ["enterLong", "leaveLong", "enterShort", "leaveShort"] as const;
export type Role = (typeof ROLES)[number];

/**
 * A strategy over bars with prices as a machine. It starts flat at bar `from` or at bar barsNeeded - 1, whichever is later. At each bar, flat turns long in
 * `enterLong`, else short in `enterShort`; long turns in `leaveLong` short in `enterShort`, else flat; short turns in `leaveShort` long in `enterLong`, else
 * flat. One rule may have two roles.
 */
export interface MachineSets<P extends ParamSpecs = ParamSpecs> {
  readonly enterLong: SetRule<P>;
  /** Left out: every bar outside `enterLong`. */
  readonly leaveLong?: SetRule<P>;
  /** Left out: no bar. */
  readonly enterShort?: SetRule<P>;
  /** Left out: every bar outside `enterShort`. */
  readonly leaveShort?: SetRule<P>;
  /** Whether a bar may enter one side without leaving the other; left out: never, so that each side can be told by its own two sets. */
  entangled?(params: ValuesOf<P>): boolean;
}

/** The sets that the state changes under a direction depend on. */
export function rolesUnder(direction: Direction, entangled: boolean): readonly Role[] {
  if (direction === "both" || entangled) return ROLES;
  return direction === "long" ? ["enterLong", "leaveLong"] : ["enterShort", "leaveShort"];
}

/** The first bar that the set may hold. */
export function firstBarOf(set: BarSet): number {
  if (set.kind === "crossing") return set.slow - 1;
  if (set.kind === "macd") return set.slow + set.signal - 2;
  const { left, right } = set;
  if (right.kind === "constant") return left.first;
  if (right.kind === "line") return Math.max(left.first, right.line.first + right.lag);
  return Math.max(left.first, right.base.first, right.deviation.first);
}

/** The bars where a line stands in a relation to a number or to another line, `lag` bars earlier. */
export function compare(left: Line, relation: Relation, right: number | Line, lag = 0): BarSet {
  const level: Level = typeof right === "number" ? { kind: "constant", value: right } : { kind: "line", line: right, lag };
  return { kind: "comparison", left, relation, right: level };
}
