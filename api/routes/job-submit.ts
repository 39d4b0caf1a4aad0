import { Hono } from "hono";
import { type AppError, appError, fail } from "../../core/errors.ts";
import { isFinal, type Job, type JobId, type NewJob } from "../../core/jobs/job.ts";
import type { Acceptance, IdempotencyKey } from "../../core/jobs/store.ts";
import { parseJob } from "../../core/requests/job.ts";
import { parseSweep } from "../../core/requests/sweep.ts";
import { parseWalkForward } from "../../core/requests/walk-forward.ts";
import { ok, type Result } from "../../core/result.ts";
import { JSON_TYPE, jsonAnswer, textAnswer } from "../http/answer.ts";
import type { Ctx, Env } from "../http/env.ts";
import { parsePrefer } from "../http/prefer.ts";
import { problem } from "../http/problem.ts";
import { answerText, jobWithoutResult, storedAnswer } from "../job-answer.ts";
import { resolveBars } from "../job-bars.ts";
import { countJob } from "../metrics.ts";
import type { Finished, Parts } from "../parts.ts";
import { idOf, RESOURCES, type Resource } from "../resource.ts";
import { keyOfRemoved, mismatch, readSubmitted } from "./submitted.ts";

/** A dataset may be replaced between finding its bars and accepting the job: then it is looked up again, so often. */
export const LOOK_UPS = 3;

type Asked = Parameters<typeof resolveBars>[2] & { readonly strategy: string; readonly body: object };

/** `POST /api/v1/jobs`, `/api/v1/sweeps` and `/api/v1/walk-forwards` */
export function jobSubmitRoutes(parts: Parts): Hono<Env> {
  const { backtest, sweep, walk_forward: walkForward } = RESOURCES;
  const options = { faults: parts.faults };
  return new Hono<Env>()
    .post(backtest.path, (c) => submit(c, parts, backtest, (body) => parseJob(body, options)))
    .post(sweep.path, (c) => submit(c, parts, sweep, (body) => parseSweep(body, options)))
    .post(walkForward.path, (c) => submit(c, parts, walkForward, (body) => parseWalkForward(body, options)));
}

async function submit(
  c: Ctx,
  parts: Parts,
  { kind }: Resource,
  parse: (body: unknown) => Result<Asked, AppError>,
): Promise<Response> {
  const { user, runner } = parts;
  const submitted = await readSubmitted(c, parts, kind);
  if (!submitted.ok) return problem(c, submitted.error);
  const { body, key, known } = submitted.value;
  if (known !== undefined) return replayed(c, parts, known);
  const asked = parse(body);
  if (!asked.ok) return problem(c, asked.error);

  const id = parts.newJobId();
  const accepted = await accept(parts, { id, kind }, asked.value, key);
  if (!accepted.ok) return problem(c, accepted.error);
  const { acceptance, job } = accepted.value;
  if (acceptance.kind === "mismatch") return problem(c, mismatch().error);
  if (acceptance.kind === "replayed") return replayed(c, parts, acceptance.id);

  c.set("jobId", id);
  countJob(parts.metrics, { status: "queued" });
  const ref = { user, id, kind };
  const { waitMs, applied } = parsePrefer(c.req.header("prefer") ?? null, parts.defaultWaitMs);
  runner.ring(ref, waitMs > 0);
  const finished = waitMs > 0 ? await runner.wait(ref, waitMs) : undefined;
  const headers = { location: locationOf(job), ...(applied === null ? {} : { "preference-applied": applied }) };
  return finished === undefined ? pending(parts, job, waitMs, headers) : outcome(c, parts, job, finished, headers);
}

async function accept(
  { jobs, datasets, user, nowMs }: Parts,
  named: Pick<NewJob, "id" | "kind">,
  asked: Asked,
  key: IdempotencyKey | null,
): Promise<Result<{ readonly acceptance: Acceptance; readonly job: NewJob }, AppError>> {
  for (let lookUp = 0; lookUp < LOOK_UPS; lookUp++) {
    const bars = await resolveBars(datasets, user, asked);
    if (!bars.ok) return bars;
    const { source, hash, stored } = bars.value;
    const job: NewJob = {
      ...named,
      createdAtMs: nowMs(),
      symbol: asked.request.symbol,
      strategy: asked.strategy,
      request: JSON.stringify(asked.body),
      bars: { source, hash },
    };
    const acceptance = await jobs.accept(user, job, key, stored);
    if (acceptance.kind !== "bars_gone") return ok({ acceptance, job });
  }
  return fail("conflict", `the dataset ${asked.request.symbol} is being replaced; send the request again`);
}

/** The job goes on after the wait. */
async function pending(
  { jobs, user }: Parts,
  accepted: NewJob,
  waitMs: number,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  const job = waitMs > 0 ? await jobs.find(user, accepted.id) : undefined;
  const status = job?.state.status ?? "queued";
  return jsonAnswer({ ...idOf(accepted), status: status === "running" ? status : "queued" }, 202, headers);
}

async function outcome(
  c: Ctx,
  parts: Parts,
  accepted: NewJob,
  { state, head, trades, curveText }: Finished,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  const job: Job = { ...accepted, state };
  if (state.status === "failed") return problem(c, state.problem, headers, idOf(job));
  if (state.status !== "completed") return jsonAnswer(jobWithoutResult(job), 200, headers);
  if (head !== null && trades !== null && curveText !== null) {
    return textAnswer(answerText(head, trades, curveText), JSON_TYPE, 200, headers);
  }
  if (head !== null && job.kind === "sweep") return textAnswer(head, JSON_TYPE, 200, headers);
  return completed(c, parts, job, headers);
}

/** The job that a key stands for, as it is now. */
async function replayed(c: Ctx, parts: Parts, id: JobId): Promise<Response> {
  const job = await parts.jobs.find(parts.user, id);
  if (job === undefined) return problem(c, keyOfRemoved());
  c.set("jobId", id);
  const headers = { location: locationOf(job), "idempotency-replayed": "true" };
  if (!isFinal(job.state)) return jsonAnswer({ ...idOf(job), status: job.state.status }, 202, headers);
  return job.state.status === "completed" ? completed(c, parts, job, headers) : jsonAnswer(jobWithoutResult(job), 200, headers);
}

async function completed(c: Ctx, { jobs, user }: Parts, job: Job, headers: Readonly<Record<string, string>>): Promise<Response> {
  const stored = await storedAnswer(jobs, user, job);
  if (stored === undefined) return problem(c, appError("not_found", `the ${RESOURCES[job.kind].word} was removed meanwhile`));
  return textAnswer(await stored.body(), JSON_TYPE, 200, headers);
}

function locationOf({ kind, id }: Pick<NewJob, "kind" | "id">): string {
  return `${RESOURCES[kind].path}/${id}`;
}
