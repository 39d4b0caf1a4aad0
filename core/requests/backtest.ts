import { z } from "zod";
import { INTERVALS, type Interval } from "../bars.ts";
import type { Execution } from "../engine/contract.ts";
import type { AppError, Finding } from "../errors.ts";
import { type BarRange, parseRange } from "../gate/range.ts";
import type { ListedSplit } from "../gate/rule.ts";
import { ok, type Result } from "../result.ts";
import { shown } from "../shown.ts";
import type { ParamOptions } from "../strategies/params.ts";
import { DIRECTIONS } from "../strategies/signals.ts";
import { parseIsoTime } from "../time.ts";
import { choice, either, flag, list, number, text, time } from "./field.ts";
import { findingsOf, refuse } from "./findings.ts";
import { parseStrategy, type StrategyChoice } from "./strategy-choice.ts";

/** A request for one backtest, checked, every default filled in. What depends on the bars is still null or "auto". */
export interface BacktestRequest {
  readonly symbol: string;
  readonly strategy: StrategyChoice;
  readonly range: BarRange;
  readonly interval: Interval | null;
  readonly warmup: number | "auto";
  /** Everything but the splits, which become bars only with the data. */
  readonly execution: Omit<Execution, "splits">;
  readonly splits: readonly ListedSplit[];
  readonly adjusted: boolean;
  readonly dataQuality: "fail" | "warn";
  /** Annual fractions. */
  readonly riskFree: number;
  readonly mar: number;
  readonly varAlpha: number;
  readonly periodsPerYear: number | null;
  readonly yearBasis: "calendar" | "bars";
  readonly equityPoints: "full" | "none" | number;
}

const SYMBOL = /^\^?[A-Z0-9]{1,10}([.\-=][A-Z0-9]{1,5})?$/;
const level = () =>
  either(number({ above: 0 }).nullable(), "a fraction of the entry price above 0 (0.02 is 2 %), or null").default(null);
const money = (bounds: { above?: number; min?: number }) => number(bounds, "money");
const rate = () => number({ above: -1, max: 10 }, "annual, as a fraction").default(0);

/** Fields of the objects inside a request, by the field that holds them. */
const INNER_FIELDS: Readonly<Record<string, readonly string[]>> = { sizing: ["type", "value"], splits: ["time", "ratio"] };
const SIZING = 'an object such as {"type":"percent_equity","value":1}';
const SPLIT = '{"time":"2020-08-31","ratio":4}';

const sizing = z.strictObject(
  { type: choice(["percent_equity", "shares", "cash"]), value: number({ above: 0 }) },
  { error: ({ input }) => `must be ${SIZING}: got ${shown(input)}` },
);
const split = z.strictObject(
  { time: time(), ratio: number({ above: 0 }, "new shares for one old") },
  { error: ({ input }) => `must be an object such as ${SPLIT}: got ${shown(input)}` },
);

const schema = z.strictObject({
  symbol: text("a symbol", 20),
  /** Judged by name below. */
  strategy: z.unknown().optional(),
  params: z.unknown().optional(),
  signals: z.unknown().optional(),
  direction: choice(DIRECTIONS).default("long"),
  start: time().nullable().default(null),
  end: time().nullable().default(null),
  interval: choice(INTERVALS).nullable().default(null),
  warmup: either(
    z.literal("auto").or(number({ min: 0, max: 1_000_000, whole: true })),
    '"auto" or a whole number of bars, 0 to 1000000',
  ).default(0),
  initial_cash: money({ above: 0 }).default(10_000),
  fill: choice(["next_open", "close"]).default("next_open"),
  commission: number({ min: 0, below: 1 }, "fraction of notional; 0.001 is 10 bps").default(0),
  commission_fixed: money({ min: 0 }).default(0),
  slippage: number({ min: 0, below: 1 }, "fraction of price; 0.0005 is 5 bps").default(0),
  sizing: sizing.default({ type: "percent_equity", value: 1 }),
  fractional: flag().default(true),
  on_insufficient_cash: choice(["reject", "reduce"]).default("reject"),
  close_at_end: flag().default(false),
  require_volume: flag().default(false),
  stop_loss: level(),
  take_profit: level(),
  trailing_stop: level(),
  splits: list(split, `objects such as ${SPLIT}`, 1000).default([]),
  adjusted: flag().default(true),
  data_quality: choice(["fail", "warn"]).default("fail"),
  risk_free: rate(),
  mar: rate(),
  var_alpha: number({ above: 0, below: 1 }).default(0.05),
  periods_per_year: either(
    number({ above: 0, max: 1e9 }).nullable(),
    "a number above 0 and at most 1000000000, or null to take it from the data",
  ).default(null),
  year_basis: choice(["calendar", "bars"]).default("calendar"),
  equity_points: either(
    z.enum(["full", "none"]).or(number({ min: 2, max: 10_000_000, whole: true })),
    '"full", "none" or a whole number, 2 to 10000000',
  ).default("full"),
});

