import { Hono } from "hono";
import { BAR_COLUMNS, type Bars, INTERVALS, type Interval } from "../../core/bars.ts";
import { type AppError, fail } from "../../core/errors.ts";
import { type GatedBars, gate } from "../../core/gate/gate.ts";
import { type BarRange, parseRange } from "../../core/gate/range.ts";
import type { BarOrigin, BarProvider } from "../../core/ports.ts";
import { isSymbol } from "../../core/requests/backtest.ts";
import { ok, type Result } from "../../core/result.ts";
import { hashBars } from "../../core/run/canonical.ts";
import { formatTime, parseIsoTime } from "../../core/time.ts";
import { datasetProvider } from "../../data/dataset.ts";
import { sampleProvider } from "../../data/sample.ts";
import { CSV_TYPE, JSON_TYPE, textAnswer } from "../http/answer.ts";
import { csvLine } from "../http/csv.ts";
import type { Ctx, Env } from "../http/env.ts";
import { prefersCsv } from "../http/media-type.ts";
import { chunksOf } from "../http/pieces.ts";
import { problem } from "../http/problem.ts";
import { Query } from "../http/query.ts";
import type { Parts } from "../parts.ts";

const SOURCES = ["yahoo", "dataset", "sample"] as const;
const ROWS_A_PIECE = 2000;
const COLUMNS = ["time", "open", "high", "low", "close", "volume"] as const;

/** Bars as a job on them would see them, and where they came from. */
export interface ShownBars extends GatedBars {
  readonly origin: BarOrigin;
}

interface BarQuestion {
  readonly symbol: string;
  readonly source: (typeof SOURCES)[number];
  readonly interval: Interval | null;
  readonly range: BarRange;
  readonly adjusted: boolean;
}

/** `GET /api/v1/bars` */
export function barRoutes(parts: Parts): Hono<Env> {
  return new Hono<Env>().get("/api/v1/bars", (c) => bars(c, parts));
}

async function bars(c: Ctx, parts: Parts): Promise<Response> {
  const query = new Query(c.req.url);
  const time = (name: string) =>
    query.value(name, "a day such as 2020-01-31 or an instant such as 2020-01-31T14:30:00Z", (text) =>
      parseIsoTime(text) === null ? undefined : text,
    );
  const symbol = query.value("symbol", "a symbol such as AAPL, BRK-B, ^GSPC or EURUSD=X", (text) =>
    isSymbol(text.toUpperCase()) ? text.toUpperCase() : undefined,
  );
  const source = query.choice("source", SOURCES) ?? "yahoo";
  const interval = query.choice("interval", INTERVALS) ?? (source === "yahoo" ? "1d" : null);
  const adjusted = query.flag("adjusted") ?? true;
  const range = parseRange(time("start"), time("end"));
  const refused = query.refusal();
  if (refused !== null) return problem(c, refused);
  if (!range.ok) return problem(c, range.error);
  if (symbol === null) return problem(c, noSymbol());
  const found = await gatedBars(parts, { symbol, source, interval, range: range.value, adjusted });
  if (!found.ok) return problem(c, found.error);

  if (prefersCsv(c.req.header("accept") ?? null)) return barsCsv(found.value);
  const { bars: columns, origin, warnings } = found.value;
  const { timeMs } = columns;
  const head = {
    symbol,
    source: origin.source,
    synthetic: origin.synthetic,
    interval: found.value.interval,
    adjusted: origin.adjusted,
    rows: timeMs.length,
    from: formatTime(timeMs[0]!, found.value.interval),
    to: formatTime(timeMs[timeMs.length - 1]!, found.value.interval),
    hash: await hashBars(columns),
    note: origin.note,
    warnings,
  };
  return textAnswer(barsJson(JSON.stringify(head), columns, found.value.interval), JSON_TYPE, 200, { vary: "Accept" });
}

function noSymbol(): AppError {
  const message = "symbol is missing; name one such as AAPL";
  return fail("invalid_request", message, [{ path: "symbol", message }]).error;
}

/**
 * Bars of a source through the gate; bad rows are refused as a job would refuse them, but for jumps that look like splits.
 * Errors: those of the provider and of the gate.
 */
export async function gatedBars(parts: Parts, question: BarQuestion): Promise<Result<ShownBars, AppError>> {
  const { symbol, source, interval, range, adjusted } = question;
  const provided = await providerOf(parts, source).bars({ symbol, interval, range, warmupBars: 0, adjusted });
  if (!provided.ok) return provided;
  const { raw, origin } = provided.value;
  const settings = {
    nowMs: parts.nowMs(),
    dataQuality: "fail",
    adjusted: true,
    splits: [],
    range,
    warmupBars: 0,
    interval,
  } as const;
  const gated = gate(raw, settings);
  return gated.ok ? ok({ ...gated.value, origin }) : gated;
}

function providerOf({ yahoo, datasets, bars: vault, user }: Parts, source: BarQuestion["source"]): BarProvider {
  if (source === "yahoo") return yahoo;
  return source === "sample" ? sampleProvider : datasetProvider(datasets, vault, user);
}

/** Columns of the shape that a job's `bars` take. */
function* barsJson(head: string, columns: Bars, interval: Interval): Generator<string> {
  yield `${head.slice(0, -1)},"bars":{`;
  for (const [k, name] of BAR_COLUMNS.entries()) {
    yield `${k === 0 ? "" : ","}"${COLUMNS[k]!}":[`;
    const values = columns[name];
    const shown =
      name === "timeMs" ? (i: number) => `"${formatTime(values[i]!, interval)}"` : (i: number) => jsonNumber(values[i]!);
    for (const [from, to] of chunksOf(values.length, ROWS_A_PIECE)) {
      let text = "";
      for (let i = from; i < to; i++) text += (i === 0 ? "" : ",") + shown(i);
      yield text;
    }
    yield "]";
  }
  yield "}}";
}

function jsonNumber(value: number): string {
  return Number.isFinite(value) ? String(value) : "null";
}

/** Bars as a CSV file that can be uploaded again; a missing bar has empty prices. */
export function barsCsv({ bars: columns, interval }: ShownBars): Response {
  return textAnswer(csvLines(columns, interval), CSV_TYPE, 200, { vary: "Accept" });
}

function* csvLines({ timeMs, open, high, low, close, volume }: Bars, interval: Interval): Generator<string> {
  yield csvLine(COLUMNS);
  for (const [from, to] of chunksOf(timeMs.length, ROWS_A_PIECE)) {
    let text = "";
    for (let i = from; i < to; i++) {
      text += csvLine([formatTime(timeMs[i]!, interval), open[i]!, high[i]!, low[i]!, close[i]!, volume[i]!]);
    }
    yield text;
  }
}
