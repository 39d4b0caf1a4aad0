import { Hono } from "hono";
import { appError } from "../../core/errors.ts";
import { isFinal, type JobKind } from "../../core/jobs/job.ts";
import { runsGrids } from "../compute/task.ts";
import { JSON_TYPE, jsonAnswer, lastingAnswer } from "../http/answer.ts";
import type { Ctx, Env } from "../http/env.ts";
import { problem } from "../http/problem.ts";
import { Query, refusedQuery } from "../http/query.ts";
import { jobWithoutResult, storedAnswer } from "../job-answer.ts";
import type { Parts } from "../parts.ts";
import { idOf, RESOURCES } from "../resource.ts";
import { findJob, noJob } from "./find-job.ts";

/** `GET` and `DELETE` of `/api/v1/jobs/{id}`, `/api/v1/sweeps/{id}` and `/api/v1/walk-forwards/{id}` */
export function jobRoutes(parts: Parts): Hono<Env> {
  const routes = new Hono<Env>();
  for (const { kind, path } of Object.values(RESOURCES)) {
    routes.get(`${path}/:id`, (c) => show(c, parts, kind));
    routes.delete(`${path}/:id`, (c) => cancelOrRemove(c, parts, kind));
  }
  return routes;
}

async function show(c: Ctx, parts: Parts, kind: JobKind): Promise<Response> {
  const { jobs, user, runner } = parts;
  const refused = refusedQuery(c.req.url);
  if (refused !== null) return problem(c, refused);
  const found = await findJob(c, parts, kind);
  if (!found.ok) return problem(c, found.error);
  const job = found.value;
  const { status } = job.state;
  if (!isFinal(job.state)) {
    const progress = runsGrids(kind) && status === "running" ? { progress: await runner.progress({ user, id: job.id }) } : {};
    return jsonAnswer({ ...jobWithoutResult(job), ...progress });
  }
  if (status !== "completed") {
    return lastingAnswer(c, status, "json", JSON_TYPE, () => JSON.stringify(jobWithoutResult(job)));
  }
  const stored = await storedAnswer(jobs, user, job);
  if (stored === undefined) return problem(c, noJob(kind).error);
  return lastingAnswer(c, stored.resultHash, "json", JSON_TYPE, stored.body);
}

async function cancelOrRemove(c: Ctx, parts: Parts, kind: JobKind): Promise<Response> {
  const { jobs, user, runner } = parts;
  const query = new Query(c.req.url);
  const remove = query.flag("remove") ?? false;
  const refused = query.refusal();
  if (refused !== null) return problem(c, refused);
  const found = await findJob(c, parts, kind);
  if (!found.ok) return problem(c, found.error);
  const { id } = found.value;

  const cancelled = await jobs.cancel(user, id);
  if (cancelled === "missing") return problem(c, noJob(kind).error);
  if (cancelled === "cancelled") {
    runner.cancelled({ user, id });
    return jsonAnswer({ ...idOf(found.value), status: "cancelled" }, 202);
  }
  if (!remove) {
    const { word } = RESOURCES[kind];
    const detail = `the ${word} is final and cannot be cancelled; add ?remove=true to delete it with its result`;
    return problem(c, appError("conflict", detail));
  }
  const removed = await jobs.remove(user, id);
  return removed === "removed" ? new Response(null, { status: 204 }) : problem(c, noJob(kind).error);
}
