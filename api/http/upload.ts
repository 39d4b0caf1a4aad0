import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { AppError } from "../../core/errors.ts";
import { ok, type Result } from "../../core/result.ts";
import { bodyChunks } from "./body.ts";

/**
 * A body in a file of its own, for as long as `use` takes; afterwards the file is gone, whatever happened.
 * Errors: those of `bodyChunks`.
 *
 * @param folder where such files lie
 */
export async function withUpload<T>(
  request: Request,
  maxBytes: number,
  folder: string,
  use: (path: string) => Promise<Result<T, AppError>>,
): Promise<Result<T, AppError>> {
  const path = join(folder, `${crypto.randomUUID()}.upload`);
  try {
    const saved = await save(request, maxBytes, path);
    return saved.ok ? await use(path) : saved;
  } finally {
    await rm(path, { force: true });
  }
}

async function save(request: Request, maxBytes: number, path: string): Promise<Result<null, AppError>> {
  const file = await open(path, "wx", 0o600);
  try {
    for await (const chunk of bodyChunks(request, maxBytes)) {
      if (!chunk.ok) return chunk;
      await file.writeFile(chunk.value);
    }
    return ok(null);
  } finally {
    await file.close();
  }
}
