import { Hono } from "hono";
import { type AppError, appError, fail } from "../../core/errors.ts";
import { WHOLE_RANGE } from "../../core/gate/range.ts";
import type { Dataset } from "../../core/jobs/store.ts";
import { isSymbol } from "../../core/requests/backtest.ts";
import { ok, type Result } from "../../core/result.ts";
import { shown } from "../../core/shown.ts";
import { noDataset } from "../../data/dataset.ts";
import { jsonAnswer } from "../http/answer.ts";
import { isFromBrowser } from "../http/body.ts";
import { cursorAfter, readCursor } from "../http/cursor.ts";
import type { Ctx, Env } from "../http/env.ts";
import { listAnswer, STANDARD_LIMIT } from "../http/list.ts";
import { isUtf8, parseMediaType, prefersCsv } from "../http/media-type.ts";
import { problem } from "../http/problem.ts";
import { Query, refusedQuery } from "../http/query.ts";
import { withUpload } from "../http/upload.ts";
import type { Parts } from "../parts.ts";
import { datasetOf, shownDataset } from "../shown-dataset.ts";
import { barsCsv, gatedBars } from "./bars.ts";
import { overload } from "./overload.ts";

const MOST_DATASETS = 1000;
const LIST = "datasets";
const CSV = "text/csv";
const PARQUET = "application/vnd.apache.parquet";
/** What `curl -T` and other tools send that do not know: the file is told by its first bytes. */
const UNKNOWN = "application/octet-stream";
const FIELDS = ["symbol", "interval", "adjusted", "rows", "from", "to", "hash", "warnings", "created_at"] as const;

/** `PUT`, `GET` and `DELETE /api/v1/datasets/{symbol}`, `GET /api/v1/datasets` */
export function datasetRoutes(parts: Parts): Hono<Env> {
  return new Hono<Env>()
    .get("/api/v1/datasets", (c) => list(c, parts))
    .put("/api/v1/datasets/:symbol", (c) => put(c, parts))
    .get("/api/v1/datasets/:symbol", (c) => show(c, parts))
    .delete("/api/v1/datasets/:symbol", (c) => remove(c, parts));
}

async function put(c: Ctx, parts: Parts): Promise<Response> {
  const query = new Query(c.req.url);
  const adjusted = query.flag("adjusted") ?? true;
  const refused = query.refusal() ?? overload(parts) ?? refusedType(c.req.raw.headers);
  if (refused !== null) return problem(c, refused);
  const symbol = c.req.param("symbol")?.toUpperCase() ?? "";
  if (!isSymbol(symbol)) {
    const message = `symbol must look like AAPL, BRK-B, ^GSPC or EURUSD=X: got ${shown(c.req.param("symbol"))}`;
    return problem(c, appError("invalid_request", message, [{ path: "symbol", message }]));
  }
  const { uploadFolder, limits, runner, datasets, user, nowMs } = parts;
  const asked = { symbol, adjusted, nowMs: nowMs() };
  const imported = await withUpload(c.req.raw, limits.maxDatasetBytes, uploadFolder, (path) =>
    runner.pool.run({ kind: "import", path, ...asked }),
  );
  if (!imported.ok) return problem(c, imported.error);
  const { bytes, barsHash } = imported.value;
  const dataset = datasetOf(imported.value, asked);
  const isNew = await datasets.put(user, dataset, { hash: barsHash, bytes });
  return isNew
    ? jsonAnswer(shownDataset(dataset), 201, { location: `/api/v1/datasets/${encodeURIComponent(symbol)}` })
    : jsonAnswer(shownDataset(dataset));
}

function refusedType(headers: Headers): AppError | null {
  const media = parseMediaType(headers.get("content-type"));
  const known = media === null ? !isFromBrowser(headers) : [CSV, PARQUET, UNKNOWN].includes(media.type);
  if (!known) {
    const got = media === null ? "none" : shown(media.type);
    return appError("unsupported_media_type", `Content-Type must be ${CSV}, ${PARQUET} or ${UNKNOWN}: got ${got}`);
  }
  if (media?.type !== CSV || isUtf8(media)) return null;
  return appError("unsupported_media_type", `CSV is read as utf-8: got charset ${shown(media.charset)}`);
}

async function list(c: Ctx, { datasets, user }: Parts): Promise<Response> {
  const query = new Query(c.req.url);
  const limit = query.whole("limit", 1, MOST_DATASETS) ?? STANDARD_LIMIT;
  const given = query.value("cursor", "a next_cursor", (text) => text);
  const refused = query.refusal();
  if (refused !== null) return problem(c, refused);
  const cursor = readCursor(LIST, given, isSymbol);
  if (!cursor.ok) return problem(c, cursor.error);
  const found = await datasets.list(user, limit + 1, cursor.value);
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return listAnswer(c, FIELDS, page.map(shownDataset), last === undefined ? null : cursorAfter(LIST, last.symbol));
}

async function show(c: Ctx, parts: Parts): Promise<Response> {
  const refused = refusedQuery(c.req.url);
  if (refused !== null) return problem(c, refused);
  const dataset = await findDataset(c, parts);
  if (!dataset.ok) return problem(c, dataset.error);
  const { symbol, adjusted } = dataset.value;
  if (!prefersCsv(c.req.header("accept") ?? null)) return jsonAnswer(shownDataset(dataset.value), 200, { vary: "Accept" });
  const bars = await gatedBars(parts, { symbol, source: "dataset", interval: null, range: WHOLE_RANGE, adjusted });
  return bars.ok ? barsCsv(bars.value) : problem(c, bars.error);
}

async function remove(c: Ctx, parts: Parts): Promise<Response> {
  const refused = refusedQuery(c.req.url);
  if (refused !== null) return problem(c, refused);
  const dataset = await findDataset(c, parts);
  if (!dataset.ok) return problem(c, dataset.error);
  const { symbol } = dataset.value;
  const removed = await parts.datasets.remove(parts.user, symbol);
  return removed ? new Response(null, { status: 204 }) : problem(c, fail("not_found", noDataset(symbol)).error);
}

async function findDataset(c: Ctx, { datasets, user }: Parts): Promise<Result<Dataset, AppError>> {
  const symbol = c.req.param("symbol")?.toUpperCase() ?? "";
  const dataset = isSymbol(symbol) ? await datasets.find(user, symbol) : undefined;
  if (dataset !== undefined) return ok(dataset);
  return fail("not_found", isSymbol(symbol) ? noDataset(symbol) : "there is no such dataset");
}
