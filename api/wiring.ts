import { join } from "node:path";
import type { Engine } from "../core/engine/contract.ts";
import { type AppError, fail } from "../core/errors.ts";
import type { BarProvider } from "../core/ports.ts";
import { ok, type Result } from "../core/result.ts";
import type { Sweeper } from "../core/sweep/sweeper.ts";
import type { CacheSettings } from "../data/cache.ts";
import { engineTs } from "../engine-ts/engine.ts";
import { plainSweeper } from "../engine-ts/sweep.ts";
import { loadEngineWasm } from "../engine-wasm/load.ts";
import { loadSweeper } from "../engine-wasm/sweep/sweeper.ts";
import type { Config, EngineChoice } from "./config.ts";
import { isDeadProcess, processName } from "./process-name.ts";
import type { SqliteOptions, SqliteStores } from "./store/sqlite.ts";

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

/** What runs sweeps, and the engine of its single runs; `fallbackReason` as with the engine. */
export interface WiredSweeper {
  readonly engine: Engine;
  readonly sweeper: Sweeper;
  readonly fallbackReason: string | null;
}

/**
 * The sweeper on the engine asked for. Only `auto` falls back, and says why. Errors: those of `wireEngine`, and `unavailable` likewise.
 * @param threads of a sweep, >= 1
 */
export async function wireSweeper(choice: EngineChoice, threads: number): Promise<Result<WiredSweeper, AppError>> {
  const wired = await wireEngine(choice);
  if (!wired.ok) return wired;
  const { engine, fallbackReason } = wired.value;
  const plain = plainSweeper(engine);
  if (engine.name === "ts") return ok({ engine, sweeper: plain, fallbackReason });
  try {
    return ok({ engine, sweeper: await loadSweeper(plain, threads, () => performance.now()), fallbackReason: null });
  } catch (cause) {
    const reason = `the kernels of sweeps do not load: ${cause instanceof Error ? cause.message : String(cause)}`;
    if (choice === "auto") return ok({ engine, sweeper: plain, fallbackReason: reason });
    return fail("unavailable", `${reason}; run "bun run build:wasm", or use ENGINE=ts`);
  }
}

export function databasePath({ dataDir }: Pick<Config, "dataDir">): string {
  return join(dataDir, "backgrid.sqlite");
}

/** The stores in the data folder, which is made where there is none. Errors: `unavailable`. */
export async function openStores(
  config: Pick<Config, "dataDir" | "sqliteSynchronous">,
  clock: () => number,
  more: Pick<SqliteOptions, "onPoint"> = {},
): Promise<Result<SqliteStores, AppError>> {
  const { openSqlite } = await import("./store/sqlite.ts");
  return openSqlite({
    path: databasePath(config),
    checkpointThread: true,
    synchronous: config.sqliteSynchronous,
    clock,
    ...more,
  });
}

/**
 * Bars from Yahoo, kept in the data folder, or in another store that processes share. Nothing is loaded before the first are asked for.
 * @param more `onProblem` is told when the store does not read or write
 */
export function yahooBars(
  { dataDir, yahooBaseUrl }: Pick<Config, "dataDir" | "yahooBaseUrl">,
  clock: () => number,
  more: Partial<Pick<CacheSettings, "store" | "onProblem">> = {},
): BarProvider {
  let provider: Promise<BarProvider> | undefined;
  const load = async () => {
    const [{ cachedProvider }, { directorySeries }, { yahooProvider }] = await Promise.all([
      import("../data/cache.ts"),
      import("../data/series-directory.ts"),
      import("../data/yahoo.ts"),
    ]);
    const yahoo = yahooProvider({ nowMs: clock, ...(yahooBaseUrl === null ? {} : { baseUrl: yahooBaseUrl }) });
    return cachedProvider(yahoo, {
      name: yahooBaseUrl === null ? "yahoo" : `yahoo at ${yahooBaseUrl}`,
      store: directorySeries(join(dataDir, "cache"), clock, { own: processName(), isDead: isDeadProcess }),
      nowMs: clock,
      ...more,
    });
  };
  return {
    async bars(query) {
      provider ??= load();
      return (await provider).bars(query);
    },
  };
}
