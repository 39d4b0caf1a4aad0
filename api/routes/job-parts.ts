import { Hono } from "hono";
import { fail } from "../../core/errors.ts";
import type { Curve, Job } from "../../core/jobs/job.ts";
import { TRADE_COLUMNS } from "../../core/run/answer.ts";
import { drawdownsFrom, keptBars, pointPieces } from "../../core/run/curve-text.ts";
import { DAY_MS, formatDay, formatInstant, parseIsoTime } from "../../core/time.ts";
import { type Body, CSV_TYPE, JSON_TYPE, lastingAnswer, textAnswer } from "../http/answer.ts";
import { csvLine, csvTable } from "../http/csv.ts";
import { cursorAfter, readCursor } from "../http/cursor.ts";
import type { Ctx, Env } from "../http/env.ts";
import { nextLink } from "../http/list.ts";
import { prefersCsv } from "../http/media-type.ts";
import { chunksOf } from "../http/pieces.ts";
import { problem } from "../http/problem.ts";
import { Query } from "../http/query.ts";
import type { Parts } from "../parts.ts";
import { idOf } from "../resource.ts";
import { findResult, findWalkForward } from "./find-job.ts";

const MOST_POINTS = 10_000_000;
const MOST_TRADES = 1000;
const LINES_A_PIECE = 2000;
const TRADES = "trades";

/** `GET` of `/equity` of a job and of a walk-forward, and of `/trades` of a job */
export function jobPartRoutes(parts: Parts): Hono<Env> {
  return new Hono<Env>()
    .get("/api/v1/jobs/:id/equity", (c) => equity(c, parts, findResult))
    .get("/api/v1/jobs/:id/trades", (c) => trades(c, parts))
    .get("/api/v1/walk-forwards/:id/equity", (c) => equity(c, parts, findWalkForward));
}

async function equity(c: Ctx, parts: Parts, find: typeof findResult | typeof findWalkForward): Promise<Response> {
  const query = new Query(c.req.url);
  const time = "a day such as 2020-01-31 or an instant such as 2020-01-31T14:30:00Z";
  const from = query.value("from", time, (text) => parseIsoTime(text)?.timeMs) ?? -Infinity;
  const to = query.value("to", time, lastOf) ?? Infinity;
  const points = query.whole("points", 2, MOST_POINTS);
  const refused = query.refusal() ?? backwards(from, to);
  if (refused !== null) return problem(c, refused);
  const found = await find(c, parts);
  if (!found.ok) return problem(c, found.error);
  const { job, result } = found.value;

  const csv = prefersCsv(c.req.header("accept") ?? null);
  const form = ["equity", from, to, points ?? "full", csv ? "csv" : "json"].join("_");
  return lastingAnswer(c, result.resultHash, form, csv ? CSV_TYPE : JSON_TYPE, async () => {
    const curve = await parts.jobs.curve(parts.user, job.id);
    if (curve === undefined) throw new Error(`the curve of job ${job.id} is not in the store`);
    const part = partBetween(curve, from, to);
    const bars = points === null ? null : keptBars(part.equity, points);
    return csv ? equityLines(part, bars) : equityJson(job, part, bars);
  });
}

/** A day means the whole of it. */
function lastOf(text: string): number | undefined {
  const time = parseIsoTime(text);
  return time === null ? undefined : time.timeMs + (time.dateOnly ? DAY_MS - 1 : 0);
}

function backwards(from: number, to: number) {
  if (from <= to) return null;
  const message = "to must not be before from";
  return fail("invalid_request", message, [{ path: "to", message }]).error;
}

/** The bars from one time to another, both included, without a copy: the peak before them takes the place of the starting capital, so that drawdowns stay those of the whole. */
function partBetween({ initialCash, daily, timeMs, equity }: Curve, from: number, to: number): Curve {
  const first = timeMs.findIndex((t) => t >= from);
  const start = first === -1 ? timeMs.length : first;
  const end = Math.max(start, timeMs.findLastIndex((t) => t <= to) + 1);
  let peak = initialCash;
  for (let i = 0; i < start; i++) if (equity[i]! > peak) peak = equity[i]!;
  return { initialCash: peak, daily, timeMs: timeMs.subarray(start, end), equity: equity.subarray(start, end) };
}

function* equityJson(job: Job, curve: Curve, bars: readonly number[] | null): Generator<string> {
  yield `${JSON.stringify({ ...idOf(job), sampled: bars !== null }).slice(0, -1)},"items":`;
  yield* pointPieces(curve, bars);
  yield ',"next_cursor":null}';
}

function* equityLines(curve: Curve, bars: readonly number[] | null): Generator<string> {
  const falls = drawdownsFrom(curve.initialCash, curve.equity);
  const time = curve.daily ? formatDay : formatInstant;
  const line = (bar: number) => csvLine([time(curve.timeMs[bar]!), curve.equity[bar]!, falls[bar]!]);
  yield csvLine(["time", "equity", "drawdown"]);
  for (const [from, to] of chunksOf(bars?.length ?? curve.equity.length, LINES_A_PIECE)) {
    let text = "";
    for (let i = from; i < to; i++) text += line(bars === null ? i : bars[i]!);
    yield text;
  }
}

async function trades(c: Ctx, parts: Parts): Promise<Response> {
  const query = new Query(c.req.url);
  const limit = query.whole("limit", 1, MOST_TRADES);
  const given = query.value("cursor", "a next_cursor", (text) => text);
  const refused = query.refusal();
  if (refused !== null) return problem(c, refused);
  const cursor = readCursor(TRADES, given, (text) => /^\d{1,9}$/.test(text));
  if (!cursor.ok) return problem(c, cursor.error);
  const found = await findResult(c, parts);
  if (!found.ok) return problem(c, found.error);
  const { result } = found.value;

  const csv = prefersCsv(c.req.header("accept") ?? null);
  const start = Number(cursor.value ?? 0);
  if (!csv && limit === null && start === 0) {
    const form = `${TRADES}-json`;
    return lastingAnswer(c, result.resultHash, form, JSON_TYPE, () => `{"items":${result.trades},"next_cursor":null}`);
  }
  const all: readonly object[] = JSON.parse(result.trades);
  const end = limit === null ? all.length : start + limit;
  const page = all.slice(start, end);
  const next = end < all.length ? cursorAfter(TRADES, String(end)) : null;
  const body: Body = csv ? csvTable(TRADE_COLUMNS, page) : JSON.stringify({ items: page, next_cursor: next });
  const link = csv ? nextLink(c, next) : {};
  return textAnswer(body, csv ? CSV_TYPE : JSON_TYPE, 200, { vary: "Accept", ...link });
}
