import { Hono } from "hono";
import { appError } from "../../core/errors.ts";
import { isFinal, JOB_STATUSES } from "../../core/jobs/job.ts";
import { isSymbol } from "../../core/requests/backtest.ts";
import { GIVEN_SIGNALS } from "../../core/requests/strategy-choice.ts";
import { strategies } from "../../core/strategies/registry.ts";
import { JSON_TYPE, jsonAnswer, lastingAnswer } from "../http/answer.ts";
import { cursorAfter, readCursor } from "../http/cursor.ts";
import type { Ctx, Env } from "../http/env.ts";
import { listAnswer, STANDARD_LIMIT } from "../http/list.ts";
import { problem } from "../http/problem.ts";
import { Query, refusedQuery } from "../http/query.ts";
import { isJobId } from "../ids.ts";
import { jobWithoutResult, LISTED_JOB_FIELDS, listedJob, storedAnswer } from "../job-answer.ts";
import type { Parts } from "../parts.ts";
import { findJob, noJob } from "./find-job.ts";

const MOST_JOBS = 200;
const LIST = "jobs";

/** `GET /api/v1/jobs`, `GET` and `DELETE /api/v1/jobs/{id}` */
export function jobRoutes(parts: Parts): Hono<Env> {
  return new Hono<Env>()
    .get("/api/v1/jobs", (c) => list(c, parts))
    .get("/api/v1/jobs/:id", (c) => show(c, parts))
    .delete("/api/v1/jobs/:id", (c) => cancelOrRemove(c, parts));
}

async function list(c: Ctx, { jobs, user, faults }: Parts): Promise<Response> {
  const query = new Query(c.req.url);
  const names = [...Object.keys(strategies), GIVEN_SIGNALS, ...faults];
  const filter = {
    status: query.choice("status", JOB_STATUSES),
    symbol: query.value("symbol", "a symbol such as AAPL", (text) =>
      isSymbol(text.toUpperCase()) ? text.toUpperCase() : undefined,
    ),
    strategy: query.choice("strategy", names),
  };
  const limit = query.whole("limit", 1, MOST_JOBS) ?? STANDARD_LIMIT;
  const given = query.value("cursor", "a next_cursor", (text) => text);
  const refused = query.refusal();
  if (refused !== null) return problem(c, refused);
  const cursor = readCursor(LIST, given, isJobId);
  if (!cursor.ok) return problem(c, cursor.error);
  const after = cursor.value !== null && isJobId(cursor.value) ? cursor.value : null;

  const found = await jobs.list(user, filter, limit + 1, after);
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return listAnswer(c, LISTED_JOB_FIELDS, page.map(listedJob), last === undefined ? null : cursorAfter(LIST, last.id));
}

async function show(c: Ctx, parts: Parts): Promise<Response> {
  const { jobs, user } = parts;
  const refused = refusedQuery(c.req.url);
  if (refused !== null) return problem(c, refused);
  const found = await findJob(c, parts);
  if (!found.ok) return problem(c, found.error);
  const job = found.value;
  if (!isFinal(job.state)) return jsonAnswer(jobWithoutResult(job));
  if (job.state.status !== "completed") {
    return lastingAnswer(c, job.state.status, "json", JSON_TYPE, () => JSON.stringify(jobWithoutResult(job)));
  }
  const result = await jobs.result(user, job.id);
  if (result === undefined) return problem(c, noJob().error);
  return lastingAnswer(c, result.resultHash, "json", JSON_TYPE, () => storedAnswer(jobs, user, job, result));
}

async function cancelOrRemove(c: Ctx, parts: Parts): Promise<Response> {
  const { jobs, user, runner } = parts;
  const query = new Query(c.req.url);
  const remove = query.flag("remove") ?? false;
  const refused = query.refusal();
  if (refused !== null) return problem(c, refused);
  const found = await findJob(c, parts);
  if (!found.ok) return problem(c, found.error);
  const { id } = found.value;

  const cancelled = await jobs.cancel(user, id);
  if (cancelled === "missing") return problem(c, noJob().error);
  if (cancelled === "cancelled") {
    runner.cancelled({ user, id });
    return jsonAnswer({ job_id: id, status: "cancelled" }, 202);
  }
  if (!remove) {
    return problem(
      c,
      appError("conflict", "the job is final and cannot be cancelled; add ?remove=true to delete it with its result"),
    );
  }
  const removed = await jobs.remove(user, id);
  return removed === "removed" ? new Response(null, { status: 204 }) : problem(c, noJob().error);
}
