import { type AppError, fail } from "../core/errors.ts";
import { ok, type Result } from "../core/result.ts";

export const ENGINE_CHOICES = ["auto", "ts", "wasm"] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

/** Settings of a process. This file alone reads environment variables. */
export interface Config {
  readonly engine: EngineChoice;
}

/**
 * Errors: `invalid_request` naming the variable, its value and what is allowed.
 * @param env the environment, by name
 */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Result<Config, AppError> {
  const engine = parseEngineChoice(env.ENGINE ?? "auto", "ENGINE");
  return engine.ok ? ok({ engine: engine.value }) : engine;
}

/** True with BACKGRID_DEBUG=1: a bug then shows its stack. */
export function wantsStacks(env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  return env.BACKGRID_DEBUG === "1";
}

/** @param name how the message calls the setting: a variable or a flag */
export function parseEngineChoice(value: string, name: string): Result<EngineChoice, AppError> {
  const choice = ENGINE_CHOICES.find((known) => known === value);
  if (choice !== undefined) return ok(choice);
  const message = `${name} must be one of ${ENGINE_CHOICES.join(", ")}: got ${JSON.stringify(value)}`;
  return fail("invalid_request", message, [{ path: name, message }]);
}
