import { SIGNAL_EXIT, SIGNAL_LONG, SIGNAL_NONE, SIGNAL_SHORT } from "../engine/abi.ts";
import type { Finding } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import { shown } from "../shown.ts";
import { type ParamOptions, parseParams } from "../strategies/params.ts";
import { isStrategyName, type StrategyName, strategies, strategyNamed } from "../strategies/registry.ts";
import type { Direction } from "../strategies/signals.ts";
import type { ParamValues } from "../strategies/strategy.ts";

/** A registered strategy with its values, and which sides it may take. */
export interface ComputedStrategy {
  readonly name: StrategyName;
  readonly params: ParamValues;
  readonly direction: Direction;
}

/** The caller's own signals, taken as they stand: one SIGNAL_* for each row of the data as it was given. */
export interface GivenSignals {
  readonly name: typeof GIVEN_SIGNALS;
  readonly params: Readonly<Record<string, never>>;
  readonly direction: "both";
  readonly signals: Int8Array;
}

export type StrategyChoice = ComputedStrategy | GivenSignals;

export const GIVEN_SIGNALS = "signals";

/** Every name that `strategy` may have. */
export const STRATEGY_NAMES: readonly string[] = [...Object.keys(strategies), GIVEN_SIGNALS];

/** The most signals that a request may hold. */
const MOST_SIGNALS = 50_000_000;

const WORDS = new Map<unknown, number>([
  ["long", SIGNAL_LONG],
  ["short", SIGNAL_SHORT],
  ["exit", SIGNAL_EXIT],
  [null, SIGNAL_NONE],
]);

/**
 * The strategy of a request: its name, parameters and direction, or the signals given. A finding for every offending field.
 * @param direction the request's direction with its default; whether it was given is told by the input
 */
export function parseStrategy(
  input: Readonly<Record<string, unknown>>,
  direction: Direction,
  options: ParamOptions,
): Result<StrategyChoice, readonly Finding[]> {
  const { strategy: name, params, signals } = input;
  if (name === GIVEN_SIGNALS) return parseSignals(input);
  if (typeof name !== "string" || !isStrategyName(name)) {
    const message = `strategy must be one of ${STRATEGY_NAMES.join(", ")}: got ${shown(name)}`;
    return err([{ path: "strategy", message }]);
  }
  if (signals !== undefined) {
    const message = `signals belong to the strategy signals, ${name} makes its own: got ${shown(signals)}`;
    return err([{ path: "signals", message }]);
  }
  const values = parseParams(strategyNamed(name), params, options);
  return values.ok ? ok({ name, params: values.value, direction }) : values;
}

function parseSignals(input: Readonly<Record<string, unknown>>): Result<StrategyChoice, readonly Finding[]> {
  const findings: Finding[] = [];
  if (input.direction !== undefined) {
    const message = `direction may not be given with the strategy signals, they are taken as they stand: got ${shown(input.direction)}`;
    findings.push({ path: "direction", message });
  }
  const params = parseParams({ params: {}, rules: [] }, input.params);
  if (!params.ok) findings.push(...params.error);
  const signals = codesOf(input.signals);
  if (!signals.ok) findings.push(signals.error);
  if (findings.length > 0 || !signals.ok) return err(findings);
  return ok({ name: GIVEN_SIGNALS, params: {}, direction: "both", signals: signals.value });
}

function codesOf(input: unknown): Result<Int8Array, Finding> {
  const allowed = '"long", "short", "exit" or null';
  if (!Array.isArray(input) || input.length > MOST_SIGNALS) {
    const found = Array.isArray(input) ? `${input.length} of them` : shown(input);
    return err({
      path: "signals",
      message: `signals must be a list with one of ${allowed} for each row of the data: got ${found}`,
    });
  }
  const codes = new Int8Array(input.length);
  for (let i = 0; i < input.length; i++) {
    const code = WORDS.get(input[i]);
    if (code === undefined)
      return err({ path: `signals.${i}`, message: `signals.${i} must be ${allowed}: got ${shown(input[i])}` });
    codes[i] = code;
  }
  return ok(codes);
}
