import { Hono } from "hono";
import { type AppError, appError } from "../core/errors.ts";
import { edge } from "./http/edge.ts";
import type { Ctx, Env } from "./http/env.ts";
import { methodsOf } from "./http/methods.ts";
import { problem } from "./http/problem.ts";
import type { Parts } from "./parts.ts";
import { barRoutes } from "./routes/bars.ts";
import { batchSubmitRoutes } from "./routes/batch-submit.ts";
import { batchRoutes } from "./routes/batches.ts";
import { datasetRoutes } from "./routes/datasets.ts";
import { docsRoutes } from "./routes/docs.ts";
import { eventRoutes } from "./routes/events.ts";
import { healthRoutes } from "./routes/health.ts";
import { jobListRoutes } from "./routes/job-lists.ts";
import { jobPartRoutes } from "./routes/job-parts.ts";
import { jobSubmitRoutes } from "./routes/job-submit.ts";
import { jobRoutes } from "./routes/jobs.ts";
import { metricsRoutes } from "./routes/metrics.ts";
import { strategiesRoutes } from "./routes/strategies.ts";
import { sweepPartRoutes } from "./routes/sweep-parts.ts";
import { verifyRoutes } from "./routes/verify.ts";
import { isAway } from "./store/postgres/sql-state.ts";

/**
 * The service over HTTP. Every answer carries `x-request-id`; every error is a problem document.
 * Bodies are limited here, while they are read: a limit of the server around it would answer without a problem document. Quiet connections must
 * live longer than a job may be waited for.
 */
export function createApp(parts: Parts): Hono<Env> {
  const app = new Hono<Env>();
  app.use(edge(parts));
  for (const routes of [
    jobSubmitRoutes(parts),
    jobListRoutes(parts),
    jobRoutes(parts),
    jobPartRoutes(parts),
    sweepPartRoutes(parts),
    batchSubmitRoutes(parts),
    batchRoutes(parts),
    eventRoutes(parts),
    verifyRoutes(parts),
    datasetRoutes(parts),
    barRoutes(parts),
    healthRoutes(parts),
    metricsRoutes(parts),
    strategiesRoutes(),
    docsRoutes(parts),
  ]) {
    app.route("/", routes);
  }
  const allowed = methodsOf(app.routes);
  app.notFound((c) => elsewhere(c, allowed(c.req.path)));
  app.onError((cause, c) => failed(c, cause, parts));
  return app;
}

/** A path that does not exist, one that has other methods, or OPTIONS. */
function elsewhere(c: Ctx, methods: readonly string[]): Response {
  const { method, path } = c.req;
  if (methods.length === 0)
    return problem(c, appError("not_found", `there is nothing at ${path}; what there is, /openapi.json tells`));
  const allow = [...methods, "OPTIONS"].join(", ");
  if (method === "OPTIONS") return new Response(null, { status: 204, headers: { allow } });
  return problem(c, appError("not_found", `there is no ${method} ${path}; there is ${allow}`), { allow });
}

/** What nobody expected: told to the log in full, to the caller in one word. */
function failed(c: Ctx, cause: Error, { log }: Parts): Response {
  const error: AppError = isStoreTrouble(cause)
    ? appError("unavailable", "the store does not work now; try again in a moment")
    : appError("internal", "something went wrong in the service; its log tells more under this request_id");
  log({ level: "error", request_id: c.get("requestId"), message: cause.message, stack: cause.stack });
  return problem(c, error);
}

function isStoreTrouble(cause: Error): boolean {
  return ("code" in cause && typeof cause.code === "string" && cause.code.startsWith("SQLITE_")) || isAway(cause);
}
