import type { AppError } from "../../core/errors.ts";
import { problemOf } from "../http-errors.ts";
import type { Ctx } from "./env.ts";

/** Seconds after which a caller may try again what was `unavailable`. */
const RETRY_AFTER = "1";

/**
 * An expected failure as `application/problem+json`, with the request's id.
 * @param jobId the job that failed, where there is one
 */
export function problem(c: Ctx, error: AppError, headers: Readonly<Record<string, string>> = {}, jobId?: string): Response {
  const body = problemOf(error);
  const named = jobId === undefined ? {} : { job_id: jobId };
  return new Response(JSON.stringify({ ...body, request_id: c.get("requestId"), ...named }), {
    status: body.status,
    headers: {
      "content-type": "application/problem+json",
      ...(error.code === "unavailable" ? { "retry-after": RETRY_AFTER } : {}),
      ...headers,
    },
  });
}
