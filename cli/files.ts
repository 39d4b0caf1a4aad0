import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type AppError, type Finding, fail } from "../core/errors.ts";
import { ok, type Result } from "../core/result.ts";
import { shown } from "../core/shown.ts";
import type { GivenFlags } from "./given-flags.ts";

/** A file that was asked for; a text may come in parts. */
export interface AskedFile {
  readonly flag: string;
  readonly path: string | null;
  readonly content: () => string | Uint8Array | Iterable<string> | Promise<Uint8Array>;
}

/** Findings for flags that name the file of another flag, in their order. */
export function fileClashes(flags: GivenFlags, names: readonly string[]): Finding[] {
  const findings: Finding[] = [];
  const taken = new Map<string, string>();
  for (const flag of names) {
    const path = flags.get(flag);
    if (typeof path !== "string") continue;
    const other = taken.get(resolve(path));
    if (other !== undefined)
      findings.push({ path: flag, message: `${flag} must be another file than ${other}: got ${shown(path)}` });
    taken.set(resolve(path), flag);
  }
  return findings;
}

/** The path behind a flag; null where it was not given. */
export function pathOf(given: unknown): string | null {
  return typeof given === "string" ? given : null;
}

/** Writes the files asked for and tells which. Errors: `unavailable` when one cannot be written. */
export async function writeFiles(files: readonly AskedFile[]): Promise<Result<readonly string[], AppError>> {
  const written: string[] = [];
  for (const { flag, path, content } of files) {
    if (path === null) continue;
    try {
      await writeFile(path, await content());
      written.push(path);
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
      const message = `${flag} cannot be written: ${error.message}`;
      return fail("unavailable", message, [{ path: flag, message }]);
    }
  }
  return ok(written);
}
