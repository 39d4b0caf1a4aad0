import { activeReturnAnn, informationRatio, informationRatioPerPeriod, trackingErrorAnn } from "./active-return.ts";
import { captureRatio, downCapture, upCapture } from "./capture.ts";
import { downsideDeviation, downsideDeviationAnn, sortino } from "./downside.ts";
import {
  avgDrawdown,
  avgDrawdownBars,
  drawdownCount,
  longestDrawdownBars,
  maxDrawdown,
  maxDrawdownBars,
  maxDrawdownPeakIndex,
  maxDrawdownRecoveryIndex,
  maxDrawdownTroughIndex,
} from "./drawdown.ts";
import { calmar, recoveryFactor, ulcerIndex, ulcerPerformanceIndex } from "./drawdown-ratios.ts";
import { type Activity, exposure, turnover, turnoverAnn } from "./exposure.ts";
import { gainToPain, omega } from "./gain-loss.ts";
import { cagr, finalEquity, totalReturn, years } from "./growth.ts";
import { alpha, alphaArithmetic, alphaPeriod, beta, correlation, pairObservations, rSquared, treynor } from "./market-model.ts";
import { computeAll, type MetricRegistry } from "./metric.ts";
import { bestReturn, meanReturn, worstReturn } from "./period-returns.ts";
import { negativePeriods, observations, periods, positivePeriods } from "./periods.ts";
import { type BenchmarkSettings, type ReturnPairs, returnPairs } from "./return-pairs.ts";
import type { Series } from "./series.ts";
import { kurtosisExcess, kurtosisExcessSample, skewness, skewnessSample } from "./shape.ts";
import { probabilisticSharpe, sharpe } from "./sharpe.ts";
import { stability } from "./stability.ts";
import { sqn, sqnCapped100 } from "./system-quality.ts";
import { conditionalValueAtRisk, tailRatio, valueAtRisk } from "./tails.ts";
import { breakeven, losers, maxConsecutiveLosses, maxConsecutiveWins, trades, winners, winRate } from "./trade-counts.ts";
import { avgBarsHeld, maxBarsHeld } from "./trade-duration.ts";
import { type TradeColumns, type TradeLedger, tradeLedger } from "./trade-ledger.ts";
import { avgLoss, avgWin, kelly, payoffRatio } from "./trade-payoff.ts";
import {
  bestTrade,
  bestTradeReturn,
  expectancy,
  expectancyReturn,
  grossLoss,
  grossProfit,
  netProfit,
  profitFactor,
  totalFees,
  worstTrade,
  worstTradeReturn,
} from "./trade-profit.ts";
import { volatility, volatilityAnn } from "./volatility.ts";

/** Metrics of an equity curve. */
export const seriesRegistry = {
  periods,
  observations,
  total_return: totalReturn,
  years,
  cagr,
  mean_return: meanReturn,
  best_return: bestReturn,
  worst_return: worstReturn,
  positive_periods: positivePeriods,
  negative_periods: negativePeriods,
  volatility,
  volatility_ann: volatilityAnn,
  sharpe,
  downside_deviation: downsideDeviation,
  downside_deviation_ann: downsideDeviationAnn,
  sortino,
  omega,
  gain_to_pain: gainToPain,
  max_drawdown: maxDrawdown,
  max_drawdown_peak_index: maxDrawdownPeakIndex,
  max_drawdown_trough_index: maxDrawdownTroughIndex,
  max_drawdown_recovery_index: maxDrawdownRecoveryIndex,
  max_drawdown_bars: maxDrawdownBars,
  longest_drawdown_bars: longestDrawdownBars,
  drawdown_count: drawdownCount,
  avg_drawdown: avgDrawdown,
  avg_drawdown_bars: avgDrawdownBars,
  ulcer_index: ulcerIndex,
  calmar,
  ulcer_performance_index: ulcerPerformanceIndex,
  recovery_factor: recoveryFactor,
  value_at_risk: valueAtRisk,
  conditional_value_at_risk: conditionalValueAtRisk,
  tail_ratio: tailRatio,
  skewness,
  skewness_sample: skewnessSample,
  kurtosis_excess: kurtosisExcess,
  kurtosis_excess_sample: kurtosisExcessSample,
  stability,
  probabilistic_sharpe: probabilisticSharpe,
  final_equity: finalEquity,
} as const satisfies MetricRegistry<Series>;

