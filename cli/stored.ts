import { existsSync } from "node:fs";
import type { Config } from "../api/config.ts";
import { databasePath, openStores } from "../api/wiring.ts";
import { type AppError, fail } from "../core/errors.ts";
import type { BarVault, DatasetStore, JobStore } from "../core/jobs/store.ts";
import type { Result } from "../core/result.ts";

/** What a data folder holds. */
export interface Stores {
  readonly jobs: JobStore;
  readonly bars: BarVault;
  readonly datasets: DatasetStore;
}

type Where = Pick<Config, "dataDir" | "sqliteSynchronous">;

/** Uses the stores of the data folder, which is made where there is none, and closes them. Errors: `unavailable`, and those of `use`. */
export async function withStores<T>(
  where: Where,
  use: (stores: Stores) => Promise<Result<T, AppError>>,
): Promise<Result<T, AppError>> {
  const opened = await openStores(where, () => Date.now());
  if (!opened.ok) return opened;
  try {
    return await use(opened.value);
  } finally {
    await opened.value.close();
  }
}

/**
 * As `withStores` for those who only look: a data folder that was never used is left alone.
 * Errors: also `not_found`.
 * @param missing what there is not, in a folder without a store
 */
export async function withStored<T>(
  where: Where,
  missing: string,
  use: (stores: Stores) => Promise<Result<T, AppError>>,
): Promise<Result<T, AppError>> {
  if (existsSync(databasePath(where))) return withStores(where, use);
  return fail("not_found", `nothing is stored in ${JSON.stringify(where.dataDir)} (--data-dir or DATA_DIR): ${missing}`);
}
