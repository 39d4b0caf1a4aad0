import { Hono } from "hono";
import type { AppError } from "../../core/errors.ts";
import { JOB_STATUSES, type JobId, type UserId } from "../../core/jobs/job.ts";
import type { JobFilter } from "../../core/jobs/store.ts";
import { isSymbol } from "../../core/requests/backtest.ts";
import { GIVEN_SIGNALS } from "../../core/requests/strategy-choice.ts";
import { ok, type Result } from "../../core/result.ts";
import { strategies } from "../../core/strategies/registry.ts";
import { cursorAfter, readCursor } from "../http/cursor.ts";
import type { Ctx, Env } from "../http/env.ts";
import { listAnswer, STANDARD_LIMIT } from "../http/list.ts";
import { problem } from "../http/problem.ts";
import { Query } from "../http/query.ts";
import { isJobId } from "../ids.ts";
import {
  LISTED_JOB_FIELDS,
  LISTED_SWEEP_FIELDS,
  LISTED_WALK_FORWARD_FIELDS,
  listedJob,
  listedSweep,
  listedWalkForward,
} from "../job-answer.ts";
import type { Parts } from "../parts.ts";

const MOST_JOBS = 200;

interface Asked {
  readonly filter: JobFilter;
  readonly limit: number;
  readonly after: JobId | null;
}

/** `GET /api/v1/jobs`, `/api/v1/sweeps` and `/api/v1/walk-forwards` */
export function jobListRoutes(parts: Parts): Hono<Env> {
  const { jobs } = parts;
  return new Hono<Env>()
    .get("/api/v1/jobs", (c) => listOf(c, parts, "jobs", jobs.list, LISTED_JOB_FIELDS, listedJob))
    .get("/api/v1/sweeps", (c) => listOf(c, parts, "sweeps", jobs.listSweeps, LISTED_SWEEP_FIELDS, listedSweep))
    .get("/api/v1/walk-forwards", (c) =>
      listOf(c, parts, "walk-forwards", jobs.listWalkForwards, LISTED_WALK_FORWARD_FIELDS, listedWalkForward),
    );
}

async function listOf<T extends { readonly id: JobId }>(
  c: Ctx,
  parts: Parts,
  list: string,
  read: (user: UserId, filter: JobFilter, limit: number, after: JobId | null) => Promise<readonly T[]>,
  fields: readonly string[],
  shown: (one: T) => object,
): Promise<Response> {
  const asked = askedFor(c, parts, list);
  if (!asked.ok) return problem(c, asked.error);
  const { filter, limit, after } = asked.value;
  const found = await read(parts.user, filter, limit + 1, after);
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return listAnswer(c, fields, page.map(shown), last === undefined ? null : cursorAfter(list, last.id));
}

function askedFor(c: Ctx, { faults }: Parts, list: string): Result<Asked, AppError> {
  const query = new Query(c.req.url);
  const names = [...Object.keys(strategies), ...(list === "jobs" ? [GIVEN_SIGNALS] : []), ...faults];
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
  if (refused !== null) return { ok: false, error: refused };
  const cursor = readCursor(list, given, isJobId);
  if (!cursor.ok) return cursor;
  return ok({ filter, limit, after: cursor.value !== null && isJobId(cursor.value) ? cursor.value : null });
}
