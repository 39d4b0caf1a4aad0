import { type AppError, fail } from "../../core/errors.ts";
import type { JobKind } from "../../core/jobs/job.ts";
import type { IdempotencyKey } from "../../core/jobs/store.ts";
import { ok, type Result } from "../../core/result.ts";
import { canonicalJson } from "../../core/run/canonical.ts";
import { shown } from "../../core/shown.ts";

const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * The key of a request, tied to its body and to what it asks for; null without one. Errors: `invalid_request` for a key that is none.
 * @param body parsed JSON
 */
export function idempotencyKey(
  header: string | null,
  body: Parameters<typeof canonicalJson>[0],
  kind: JobKind | "batch",
): Result<IdempotencyKey | null, AppError> {
  if (header === null) return ok(null);
  if (!KEY.test(header)) {
    const message = `Idempotency-Key must be 1 to 255 visible ASCII characters: got ${shown(header)}`;
    return fail("invalid_request", message, [{ path: "Idempotency-Key", message }]);
  }
  const hasher = new Bun.CryptoHasher("sha256");
  if (kind !== "backtest") hasher.update(kind);
  return ok({ key: header, bodyHash: hasher.update(canonicalJson(body)).digest("hex") });
}