/** The few that tell how holding would have done. */
const holdingRegistry = {
  total_return: totalReturn,
  cagr,
  sharpe,
  max_drawdown: maxDrawdown,
  volatility_ann: volatilityAnn,
} as const satisfies MetricRegistry<Series>;

/** Metrics of closed trades. */
export const tradeRegistry = {
  trades,
  winners,
  losers,
  breakeven,
  win_rate: winRate,
  gross_profit: grossProfit,
  gross_loss: grossLoss,
  net_profit: netProfit,
  profit_factor: profitFactor,
  expectancy,
  expectancy_return: expectancyReturn,
  avg_win: avgWin,
  avg_loss: avgLoss,
  payoff_ratio: payoffRatio,
  kelly,
  sqn,
  sqn_capped100: sqnCapped100,
  best_trade: bestTrade,
  worst_trade: worstTrade,
  best_trade_return: bestTradeReturn,
  worst_trade_return: worstTradeReturn,
  max_consecutive_wins: maxConsecutiveWins,
  max_consecutive_losses: maxConsecutiveLosses,
  avg_bars_held: avgBarsHeld,
  max_bars_held: maxBarsHeld,
  total_fees: totalFees,
} as const satisfies MetricRegistry<TradeLedger>;

/** Metrics of what a run held and traded. */
export const exposureRegistry = {
  exposure,
  turnover,
  turnover_ann: turnoverAnn,
} as const satisfies MetricRegistry<Activity>;

/** Metrics of a strategy against a benchmark; r is the strategy, b the benchmark. */
export const benchmarkRegistry = {
  observations: pairObservations,
  beta,
  alpha_period: alphaPeriod,
  alpha,
  alpha_arithmetic: alphaArithmetic,
  correlation,
  r_squared: rSquared,
  tracking_error_ann: trackingErrorAnn,
  information_ratio: informationRatio,
  information_ratio_per_period: informationRatioPerPeriod,
  treynor,
  up_capture: upCapture,
  down_capture: downCapture,
  capture_ratio: captureRatio,
  active_return_ann: activeReturnAnn,
} as const satisfies MetricRegistry<ReturnPairs>;

export type SeriesMetricName = keyof typeof seriesRegistry;
export type TradeMetricName = keyof typeof tradeRegistry;
export type ExposureMetricName = keyof typeof exposureRegistry;
export type BenchmarkMetricName = keyof typeof benchmarkRegistry;

/** All metrics of an equity curve; NaN where undefined. Make the series with equitySeries or returnSeries. */
export function seriesMetrics(series: Series): Record<SeriesMetricName, number> {
  return computeAll(seriesRegistry, series);
}

/** The metrics of buy and hold that stand beside those of a run; NaN where undefined. */
export function holdingMetrics(series: Series): Record<keyof typeof holdingRegistry, number> {
  return computeAll(holdingRegistry, series);
}

/**
 * All metrics of closed trades; NaN where undefined.
 *
 * @throws {RangeError} when the columns differ in length
 */
export function tradeMetrics(closed: TradeColumns): Record<TradeMetricName, number> {
  return computeAll(tradeRegistry, tradeLedger(closed));
}

/** Exposure and turnover of a run; NaN where undefined. */
export function exposureMetrics(activity: Activity): Record<ExposureMetricName, number> {
  return computeAll(exposureRegistry, activity);
}

/**
 * All metrics of a strategy against a benchmark; NaN where undefined.
 *
 * @param returns    length n, simple returns; a pair with a NaN (missing) on either side is dropped
 * @param benchmark  length n, of the same periods
 * @throws {RangeError} when the lengths differ
 */
export function benchmarkMetrics(
  returns: Float64Array,
  benchmark: Float64Array,
  settings: BenchmarkSettings,
): Record<BenchmarkMetricName, number> {
  return computeAll(benchmarkRegistry, returnPairs(returns, benchmark, settings));
}

/** Every group of metrics by the part of a result it belongs to, for help texts and docs. */
export const metricGroups = {
  series: seriesRegistry,
  trades: tradeRegistry,
  exposure: exposureRegistry,
  benchmark: benchmarkRegistry,
} as const;
