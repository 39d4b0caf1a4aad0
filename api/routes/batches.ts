import { Hono } from "hono";
import { appError } from "../../core/errors.ts";
import { openIn } from "../../core/jobs/batch.ts";
import type { StoredBatch } from "../../core/jobs/store.ts";
import { batchAnswer, batchItem, batchItemFields, LISTED_BATCH_FIELDS, listedBatch } from "../batch-answer.ts";
import { CSV_TYPE, jsonAnswer, textAnswer } from "../http/answer.ts";
import { csvTable } from "../http/csv.ts";
import { cursorAfter, readCursor } from "../http/cursor.ts";
import type { Ctx, Env } from "../http/env.ts";
import { listAnswer, STANDARD_LIMIT } from "../http/list.ts";
import { prefersCsv } from "../http/media-type.ts";
import { problem } from "../http/problem.ts";
import { Query, refusedQuery } from "../http/query.ts";
import { isBatchId } from "../ids.ts";
import type { Parts } from "../parts.ts";
import { BATCHES_PATH } from "../resource.ts";

const MOST_BATCHES = 200;
const LIST = "batches";

/** `GET /api/v1/batches`, `GET` and `DELETE` of `/api/v1/batches/{id}` */
export function batchRoutes(parts: Parts): Hono<Env> {
  return new Hono<Env>()
    .get(BATCHES_PATH, (c) => list(c, parts))
    .get(`${BATCHES_PATH}/:id`, (c) => show(c, parts))
    .delete(`${BATCHES_PATH}/:id`, (c) => cancelOrRemove(c, parts));
}

async function list(c: Ctx, { jobs, user }: Parts): Promise<Response> {
  const query = new Query(c.req.url);
  const limit = query.whole("limit", 1, MOST_BATCHES) ?? STANDARD_LIMIT;
  const given = query.value("cursor", "a next_cursor", (text) => text);
  const refused = query.refusal();
  if (refused !== null) return problem(c, refused);
  const cursor = readCursor(LIST, given, isBatchId);
  if (!cursor.ok) return problem(c, cursor.error);
  const after = cursor.value !== null && isBatchId(cursor.value) ? cursor.value : null;
  const found = await jobs.listBatches(user, limit + 1, after);
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return listAnswer(c, LISTED_BATCH_FIELDS, page.map(listedBatch), last === undefined ? null : cursorAfter(LIST, last.id));
}

async function show(c: Ctx, parts: Parts): Promise<Response> {
  const refused = refusedQuery(c.req.url);
  if (refused !== null) return problem(c, refused);
  const batch = await findBatch(c, parts);
  if (batch === undefined) return noBatch(c);
  const headers = { vary: "Accept" };
  if (!prefersCsv(c.req.header("accept") ?? null)) return jsonAnswer(batchAnswer(batch), 200, headers);
  const { kind, items } = batch;
  const table = csvTable(
    batchItemFields(kind),
    items.map((item) => batchItem(kind, item)),
  );
  return textAnswer(table, CSV_TYPE, 200, headers);
}

async function cancelOrRemove(c: Ctx, parts: Parts): Promise<Response> {
  const query = new Query(c.req.url);
  const remove = query.flag("remove") ?? false;
  const refused = query.refusal();
  if (refused !== null) return problem(c, refused);
  const batch = await findBatch(c, parts);
  if (batch === undefined) return noBatch(c);

  const cancelled = await cancelJobs(parts, batch);
  if (cancelled > 0) {
    const { status } = batchAnswer((await findBatch(c, parts)) ?? batch);
    return jsonAnswer({ batch_id: batch.id, status, cancelled }, 202);
  }
  if (!remove) {
    const detail = "the batch is final and cannot be cancelled; add ?remove=true to delete it with its jobs";
    return problem(c, appError("conflict", detail));
  }
  return (await removeJobs(parts, batch)) > 0 ? new Response(null, { status: 204 }) : noBatch(c);
}

/** Cancels the jobs that are not final; how many there were. */
async function cancelJobs({ jobs, runner, user }: Parts, { items }: StoredBatch): Promise<number> {
  const outcomes = await Promise.all(
    openIn(items).map(async ({ id }) => {
      const outcome = await jobs.cancel(user, id);
      if (outcome === "cancelled") runner.cancelled({ user, id });
      return outcome;
    }),
  );
  return outcomes.filter((outcome) => outcome === "cancelled").length;
}

/** Removes the jobs, and with the last of them the batch; how many there were. */
async function removeJobs({ jobs, user }: Parts, { items }: StoredBatch): Promise<number> {
  const outcomes = await Promise.all(items.map(({ id }) => jobs.remove(user, id)));
  return outcomes.filter((outcome) => outcome === "removed").length;
}

async function findBatch(c: Ctx, { jobs, user }: Parts): Promise<StoredBatch | undefined> {
  const id = c.req.param("id") ?? "";
  return isBatchId(id) ? await jobs.batch(user, id) : undefined;
}

/** The same for ids that are none, were never given out, are of something else or belong to somebody else. */
function noBatch(c: Ctx): Response {
  return problem(c, appError("not_found", "there is no such batch"));
}
