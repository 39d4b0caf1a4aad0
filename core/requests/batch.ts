import { z } from "zod";
import { type AppError, type Finding, fail } from "../errors.ts";
import type { NewBatch } from "../jobs/job.ts";
import { ok, type Result } from "../result.ts";
import { shown } from "../shown.ts";
import { strategies } from "../strategies/registry.ts";
import { isSymbol } from "./backtest.ts";
import { GIVEN_SYMBOL } from "./backtest-schema.ts";
import { findingsOf, refuse } from "./findings.ts";
import { isObject, JOB_FIELDS, JOB_SOURCES, type JobSource, noObject, parseJob } from "./job.ts";
import { GIVEN_SIGNALS } from "./strategy-choice.ts";
import { parseSweep } from "./sweep.ts";

export const MOST_BATCH_SYMBOLS = 1000;
/** The most trials that the sweeps of a batch may have together. */
export const MOST_BATCH_TRIALS = 10_000_000;
/** The most characters that the requests of its jobs may have together: each is stored. */
const MOST_BATCH_TEXT = 2 ** 24;

/** Sources that have bars of their own for each symbol. */
export type BatchSource = Exclude<JobSource, "inline">;
export const BATCH_SOURCES = JOB_SOURCES.filter((source): source is BatchSource => source !== "inline");

/** The fields of a batch request, for help texts and docs. */
export const BATCH_FIELDS = ["symbols", "job", "sweep"] as const;

/** Fields of a job or a sweep that have no place in a batch. */
const LEFT_OUT = {
  symbol: "a batch has symbols beside it, one job each",
  bars: "each symbol has bars of its own; upload them as datasets",
  signals: "they belong to one series of bars",
};

/** The fields of a job that `job` of a batch has. */
export const BATCHED_JOB_FIELDS: readonly string[] = JOB_FIELDS.filter((name) => !Object.hasOwn(LEFT_OUT, name));

/** A request for a batch, checked. */
export interface BatchRequest {
  readonly kind: NewBatch["kind"];
  /** In upper case, each once, in the order given. */
  readonly symbols: readonly string[];
  readonly source: BatchSource;
  /** The strategy's name as it was asked for. */
  readonly strategy: string;
  /** What `job` or `sweep` holds, as JSON text. */
  readonly shared: string;
}

/** JSON text of the request of one of the jobs, to be stored and read as any other. */
export function requestOn(symbol: string, { shared }: BatchRequest): string {
  return `{"symbol":${JSON.stringify(symbol)},${shared.slice(1)}`;
}

export interface BatchOptions {
  /** As in JobOptions. */
  readonly faults?: readonly string[];
}

const batchSchema = z.strictObject({ symbols: z.unknown(), job: z.unknown(), sweep: z.unknown() }).partial();

/**
 * The body of `POST /api/v1/batches` as a checked request. What the jobs share is read once.
 * Errors: `invalid_request` with a finding for every offending field, such as `symbols.3` or `job.params.fast`; `too_costly` for more than
 * MOST_BATCH_TRIALS or MOST_BATCH_TEXT, and as parseSweep.
 * @param input a JSON value
 */
export function parseBatch(input: unknown, options: BatchOptions = {}): Result<BatchRequest, AppError> {
  if (!isObject(input)) return refuse([noObject(input)]);
  const outer = batchSchema.safeParse(input);
  const findings = outer.success ? [] : findingsOf(outer.error, () => BATCH_FIELDS);
  const symbols = symbolsIn(input.symbols, findings);
  const kind = kindOf(input, findings);
  if (kind === null) return refuse(findings);

  const field = kind === "sweep" ? "sweep" : "job";
  const shared = sharedBy(field, input[field], options, findings);
  if (!shared.ok) return findings.length > 0 ? refuse(findings) : shared;
  if (findings.length > 0) return refuse(findings);
  const { trials, ...request } = shared.value;
  const tooMuch =
    beyond(symbols.length, trials, "trials", MOST_BATCH_TRIALS) ??
    beyond(symbols.length, request.shared.length, "characters of request", MOST_BATCH_TEXT);
  if (tooMuch !== null) return fail("too_costly", tooMuch.message, [tooMuch]);
  return ok({ kind, symbols, ...request });
}