const ALIASES: Readonly<Record<string, string>> = { cash: "initial_cash", initial_capital: "initial_cash", fees: "commission" };

/** True for what a symbol may look like, in upper case: AAPL, BRK-B, ^GSPC, EURUSD=X. */
export function isSymbol(text: string): boolean {
  return SYMBOL.test(text);
}

/** The fields of a backtest request with their defaults, for help texts and docs. */
export const BACKTEST_FIELDS: readonly string[] = Object.keys(schema.shape);

/**
 * Unknown input as a checked request. Errors: `invalid_request` with a finding for every offending field.
 * @param input a JSON object with the API's field names
 */
export function parseBacktest(input: unknown, options: ParamOptions = {}): Result<BacktestRequest, AppError> {
  const renamed = withoutAliases(input);
  if (!renamed.ok) return refuse(renamed.error);
  const parsed = schema.safeParse(renamed.value);
  const findings = parsed.success ? [] : findingsOf(parsed.error, (path) => INNER_FIELDS[String(path[0])] ?? BACKTEST_FIELDS);
  const strategy = parseStrategy(renamed.value, parsed.data?.direction ?? "long", options);
  if (!strategy.ok) findings.push(...strategy.error);
  if (!parsed.success || !strategy.ok) return refuse(findings);

  const fields = parsed.data;
  findings.push(...contradictions(fields));
  const range = parseRange(fields.start, fields.end);
  if (!range.ok) return refuse([...findings, ...range.error.findings]);
  if (findings.length > 0) return refuse(findings);
  return ok({
    symbol: fields.symbol.toUpperCase(),
    strategy: strategy.value,
    range: range.value,
    interval: fields.interval,
    warmup: fields.warmup,
    execution: {
      initialCash: fields.initial_cash,
      fill: fields.fill,
      commission: fields.commission,
      commissionFixed: fields.commission_fixed,
      slippage: fields.slippage,
      sizing: fields.sizing,
      fractional: fields.fractional,
      onInsufficientCash: fields.on_insufficient_cash,
      closeAtEnd: fields.close_at_end,
      requireVolume: fields.require_volume,
      stopLoss: fields.stop_loss,
      takeProfit: fields.take_profit,
      trailingStop: fields.trailing_stop,
    },
    splits: fields.splits
      .map(({ time, ratio }) => ({ timeMs: parseIsoTime(time)?.timeMs ?? Number.NaN, ratio }))
      .sort((a, b) => a.timeMs - b.timeMs),
    adjusted: fields.adjusted,
    dataQuality: fields.data_quality,
    riskFree: fields.risk_free,
    mar: fields.mar,
    varAlpha: fields.var_alpha,
    periodsPerYear: fields.periods_per_year,
    yearBasis: fields.year_basis,
    equityPoints: fields.equity_points,
  });
}

/** An alias beside the field it stands for is an error, not a race. */
function withoutAliases(input: unknown): Result<Readonly<Record<string, unknown>>, readonly Finding[]> {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    return { ok: false, error: [{ path: "", message: `a request is an object of fields: got ${shown(input)}` }] };
  }
  const given = new Map<string, string>();
  const findings: Finding[] = [];
  for (const key of Object.keys(input)) {
    const name = nameOf(key);
    const other = given.get(name);
    if (other !== undefined) findings.push({ path: key, message: `${name} is given twice: as ${other} and as ${key}` });
    given.set(name, key);
  }
  if (findings.length > 0) return { ok: false, error: findings };
  return ok(Object.fromEntries(Object.entries(input).map(([key, value]) => [nameOf(key), value])));
}

function nameOf(key: string): string {
  return Object.hasOwn(ALIASES, key) ? ALIASES[key]! : key;
}

function contradictions(fields: z.output<typeof schema>): Finding[] {
  const findings: Finding[] = [];
  const symbol = fields.symbol.toUpperCase();
  if (!isSymbol(symbol)) {
    findings.push({
      path: "symbol",
      message: `symbol must look like AAPL, BRK-B, ^GSPC or EURUSD=X: got ${shown(fields.symbol)}`,
    });
  }
  if (fields.splits.length > 0 && fields.adjusted) {
    findings.push({
      path: "splits",
      message: `splits need adjusted false: prices adjusted for splits hold them already; got ${fields.splits.length} of them`,
    });
  }
  return findings;
}
