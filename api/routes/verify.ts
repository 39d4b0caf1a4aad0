import { Hono } from "hono";
import { jsonAnswer } from "../http/answer.ts";
import type { Ctx, Env } from "../http/env.ts";
import { problem } from "../http/problem.ts";
import { refusedQuery } from "../http/query.ts";
import type { Parts } from "../parts.ts";
import { rerun } from "../rerun.ts";
import { findResult } from "./find-job.ts";
import { overload } from "./overload.ts";

/** `POST /api/v1/jobs/{id}/verify`: the job once more on its stored bars, the hash of its result compared. */
export function verifyRoutes(parts: Parts): Hono<Env> {
  return new Hono<Env>().post("/api/v1/jobs/:id/verify", (c) => verify(c, parts));
}

async function verify(c: Ctx, parts: Parts): Promise<Response> {
  const refused = refusedQuery(c.req.url) ?? overload(parts);
  if (refused !== null) return problem(c, refused);
  const found = await findResult(c, parts);
  if (!found.ok) return problem(c, found.error);
  const { job, result } = found.value;
  const compared = await rerun(job, result.resultHash, {
    nowMs: parts.nowMs,
    run: (task) => parts.runner.pool.run(task),
  });
  return compared.ok ? jsonAnswer(compared.value) : problem(c, compared.error);
}
