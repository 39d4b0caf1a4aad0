import { type AppError, appError, fail } from "../../core/errors.ts";
import type { JobId } from "../../core/jobs/job.ts";
import type { IdempotencyKey } from "../../core/jobs/store.ts";
import { ok, type Result } from "../../core/result.ts";
import { type Json, readJson } from "../http/body.ts";
import type { Ctx } from "../http/env.ts";
import { idempotencyKey } from "../http/idempotency.ts";
import { refusedQuery } from "../http/query.ts";
import type { Parts } from "../parts.ts";
import { overload } from "./overload.ts";

/** What was posted to be run: its body, not yet looked into, and its key. */
export interface Submitted {
  readonly body: Json;
  readonly key: IdempotencyKey | null;
  /** The job that the key stands for already. */
  readonly known: JobId | undefined;
}

/**
 * Reads a request for something to be run. Errors: those of the query, the body and the key, `unavailable` where there is enough to do, and
 * `idempotency_mismatch`.
 * @param kind what is asked for: a key is tied to it
 */
export async function readSubmitted(
  c: Ctx,
  parts: Parts,
  kind: Parameters<typeof idempotencyKey>[2],
): Promise<Result<Submitted, AppError>> {
  const { limits, jobs, user } = parts;
  const refused = refusedQuery(c.req.url) ?? overload(parts);
  if (refused !== null) return { ok: false, error: refused };
  const body = await readJson(c.req.raw, limits.maxJsonBytes, limits.maxDepth);
  if (!body.ok) return body;
  const key = idempotencyKey(c.req.header("idempotency-key") ?? null, body.value, kind);
  if (!key.ok) return key;
  const known = key.value === null ? undefined : await jobs.replay(user, key.value);
  return known === "mismatch" ? mismatch() : ok({ body: body.value, key: key.value, known });
}

export function mismatch() {
  return fail("idempotency_mismatch", "this Idempotency-Key was used with another body; use a new key for a new request");
}

/** What a key stood for is gone between looking and answering. */
export function keyOfRemoved(): AppError {
  return appError("not_found", "what this Idempotency-Key stands for was removed; use another key");
}