function beyond(symbols: number, each: number, what: string, most: number): Finding | null {
  if (symbols * each <= most) return null;
  const message = `${symbols} symbols x ${each} ${what} make ${symbols * each}, the limit of a batch is ${most}; take fewer symbols, fewer values or larger steps`;
  return { path: "symbols", message };
}

/** The symbols that are good; what is wrong goes to the findings. */
function symbolsIn(given: unknown, findings: Finding[]): string[] {
  if (!Array.isArray(given) || given.length === 0 || given.length > MOST_BATCH_SYMBOLS) {
    const got = Array.isArray(given) ? `${given.length} of them` : shown(given);
    findings.push({ path: "symbols", message: `symbols must be a list of 1 to ${MOST_BATCH_SYMBOLS} symbols: got ${got}` });
    return [];
  }
  const places = new Map<string, number>();
  given.forEach((text: unknown, i) => {
    const path = `symbols.${i}`;
    if (typeof text !== "string" || !GIVEN_SYMBOL.test(text) || !isSymbol(text.toUpperCase())) {
      findings.push({ path, message: `${path} must look like AAPL, BRK-B, ^GSPC or EURUSD=X: got ${shown(text)}` });
      return;
    }
    const symbol = text.toUpperCase();
    const before = places.get(symbol);
    if (before === undefined) places.set(symbol, i);
    else findings.push({ path, message: `${path} must be another symbol than symbols.${before}: got ${shown(text)}` });
  });
  return [...places.keys()];
}

function kindOf({ job, sweep }: Readonly<Record<string, unknown>>, findings: Finding[]): NewBatch["kind"] | null {
  if (job !== undefined && sweep === undefined) return "backtest";
  if (job === undefined && sweep !== undefined) return "sweep";
  const got = job === undefined ? "neither" : "both";
  findings.push({ path: job === undefined ? "job" : "sweep", message: `a batch has either job or sweep: got ${got}` });
  return null;
}

/** What the jobs of a batch share; the findings have paths that begin with the field. */
function sharedBy(
  field: "job" | "sweep",
  given: unknown,
  options: BatchOptions,
  findings: Finding[],
): Result<Omit<BatchRequest, "kind" | "symbols"> & { readonly trials: number }, AppError> {
  if (!isObject(given)) {
    findings.push({ path: field, message: `${field} must be an object of the fields of a ${field}: got ${shown(given)}` });
    return refuse(findings);
  }
  const within = ({ path, message }: Finding): Finding => ({ path: path === "" ? field : `${field}.${path}`, message });
  const inside = (path: string, message: string) => findings.push(within({ path, message }));
  for (const [name, why] of Object.entries(LEFT_OUT)) {
    if (given[name] !== undefined)
      inside(name, `${name} may not be given in a ${field} of a batch, ${why}: got ${shown(given[name])}`);
  }
  const fields = Object.fromEntries(Object.entries(given).filter(([name]) => !Object.hasOwn(LEFT_OUT, name)));
  const { source, strategy } = fields;
  if (source === "inline") inside("source", `source must be one of ${BATCH_SOURCES.join(", ")} in a batch: got ${shown(source)}`);
  if (strategy === GIVEN_SIGNALS)
    inside("strategy", `strategy must be one of ${Object.keys(strategies).join(", ")} in a batch: got ${shown(strategy)}`);

  // The symbol is any that is good, and what was refused above is not to be refused again.
  const whole = {
    ...fields,
    symbol: "AAPL",
    ...(source === "inline" ? { source: undefined } : {}),
    ...(strategy === GIVEN_SIGNALS ? { strategy: "buy_and_hold", params: undefined } : {}),
  };
  const parsed = field === "job" ? parseJob(whole, { ...options, fields: BATCHED_JOB_FIELDS }) : parseSweep(whole, options);
  if (!parsed.ok) {
    const { code, detail, findings: inner } = parsed.error;
    if (code !== "invalid_request") return fail(code, detail, inner.map(within));
    findings.push(...inner.map(within));
    return parsed;
  }
  const { request, source: parsedSource, strategy: name } = parsed.value;
  const trials = "grid" in request ? request.grid.trials : 1;
  return ok({
    source: BATCH_SOURCES.find((one) => one === parsedSource) ?? "yahoo",
    strategy: name,
    shared: JSON.stringify(fields),
    trials,
  });
}
