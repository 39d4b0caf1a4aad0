import type { Engine, Rates, SeriesStatistics } from "../engine/contract.ts";
import { type Shape, shapeOf } from "../statistics/moments.ts";
import { type DrawdownSummary, summariseDrawdowns } from "./drawdown-episodes.ts";
import { once } from "./once.ts";
import { rates } from "./rates.ts";
import { type ReturnSums, sumReturns } from "./return-sums.ts";
import { equityOf, returnsOf } from "./returns.ts";

/** What annualises and judges a series; fractions. */
export interface SeriesSettings {
  /** > 0, 252 for daily bars of a market with sessions. */
  readonly periodsPerYear: number;
  /** Years as periods / periodsPerYear, or as the time from the first to the last point of the equity curve. */
  readonly yearBasis: "bars" | "calendar";
  /** Annual. */
  readonly riskFree: number;
  /** Minimum acceptable return, annual. */
  readonly mar: number;
  /** Tail of value at risk, 0 to 1. */
  readonly varAlpha: number;
}

/** What a metric of an equity curve sees. The methods compute on first use and keep what they found for the other metrics. */
export interface Series extends SeriesSettings {
  readonly statistics: SeriesStatistics;
  /** Length n + 1, the starting capital first. */
  readonly equity: Float64Array;
  /** Length n; NaN is a missing return. */
  readonly returns: Float64Array;
  /** Length n + 1, or null where times are not known. */
  readonly timeMs: Float64Array | null;
  readonly rates: Rates;
  /** The returns that exist, ascending. */
  sorted(): Float64Array;
  sums(): ReturnSums;
  shape(): Shape;
  drawdowns(): DrawdownSummary;
}

/** The part of an engine that metrics need. */
export type StatisticsEngine = Pick<Engine, "equityStatistics" | "returnStatistics">;

/**
 * An equity curve made ready for its metrics.
 *
 * @param equity  length n + 1, the starting capital first
 * @param timeMs  length n + 1, the first belonging to the starting capital; null only with yearBasis "bars"
 * @throws {RangeError} when equity is empty, timeMs has another length or is missing, or a setting lies outside its range
 */
export function equitySeries(
  engine: StatisticsEngine,
  equity: Float64Array,
  timeMs: Float64Array | null,
  settings: SeriesSettings,
): Series {
  const perPeriod = rates(settings.riskFree, settings.mar, settings.periodsPerYear);
  return series(engine.equityStatistics(equity, perPeriod), equity, returnsOf(equity), timeMs, settings, perPeriod);
}

/**
 * A return series made ready for its metrics; its equity compounds from 1.
 *
 * @param returns length n, simple returns; NaN (missing) compounds as 0 and is left out of every statistic
 * @throws {RangeError} as equitySeries
 */
export function returnSeries(
  engine: StatisticsEngine,
  returns: Float64Array,
  timeMs: Float64Array | null,
  settings: SeriesSettings,
): Series {
  const perPeriod = rates(settings.riskFree, settings.mar, settings.periodsPerYear);
  return series(engine.returnStatistics(returns, perPeriod), equityOf(returns), returns, timeMs, settings, perPeriod);
}

function series(
  statistics: SeriesStatistics,
  equity: Float64Array,
  returns: Float64Array,
  timeMs: Float64Array | null,
  settings: SeriesSettings,
  perPeriod: Rates,
): Series {
  if (equity.length === 0) throw new RangeError("an equity curve holds at least the starting capital");
  if (timeMs !== null && timeMs.length !== equity.length) {
    throw new RangeError(`one time per point of the equity curve: got ${timeMs.length} for ${equity.length}`);
  }
  if (timeMs === null && settings.yearBasis === "calendar") throw new RangeError("yearBasis calendar needs times");
  if (!(settings.varAlpha >= 0 && settings.varAlpha <= 1)) {
    throw new RangeError(`varAlpha is a fraction from 0 to 1, got ${settings.varAlpha}`);
  }
  const { observations, meanReturn, volatility } = statistics;
  return {
    ...settings,
    statistics,
    equity,
    returns,
    timeMs,
    rates: perPeriod,
    // A typed array sorts NaN behind every number.
    sorted: once(() => Float64Array.from(returns).sort().subarray(0, observations)),
    sums: once(() => sumReturns(returns, perPeriod.marPerPeriod)),
    shape: once(() => shapeOf(returns, observations, meanReturn, volatility)),
    drawdowns: once(() => summariseDrawdowns(equity)),
  };
}
