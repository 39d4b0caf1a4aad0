import type { Bars } from "../bars.ts";
import type { MachineSets } from "../sweep/sets.ts";
import { wantedOverValidBars } from "./missing-bars.ts";

/** A whole number; a window is one with limits 1 to 5,000. */
export interface IntegerParam {
  readonly kind: "integer";
  readonly min: number;
  readonly max: number;
  readonly default: number;
  readonly unit: string;
  readonly doc: string;
}

export interface NumberParam {
  readonly kind: "number";
  readonly min: number;
  readonly max: number;
  readonly default: number;
  readonly unit: string;
  readonly doc: string;
}

export interface ChoiceParam {
  readonly kind: "choice";
  readonly choices: readonly string[];
  readonly default: string;
  readonly unit: string;
  readonly doc: string;
}

/** One parameter, declared once: its kind, limits, default, unit and meaning serve validation, sweeps, help texts and docs. */
export type ParamSpec = IntegerParam | NumberParam | ChoiceParam;
export type ParamSpecs = Readonly<Record<string, ParamSpec>>;
export type ParamValue = number | string;
export type ParamValues = Readonly<Record<string, ParamValue>>;

type ValueOf<S extends ParamSpec> = S extends ChoiceParam ? S["choices"][number] : number;
export type ValuesOf<P extends ParamSpecs> = { readonly [K in keyof P]: ValueOf<P[K]> };

/** The wanted state after each bar's close (Int8). */
export const WANT_SHORT = -1;
export const WANT_FLAT = 0;
export const WANT_LONG = 1;

/** A rule between parameters that must hold, as `left < right`. */
export interface ParamRule {
  readonly left: string;
  readonly right: string;
}

/**
 * A strategy is a function from bars to wanted states, with its parameters declared. `barsNeeded` and `wanted` are methods, so
 * that any strategy is also a `Strategy` that takes checked `ParamValues`: pass only values that `parseParams` has let through.
 */
export interface Strategy<P extends ParamSpecs = ParamSpecs> {
  readonly doc: string;
  readonly params: P;
  /** Rules between parameters, e.g. fast < slow. */
  readonly rules: readonly ParamRule[];
  /** Number of bars (with prices) the slowest window needs before the first wanted state can be known; 1 where no window is involved. */
  barsNeeded(params: ValuesOf<P>): number;
  /**
   * The wanted state of every bar from `from` on: indicators see all bars, the state starts flat at `from`.
   * Never looks ahead: a change of bars after i leaves the states up to i as they are.
   * A missing bar keeps the state of the bar before.
   *
   * @returns length bars.n - from, each WANT_SHORT, WANT_FLAT or WANT_LONG
   * @throws {RangeError} when `from` is not a whole number from 0 to bars.n
   */
  wanted(bars: Bars, params: ValuesOf<P>, from: number): Int8Array;
  /** What `wanted` says, as sets of bars that the trials of a sweep share; left out where it cannot be said so. */
  readonly sets?: MachineSets<P>;
}

/** Completes a strategy whose `wanted` knows only bars with prices: missing bars are taken out before it and put back after it. */
export function defineStrategy<const P extends ParamSpecs>(strategy: Strategy<P>): Strategy<P> {
  return {
    ...strategy,
    wanted: (bars, params, from) =>
      wantedOverValidBars(bars, from, (valid, validFrom) => strategy.wanted(valid, params, validFrom)),
  };
}

/** The spec of a window: a whole number of bars from 1 to 5,000. */
export function windowParam(bars: number, doc: string): IntegerParam {
  return { kind: "integer", min: 1, max: 5000, default: bars, unit: "bars", doc };
}

/** The spec of the width of a band, in units of a deviation or a range. */
export function multiplierParam(multiplier: number, unit: string, doc: string): NumberParam {
  return { kind: "number", min: 0, max: 100, default: multiplier, unit, doc };
}
