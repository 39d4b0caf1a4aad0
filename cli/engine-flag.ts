import { type EngineChoice, parseEngineChoice, readConfig } from "../api/config.ts";
import type { AppError } from "../core/errors.ts";
import { ok, type Result } from "../core/result.ts";
import type { GivenFlags } from "./given-flags.ts";

/** Which engine is to run: the flag beats the environment. Errors: `invalid_request`. */
export function engineOf(flags: GivenFlags): Result<EngineChoice, AppError> {
  const given = flags.get("--engine");
  if (typeof given === "string") return parseEngineChoice(given, "--engine");
  const config = readConfig();
  return config.ok ? ok(config.value.engine) : config;
}
