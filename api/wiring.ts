import type { Engine } from "../core/engine/contract.ts";
import { type AppError, fail } from "../core/errors.ts";
import { ok, type Result } from "../core/result.ts";
import { engineTs } from "../engine-ts/engine.ts";
import { loadEngineWasm } from "../engine-wasm/load.ts";
import type { EngineChoice } from "./config.ts";

/** The engine in use; `fallbackReason` tells why it is not the WebAssembly one where `auto` wanted that. */
export interface WiredEngine {
  readonly engine: Engine;
  readonly fallbackReason: string | null;
}

/**
 * The engine asked for. Only `auto` falls back, and says why. Errors: `unavailable` when `wasm` was asked for and does not load.
 * @param load the WebAssembly engine's loader
 */
export async function wireEngine(
  choice: EngineChoice,
  load: () => Promise<Engine> = loadEngineWasm,
): Promise<Result<WiredEngine, AppError>> {
  if (choice === "ts") return ok({ engine: engineTs, fallbackReason: null });
  try {
    return ok({ engine: await load(), fallbackReason: null });
  } catch (cause) {
    const reason = `engine-wasm does not load: ${cause instanceof Error ? cause.message : String(cause)}`;
    return choice === "auto"
      ? ok({ engine: engineTs, fallbackReason: reason })
      : fail("unavailable", `${reason}; run "bun run build:wasm", or use ENGINE=ts`);
  }
}
