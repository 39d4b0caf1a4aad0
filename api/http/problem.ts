import type { AppError } from "../../core/errors.ts";
import { problemOf } from "../http-errors.ts";
import type { Ctx } from "./env.ts";

type Names = Readonly<Record<string, string>>;

/** Seconds after which a caller may try again what was `unavailable`. */
const RETRY_AFTER = "1";

/**
 * An expected failure as `application/problem+json`, with the request's id.
 * @param named  the job that failed, by its id, where there is one
 */
export function problem(c: Ctx, error: AppError, headers: Names = {}, named: Names = {}): Response {
  const body = problemOf(error);
  return new Response(JSON.stringify({ ...body, request_id: c.get("requestId"), ...named }), {
    status: body.status,
    headers: {
      "content-type": "application/problem+json",
      ...(error.code === "unavailable" ? { "retry-after": RETRY_AFTER } : {}),
      ...headers,
    },
  });
}
