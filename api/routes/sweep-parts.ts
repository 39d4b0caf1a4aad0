import { Hono } from "hono";
import { type AppError, fail } from "../../core/errors.ts";
import type { Job } from "../../core/jobs/job.ts";
import { refuse } from "../../core/requests/findings.ts";
import { ok, type Result } from "../../core/result.ts";
import { shown } from "../../core/shown.ts";
import type { Grid } from "../../core/sweep/grid.ts";
import { heatmap } from "../../core/sweep/heatmap.ts";
import { selectTrials, sortNames, TRIAL_FILTERS, type TrialQuery, trialSort } from "../../core/sweep/select.ts";
import { TRIAL_COLUMNS, type TrialTable } from "../../core/sweep/table.ts";
import { trialRow } from "../../core/sweep/trial-row.ts";
import { type Body, CSV_TYPE, JSON_TYPE, lastingAnswer, textAnswer } from "../http/answer.ts";
import { csvLine } from "../http/csv.ts";
import { cursorAfter, readCursor } from "../http/cursor.ts";
import type { Ctx, Env } from "../http/env.ts";
import { nextLink, STANDARD_LIMIT } from "../http/list.ts";
import { prefersCsv } from "../http/media-type.ts";
import { chunksOf } from "../http/pieces.ts";
import { problem } from "../http/problem.ts";
import { Query } from "../http/query.ts";
import { KeptTrials } from "../kept-trials.ts";
import type { Parts } from "../parts.ts";
import { findSweep } from "./find-job.ts";

const MOST_TRIALS = 1000;
const LINES_A_PIECE = 1000;
/** Some 100 MB. */
const KEPT_TRIALS = 1_000_000;
const LIST = "trials";

/** `GET /api/v1/sweeps/{id}/trials` and `/heatmap` */
export function sweepPartRoutes(parts: Parts): Hono<Env> {
  const kept = new KeptTrials(KEPT_TRIALS);
  return new Hono<Env>()
    .get("/api/v1/sweeps/:id/trials", (c) => trials(c, parts, kept))
    .get("/api/v1/sweeps/:id/heatmap", (c) => heatmapOf(c, parts, kept));
}

async function trials(c: Ctx, parts: Parts, kept: KeptTrials): Promise<Response> {
  const query = new Query(c.req.url);
  const sortText = query.value("sort", "", (text) => text);
  const filters = TRIAL_FILTERS.flatMap(({ name, column, bound }) => {
    const value = query.number(name);
    return value === null ? [] : [{ column, bound, value }];
  });
  const given = query.value("cursor", "a next_cursor", (text) => text);
  const limit = query.whole("limit", 1, MOST_TRIALS);
  const refused = query.refusal();
  if (refused !== null) return problem(c, refused);
  const cursor = readCursor(LIST, given, (text) => /^\d{1,9}$/.test(text));
  if (!cursor.ok) return problem(c, cursor.error);
  const found = await findSweep(c, parts);
  if (!found.ok) return problem(c, found.error);
  const { id } = found.value.job;
  const table = await kept.table(id, () => tableOf(parts, found.value.job));
  const sort = sortOf(sortText, table.grid);
  if (!sort.ok) return problem(c, sort.error);

  const wanted = { sort: sort.value, filters };
  const all = kept.ordered(id, JSON.stringify(wanted), () => selectTrials(table, wanted, 0, table.grid.trials).trials);
  const csv = prefersCsv(c.req.header("accept") ?? null);
  const start = Number(cursor.value ?? 0);
  const end = start + (limit ?? (csv ? all.length : STANDARD_LIMIT));
  const page = all.subarray(start, end);
  const next = end < all.length ? cursorAfter(LIST, String(end)) : null;
  const headers = { vary: "Accept", ...(csv ? nextLink(c, next) : {}) };
  return textAnswer(csv ? csvOf(table, page) : jsonOf(table, page, next), csv ? CSV_TYPE : JSON_TYPE, 200, headers);
}

function sortOf(text: string | null, grid: Grid): Result<TrialQuery["sort"], AppError> {
  if (text === null) return ok(null);
  const sort = trialSort(text, grid);
  if (sort !== undefined) return ok(sort);
  const message = `sort must be one of ${sortNames(grid).join(", ")}, or one of them after a -: got ${shown(text)}`;
  return refuse([{ path: "sort", message }]);
}

/** @throws when the store has lost them */
async function tableOf({ jobs, user }: Parts, { id }: Job): Promise<TrialTable> {
  const table = await jobs.trials(user, id);
  if (table === undefined) throw new Error(`the trials of sweep ${id} are not in the store`);
  return table;
}

function jsonOf(table: TrialTable, page: Int32Array, next: string | null): Body {
  return JSON.stringify({ items: Array.from(page, (trial) => trialRow(table, trial)), next_cursor: next });
}

function* csvOf(table: TrialTable, page: Int32Array): Generator<string> {
  const names = table.grid.axes.map(({ name }) => name);
  yield csvLine([...names.map((name) => `params.${name}`), ...TRIAL_COLUMNS]);
  for (const [from, to] of chunksOf(page.length, LINES_A_PIECE)) {
    let text = "";
    for (let k = from; k < to; k++) {
      const row = trialRow(table, page[k]!);
      text += csvLine([...names.map((name) => row.params[name] ?? null), ...TRIAL_COLUMNS.map((name) => row[name])]);
    }
    yield text;
  }
}

async function heatmapOf(c: Ctx, parts: Parts, kept: KeptTrials): Promise<Response> {
  const query = new Query(c.req.url);
  const given = (name: string) => query.value(name, "", (text) => text);
  const [x, y, metric] = [given("x"), given("y"), given("metric")];
  const refused = query.refusal();
  if (refused !== null) return problem(c, refused);
  const found = await findSweep(c, parts);
  if (!found.ok) return problem(c, found.error);
  const { job, result: sweep } = found.value;
  const table = await kept.table(job.id, () => tableOf(parts, job));
  const axes = axesOf(table.grid, x, y);
  if (!axes.ok) return problem(c, axes.error);
  const map = heatmap(table, axes.value.x, axes.value.y, metric ?? sweep.objective);
  if (!map.ok) return problem(c, map.error);
  const form = ["heatmap", map.value.x.name, map.value.y.name, map.value.metric].join("_");
  return lastingAnswer(c, sweep.resultHash, form, JSON_TYPE, () => JSON.stringify(map.value));
}

/** Those asked for; where one is not, the first that is not the other, of those that vary if there are any. */
function axesOf(
  { axes }: Grid,
  x: string | null,
  y: string | null,
): Result<{ readonly x: string; readonly y: string }, AppError> {
  const names = axes.toSorted((a, b) => Number(b.values.length > 1) - Number(a.values.length > 1)).map(({ name }) => name);
  const across = x ?? names.find((name) => name !== y);
  const down = y ?? names.find((name) => name !== across);
  if (across !== undefined && down !== undefined) return ok({ x: across, y: down });
  const has = names.length === 0 ? "none" : names.join(", ");
  return fail("invalid_request", `a heatmap needs two parameters, and this sweep has ${has}`);
}
