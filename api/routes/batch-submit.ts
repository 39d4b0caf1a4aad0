import { Hono } from "hono";
import { type AppError, appError, fail } from "../../core/errors.ts";
import { openIn } from "../../core/jobs/batch.ts";
import type { BatchId, JobId, NewBatch, NewJob } from "../../core/jobs/job.ts";
import type { Acceptance, IdempotencyKey, StoredBatch } from "../../core/jobs/store.ts";
import { type BatchRequest, parseBatch, requestOn } from "../../core/requests/batch.ts";
import { ok, type Result } from "../../core/result.ts";
import { batchAnswer } from "../batch-answer.ts";
import { resolveBatchBars } from "../batch-bars.ts";
import { jsonAnswer } from "../http/answer.ts";
import type { Ctx, Env } from "../http/env.ts";
import { parsePrefer } from "../http/prefer.ts";
import { problem } from "../http/problem.ts";
import { batchIdOf } from "../ids.ts";
import { countJob } from "../metrics.ts";
import type { Parts } from "../parts.ts";
import { BATCHES_PATH } from "../resource.ts";
import { LOOK_UPS } from "./job-submit.ts";
import { overload } from "./overload.ts";
import { keyOfRemoved, mismatch, readSubmitted } from "./submitted.ts";

/** A batch takes long: nobody waits for one unasked. */
const STANDARD_WAIT_MS = 0;

/** `POST /api/v1/batches` */
export function batchSubmitRoutes(parts: Parts): Hono<Env> {
  return new Hono<Env>().post(BATCHES_PATH, (c) => submit(c, parts));
}

async function submit(c: Ctx, parts: Parts): Promise<Response> {
  const { metrics, runner, user } = parts;
  const submitted = await readSubmitted(c, parts, "batch");
  if (!submitted.ok) return problem(c, submitted.error);
  const { body, key, known } = submitted.value;
  if (known !== undefined) return replayed(c, parts, known);
  const asked = parseBatch(body, { faults: parts.faults });
  if (!asked.ok) return problem(c, asked.error);
  const refused = tooMany(parts, asked.value.symbols.length);
  if (refused !== null) return problem(c, refused);

  const accepted = await accept(parts, asked.value, key);
  if (!accepted.ok) return problem(c, accepted.error);
  const { acceptance, batch, jobs } = accepted.value;
  if (acceptance.kind === "mismatch") return problem(c, mismatch().error);
  if (acceptance.kind === "replayed") return replayed(c, parts, acceptance.id);

  for (const { id, kind } of jobs) {
    countJob(metrics, { status: "queued" });
    runner.ring({ user, id, kind }, false);
  }
  const { waitMs, applied } = parsePrefer(c.req.header("prefer") ?? null, STANDARD_WAIT_MS);
  const now = await afterWait(parts, batch.id, waitMs);
  return answered(c, now, applied === null ? {} : { "preference-applied": applied });
}

function tooMany(parts: Parts, jobs: number): AppError | null {
  const { maxQueued } = parts.limits;
  if (jobs <= maxQueued) return overload(parts, jobs);
  return appError("too_costly", `a batch of ${jobs} jobs is more than may wait here, which are ${maxQueued}; take fewer symbols`);
}

interface Accepted {
  readonly acceptance: Acceptance;
  readonly batch: NewBatch;
  readonly jobs: readonly NewJob[];
}

async function accept(parts: Parts, asked: BatchRequest, key: IdempotencyKey | null): Promise<Result<Accepted, AppError>> {
  const { datasets, newJobId, nowMs, user } = parts;
  const { kind, strategy, symbols } = asked;
  const batch: NewBatch = { id: batchIdOf(newJobId()), createdAtMs: nowMs(), kind };
  const named = symbols.map((symbol) => ({ id: newJobId(), kind, createdAtMs: batch.createdAtMs, symbol, strategy }));
  for (let lookUp = 0; lookUp < LOOK_UPS; lookUp++) {
    const bars = await resolveBatchBars(datasets, user, asked);
    if (!bars.ok) return bars;
    const jobs = bars.value.map((found, i) => ({ ...named[i]!, request: requestOn(symbols[i]!, asked), bars: found }));
    const acceptance = await parts.jobs.acceptBatch(user, batch, jobs, key, []);
    if (acceptance.kind !== "bars_gone") return ok({ acceptance, batch, jobs });
  }
  return fail("conflict", "a dataset of the batch is being replaced; send the request again");
}

/** The batch when all of its jobs are final, or as it is after so long; undefined when it was removed. */
async function afterWait({ jobs, runner, user }: Parts, id: BatchId, waitMs: number): Promise<StoredBatch | undefined> {
  const until = performance.now() + waitMs;
  for (;;) {
    const batch = await jobs.batch(user, id);
    // The last of those that are open is the likeliest to end last.
    const open = openIn(batch?.items ?? []).at(-1);
    const leftMs = until - performance.now();
    if (open === undefined || leftMs <= 0) return batch;
    const finished = await runner.wait({ user, id: open.id }, leftMs);
    if (finished === undefined) return jobs.batch(user, id);
  }
}

/** The batch that a key stands for, as it is now. */
async function replayed(c: Ctx, { jobs, user }: Parts, first: JobId): Promise<Response> {
  const id = await jobs.batchOf(user, first);
  const batch = id && (await jobs.batch(user, id));
  if (batch === undefined) return problem(c, keyOfRemoved());
  return answered(c, batch, { "idempotency-replayed": "true" });
}

function answered(c: Ctx, batch: StoredBatch | undefined, headers: Readonly<Record<string, string>>): Response {
  if (batch === undefined) return problem(c, appError("not_found", "the batch was removed meanwhile"));
  const status = openIn(batch.items).length === 0 ? 200 : 202;
  return jsonAnswer(batchAnswer(batch), status, { location: `${BATCHES_PATH}/${batch.id}`, ...headers });
}
