import { type AppError, fail } from "../../core/errors.ts";
import type { BarReader } from "../../core/jobs/store.ts";
import type { BarQuery, ProvidedBars } from "../../core/ports.ts";
import { ok, type Result } from "../../core/result.ts";
import { decodeRawBars } from "../../data/raw-bars-codec.ts";
import { sampleProvider } from "../../data/sample.ts";
import type { BarCache } from "./bar-cache.ts";
import type { TaskBars } from "./task.ts";

/** Where a process finds rows. */
export interface RowSources {
  readonly vault: BarReader;
  /** Rows by name. */
  readonly cache: BarCache;
}

/**
 * The rows of a task. Errors: `not_found` when they are not there (any more), `bad_data` when they cannot be read, `unavailable` when the store does not
 * answer.
 * @param query what a sample is asked for
 */
export async function rowsOf(
  bars: TaskBars,
  query: BarQuery,
  { vault, cache }: RowSources,
): Promise<Result<ProvidedBars, AppError>> {
  const name = bars.kind === "stored" ? bars.hash : `sample ${bars.symbol}`;
  let rows = cache.get(name);
  if (rows === undefined) {
    const found = bars.kind === "stored" ? await fromVault(bars, vault) : await sampleProvider.bars(query);
    if (!found.ok) return found;
    rows = found.value;
    cache.set(name, rows);
  }
  return ok(bars.kind === "stored" ? { raw: rows.raw, origin: bars.origin } : rows);
}

async function fromVault(
  { hash, origin }: Extract<TaskBars, { kind: "stored" }>,
  vault: BarReader,
): Promise<Result<ProvidedBars, AppError>> {
  const bytes = await fromStore(() => vault.get(hash));
  if (!bytes.ok) return bytes;
  if (bytes.value === undefined) return fail("not_found", `the bars ${hash} are not stored here (any more)`);
  const raw = decodeRawBars(bytes.value);
  return raw.ok ? ok({ raw: raw.value, origin }) : raw;
}

/** What a store gives. Errors: `unavailable` when it rejects. */
export async function fromStore<T>(read: () => Promise<T>): Promise<Result<T, AppError>> {
  try {
    return ok(await read());
  } catch (cause) {
    return fail("unavailable", `the store does not answer: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}
