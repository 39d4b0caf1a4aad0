import { type AppError, type Finding, fail } from "../errors.ts";
import type { JobBars } from "../jobs/job.ts";
import { ok, type Result } from "../result.ts";
import { shown } from "../shown.ts";
import { BACKTEST_FIELDS, type BacktestRequest, parseBacktest } from "./backtest.ts";
import { refuse } from "./findings.ts";
import { GIVEN_SIGNALS } from "./strategy-choice.ts";

export const JOB_SOURCES = ["yahoo", "dataset", "sample", "inline"] as const satisfies readonly JobBars["source"][];
export type JobSource = (typeof JOB_SOURCES)[number];

/** The symbol of bars that come with the request, where it names none. */
export const INLINE_SYMBOL = "INLINE";
/** The most rows that the bars or the signals of a request may have. */
export const MOST_INLINE_ROWS = 1_000_000;

/** More fields than this are not looked at one by one. */
const MOST_FIELDS = 100;

/** The fields of a job request, for help texts and docs. */
export const JOB_FIELDS: readonly string[] = [...BACKTEST_FIELDS, "source", "bars"];

/** A job request, checked. */
export interface JobRequest {
  /** With the interval of the source where it has a default. */
  readonly request: BacktestRequest;
  /** The strategy's name as it was asked for; differs from the request's only for a fault. */
  readonly strategy: string;
  readonly source: JobSource;
  /** The field `bars` as it was given, not yet read; undefined where it was not. */
  readonly bars: unknown;
  /** The request without `bars`, with `source` and `symbol` where `bars` implied them: to be stored, and read again with `barsApart`. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface JobOptions {
  /** Names let through as strategies without parameters; the request then holds `buy_and_hold` in their place. */
  readonly faults?: readonly string[];
  /** The request was accepted before and its bars are kept elsewhere: `inline` and `signals` need none here. */
  readonly barsApart?: boolean;
  /** The fields to name where one does not exist: all that the whole request may have. */
  readonly fields?: readonly string[];
}

/**
 * The body of `POST /api/v1/jobs` as a checked request: a backtest's fields, `source` and `bars`.
 * Errors: `invalid_request` with a finding for every offending field; `too_costly` for more rows than MOST_INLINE_ROWS.
 * @param input a JSON value
 */
export function parseJob(input: unknown, options: JobOptions = {}): Result<JobRequest, AppError> {
  if (!isObject(input)) return refuse([noObject(input)]);
  const crowd = crowded("", input) ?? crowded("params", input.params);
  if (crowd !== null) return refuse([crowd]);
  const { source: named, bars, ...rest } = input;
  const rows = [rowsOf("bars", isObject(bars) ? bars.time : undefined), rowsOf("signals", rest.signals)];
  const costly = rows.filter((finding) => finding !== null);
  if (costly[0] !== undefined) return fail("too_costly", costly[0].message, costly);

  const findings = sourceFindings(input, options);
  const fields = bars !== undefined && rest.symbol === undefined ? { ...rest, symbol: INLINE_SYMBOL } : rest;
  const fault = faultIn(fields.strategy, options);
  const asked = fault === null ? fields : { ...fields, strategy: "buy_and_hold", params: undefined };
  const parsed = parseBacktest(asked, { fields: options.fields ?? JOB_FIELDS });
  if (!parsed.ok) return findings.length === 0 ? parsed : refuse([...parsed.error.findings, ...findings]);
  if (findings.length > 0) return refuse(findings);

  const source = bars !== undefined ? "inline" : (JOB_SOURCES.find((name) => name === named) ?? "yahoo");
  const interval = parsed.value.interval ?? (source === "yahoo" ? "1d" : null);
  return ok({
    request: { ...parsed.value, interval },
    strategy: fault ?? parsed.value.strategy.name,
    source,
    bars,
    body: bars === undefined ? input : { ...fields, source },
  });
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function noObject(input: unknown): Finding {
  return { path: "", message: `a request is an object of fields: got ${shown(input)}` };
}

function crowded(path: "" | "params", value: unknown): Finding | null {
  const fields = isObject(value) ? Object.keys(value).length : 0;
  if (fields <= MOST_FIELDS) return null;
  return { path, message: `${path === "" ? "a request" : path} may have at most ${MOST_FIELDS} fields: got ${fields}` };
}

function rowsOf(path: "bars" | "signals", rows: unknown): Finding | null {
  if (!Array.isArray(rows) || rows.length <= MOST_INLINE_ROWS) return null;
  return { path, message: `${path} may have at most ${MOST_INLINE_ROWS} rows: got ${rows.length}; upload them as a dataset` };
}

/** What contradicts itself between `source`, `bars` and `strategy`. */
function sourceFindings({ source, bars, strategy }: Readonly<Record<string, unknown>>, { barsApart }: JobOptions): Finding[] {
  const list = JOB_SOURCES.join(", ");
  if (source !== undefined && !JOB_SOURCES.some((name) => name === source))
    return [{ path: "source", message: `source must be one of ${list}: got ${shown(source)}` }];
  if (bars !== undefined && source !== undefined && source !== "inline")
    return [{ path: "source", message: `source must be inline, or left out, where bars are given: got ${shown(source)}` }];
  if (bars !== undefined || barsApart === true) return [];
  const needs = source === "inline" ? "the source inline" : strategy === GIVEN_SIGNALS ? "the strategy signals" : null;
  if (needs === null) return [];
  const columns = '{"time":["2020-01-02"],"open":[1],"high":[1],"low":[1],"close":[1]}';
  return [{ path: "bars", message: `bars must be given with ${needs}, as columns such as ${columns}: got nothing` }];
}

function faultIn(strategy: unknown, { faults = [] }: JobOptions): string | null {
  return typeof strategy === "string" && faults.includes(strategy) ? strategy : null;
}
