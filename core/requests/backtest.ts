import type { z } from "zod";
import type { Interval } from "../bars.ts";
import type { Execution } from "../engine/contract.ts";
import type { AppError, Finding } from "../errors.ts";
import { type BarRange, parseRange } from "../gate/range.ts";
import type { ListedSplit } from "../gate/rule.ts";
import { ok, type Result } from "../result.ts";
import { shown } from "../shown.ts";
import type { ParamOptions } from "../strategies/params.ts";
import { parseIsoTime } from "../time.ts";
import { ALIASES, backtestSchema, GIVEN_SYMBOL, INNER_FIELDS } from "./backtest-schema.ts";
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

/** What a request says of every run of it, whatever the strategy does and however much of the result is shown. */
export type RunSettings = Omit<BacktestRequest, "strategy" | "equityPoints">;

const SYMBOL = /^\^?[A-Z0-9]{1,10}([.\-=][A-Z0-9]{1,5})?$/;

/** True for what a symbol may look like, in upper case: AAPL, BRK-B, ^GSPC, EURUSD=X. */
export function isSymbol(text: string): boolean {
  return SYMBOL.test(text);
}

/** The fields of a backtest request with their defaults, for help texts and docs. */
export const BACKTEST_FIELDS: readonly string[] = Object.keys(backtestSchema.shape);

export interface BacktestOptions extends ParamOptions {
  /** The fields to name where one does not exist: all that the whole request may have. */
  readonly fields?: readonly string[];
}

/**
 * Unknown input as a checked request. Errors: `invalid_request` with a finding for every offending field.
 * @param input a JSON object with the API's field names
 */
export function parseBacktest(input: unknown, options: BacktestOptions = {}): Result<BacktestRequest, AppError> {
  const renamed = withoutAliases(input);
  if (!renamed.ok) return refuse(renamed.error);
  const parsed = backtestSchema.safeParse(renamed.value);
  const names = options.fields ?? BACKTEST_FIELDS;
  const findings = parsed.success ? [] : findingsOf(parsed.error, (path) => INNER_FIELDS[String(path[0])] ?? names);
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

function contradictions(fields: z.output<typeof backtestSchema>): Finding[] {
  const findings: Finding[] = [];
  if (!GIVEN_SYMBOL.test(fields.symbol)) {
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
