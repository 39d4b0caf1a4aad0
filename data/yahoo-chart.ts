import type { ChartResultObject } from "yahoo-finance2/modules/chart";
import type { Interval } from "../core/bars.ts";
import { type AppError, fail } from "../core/errors.ts";
import type { BarWarning, OddCell, RawBars } from "../core/gate/raw-bars.ts";
import type { BarQuery } from "../core/ports.ts";
import { ok, type Result } from "../core/result.ts";
import { DAY_MS, formatTime, isDailyOrLonger, MINUTE_MS } from "../core/time.ts";
import { WHAT_ELSE } from "./yahoo-fetch.ts";
import { LENGTH_MS, type Period } from "./yahoo-range.ts";
import { openRows } from "./yahoo-sessions.ts";
import { localDays } from "./yahoo-zone.ts";

/** Code of the note about an answer that holds fewer bars than it should; such an answer is not worth keeping. */
export const SHORT_ANSWER = "short_answer";

/** Codes of notes about the last bar of all that there is; they mean nothing to a range that ends before it. */
export const NOTES_ON_THE_END: readonly string[] = ["forming_bar", "no_recent_trade"];

/** The longest stretch without sessions (public holidays in East Asia), and room to spare. */
const LONGEST_BREAK_MS = 12 * DAY_MS;
const PRICES = ["open", "high", "low", "close"] as const;

/** What was asked, and when. */
export interface Asked {
  readonly query: BarQuery;
  readonly interval: Interval;
  readonly period: Period;
  readonly nowMs: number;
}

/**
 * A chart of Yahoo as raw bars: days by the exchange's own calendar, prices scaled by adjusted close / close where `adjusted` asks for it,
 * without the bar that is still forming. Rows without prices stay missing bars. Notes tell what was left out or looks short.
 *
 * Errors: `provider` for columns of different lengths or bars of another interval, `no_data` for none.
 */
export function barsOfChart(chart: ChartResultObject, asked: Asked): Result<RawBars, AppError> {
  const { query, interval, nowMs } = asked;
  const { meta, timestamp = [] } = chart;
  const named = JSON.stringify(query.symbol);
  const [quote] = chart.indicators.quote;
  if (timestamp.length === 0 || quote === undefined) return noBars(named, interval);
  if (meta.dataGranularity !== interval && !(interval === "1h" && meta.dataGranularity === "60m"))
    return fail("provider", `Yahoo answered with bars of ${meta.dataGranularity} instead of ${interval}; ${WHAT_ELSE}`);
  const adjustedCloses = query.adjusted ? chart.indicators.adjclose?.[0]?.adjclose : undefined;
  const lists = [...PRICES.map((name) => quote[name]), quote.volume, ...(adjustedCloses === undefined ? [] : [adjustedCloses])];
  if (lists.some((list) => list.length !== timestamp.length))
    return fail("provider", `Yahoo's answer about ${named} has columns of different lengths; ${WHAT_ELSE}`);

  const instants = Float64Array.from(timestamp, (seconds) => seconds * 1000);
  const offset = localDays(meta.exchangeTimezoneName, meta.gmtoffset / 60);
  const timeMs = isDailyOrLonger(interval) ? offset(instants) : instants;
  const kept = rowsToKeep(timeMs, (row) => PRICES.every((name) => quote[name][row] === null));
  const open = openRows(instants, timeMs, kept, { meta, interval, nowMs });
  const rows = kept.slice(0, kept.length - open);
  if (rows.length === 0) return noBars(named, interval);
  const oddCells: OddCell[] = [];
  const factors = Float64Array.from(rows, (row, i) => {
    const [close, adjusted] = [quote.close[row], adjustedCloses?.[row]];
    if (adjustedCloses === undefined || typeof close !== "number") return 1;
    if (typeof adjusted === "number") return adjusted / close;
    oddCells.push({ row: i, column: "adj_close", text: "null", kind: "text" });
    return Number.NaN;
  });
  const column = (name: (typeof PRICES)[number]) =>
    Float64Array.from(rows, (row, i) => (quote[name][row] ?? Number.NaN) * factors[i]!);
  const times = Float64Array.from(rows, (row) => timeMs[row]!);
  const dropped = kept.slice(rows.length).map((row) => timeMs[row]!);
  return ok({
    timeMs: times,
    open: column("open"),
    high: column("high"),
    low: column("low"),
    close: column("close"),
    volume: Float64Array.from(rows, (row) => quote.volume[row] ?? Number.NaN),
    offsetMinutes: null,
    oddCells,
    interval,
    rows: { word: "bar", first: 0 },
    notes: [...formingNote(dropped, asked), ...shortNotes(times, chart, asked)],
  });
}

function noBars(named: string, interval: Interval) {
  return fail(
    "no_data",
    `Yahoo has no ${interval} bars of ${named} in this range; that does not mean it is not traded any more: try another range`,
  );
}

/** Without rows that hold nothing, where another row has the same time. */
function rowsToKeep(timeMs: Float64Array, isEmpty: (row: number) => boolean): number[] {
  const kept: number[] = [];
  for (let row = 0; row < timeMs.length; row++) {
    const last = kept.at(-1);
    if (last === undefined || timeMs[last] !== timeMs[row]) kept.push(row);
    else if (isEmpty(last)) kept[kept.length - 1] = row;
    else if (!isEmpty(row)) kept.push(row);
  }
  return kept;
}

function formingNote(dropped: readonly number[], { query, interval }: Asked): BarWarning[] {
  const [first] = dropped.filter((timeMs) => timeMs <= query.range.endMs);
  if (first === undefined) return [];
  const message = `left out the bar of ${formatTime(first, interval)}: it was not complete when it was fetched`;
  return [{ code: "forming_bar", message, count: 1, rows: [] }];
}

/** Bars that should be there and are not, at the end and at the beginning. */
function shortNotes(timeMs: Float64Array, { meta }: ChartResultObject, { query, interval, period, nowMs }: Asked): BarWarning[] {
  const slackMs = LONGEST_BREAK_MS + 2 * LENGTH_MS[interval];
  const first = timeMs[0]!;
  const last = timeMs[timeMs.length - 1]!;
  const shown = (ms: number) => formatTime(ms, interval);
  const wantedEnd = Math.min(query.range.endMs, nowMs);
  const tradedMs = timeOf(meta.regularMarketTime);
  const found: string[] = [];
  if (last < Math.min(wantedEnd, tradedMs) - slackMs)
    found.push(`Yahoo's bars end with ${shown(last)}, although there was trade until ${shown(tradedMs)}`);
  const begunMs = meta.firstTradeDate === null ? period.fromMs : timeOf(meta.firstTradeDate);
  if (first > Math.max(period.fromMs, begunMs) + slackMs)
    found.push(`Yahoo's bars begin with ${shown(first)}, although there was trade from ${shown(begunMs)} on`);
  const notes = found.map((message) => ({ code: SHORT_ANSWER, message, count: 1, rows: [] }));
  if (notes.length > 0 || tradedMs >= wantedEnd - slackMs) return notes;
  return [{ code: "no_recent_trade", message: `the last trade that Yahoo knows of was ${shown(tradedMs)}`, count: 1, rows: [] }];
}

function timeOf(date: Date): number {
  return Math.floor(date.getTime() / MINUTE_MS) * MINUTE_MS;
}
