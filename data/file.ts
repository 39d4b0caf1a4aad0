import { stat } from "node:fs/promises";
import { type AppError, fail } from "../core/errors.ts";
import type { RawBars } from "../core/gate/raw-bars.ts";
import type { BarProvider } from "../core/ports.ts";
import { ok, type Result } from "../core/result.ts";
import { readCsv } from "./csv.ts";
import { isParquet, readParquet } from "./parquet.ts";

/** A CSV or Parquet file, told apart by its first bytes. */
export function fileProvider(path: string): BarProvider {
  return {
    async bars({ symbol, adjusted }) {
      const bytes = await readBytes(path);
      if (!bytes.ok) return bytes;
      const raw = await readBarFile(bytes.value, adjusted);
      if (!raw.ok) return raw;
      return ok({ raw: raw.value, origin: { source: "file", symbol, adjusted, synthetic: false, note: null } });
    },
  };
}

/** Bars from the bytes of a CSV or Parquet file. Errors: those of `readCsv` and `readParquet`. */
export async function readBarFile(bytes: Uint8Array, adjusted: boolean): Promise<Result<RawBars, AppError>> {
  return isParquet(bytes) ? readParquet(bytes, adjusted) : readCsv(bytes, adjusted);
}

async function readBytes(path: string): Promise<Result<Uint8Array, AppError>> {
  const quoted = JSON.stringify(path);
  try {
    const found = await stat(path);
    if (found.isDirectory()) return fail("bad_data", `${quoted} is a directory; a CSV or Parquet file is needed`);
    if (!found.isFile() && !found.isFIFO()) return fail("bad_data", `${quoted} is not a file; a CSV or Parquet file is needed`);
    return ok(await Bun.file(path).bytes());
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "ENOENT" || code === "ENOTDIR") return fail("not_found", `there is no file ${quoted}`);
    return fail("bad_data", `${quoted} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
