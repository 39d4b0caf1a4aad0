import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { Parts } from "../parts.ts";
import type { Env } from "./env.ts";
import { refusedAtTheDoor } from "./guard.ts";
import { problem } from "./problem.ts";

const LONGEST_ID = 128;
const REQUEST_ID = /^[A-Za-z0-9._-]+$/;

/** Sent with every answer that does not say otherwise. */
const STANDARD_HEADERS = [
  ["cache-control", "no-store"],
  ["content-security-policy", "default-src 'none'; frame-ancestors 'none'"],
  ["cross-origin-resource-policy", "same-origin"],
  ["referrer-policy", "no-referrer"],
  ["x-content-type-options", "nosniff"],
  ["x-frame-options", "DENY"],
] as const;

/** The layer around all routes: request id, guards, headers, the log's line and the figures. */
export function edge({ hosts, log, logRequests, metrics }: Parts): MiddlewareHandler<Env> {
  return async (c, next) => {
    const startedMs = performance.now();
    const requestId = givenId(c.req.raw.headers.get("x-request-id")) ?? crypto.randomUUID();
    c.set("requestId", requestId);
    const refused = refusedAtTheDoor(c.req.raw, hosts);
    if (refused === null) await next();
    else c.res = problem(c, refused);

    const { headers, status } = c.res;
    headers.set("x-request-id", requestId);
    for (const [name, value] of STANDARD_HEADERS) if (!headers.has(name)) headers.set(name, value);
    const ms = performance.now() - startedMs;
    const method = knownMethod(c.req.method);
    const route = routePath(c, -1);
    metrics.requests.observe({ method, route, status }, ms / 1000);
    if (logRequests) {
      const level = status >= 500 ? "error" : "info";
      const entry = { level, request_id: requestId, method, route, status, ms: Math.round(ms * 1000) / 1000 };
      const jobId = c.get("jobId");
      log(jobId === undefined ? entry : { ...entry, job_id: jobId });
    }
  };
}

function givenId(text: string | null): string | null {
  return text !== null && text.length <= LONGEST_ID && REQUEST_ID.test(text) ? text : null;
}

/** Methods become labels of figures: an unknown one may not make a new label. */
function knownMethod(method: string): string {
  return METHODS.has(method) ? method : "other";
}

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]);
