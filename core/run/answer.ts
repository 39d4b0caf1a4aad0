import {
  EVENT_CASH_IN_LIEU,
  EVENT_EXPIRED,
  EVENT_REJECTED_CASH,
  EVENT_REJECTED_SIZE,
  EVENT_SPLIT,
  SIGNAL_LONG,
  SIGNAL_SHORT,
} from "../engine/abi.ts";
import type { Curve } from "../jobs/job.ts";
import type { RunSettings } from "../requests/backtest.ts";
import type { Direction } from "../strategies/signals.ts";
import { formatTime, isDailyOrLonger } from "../time.ts";
import type { Figures, Run } from "./backtest.ts";
import { drawdownsFrom, keptBars } from "./curve-text.ts";

/** Why a fill or an exit happened, by REASON_*. */
export const REASONS = ["signal", "stop", "stop_gap", "take_profit", "take_profit_gap", "end", "ruin", "split"] as const;

/** What only the edge knows of a run. */
export interface Receipt {
  readonly jobId: string | null;
  readonly createdAtMs: number;
  readonly runtimeSeconds: number;
  readonly fallbackReason: string | null;
}

/** The answer of the API and of `--json`: snake_case, fractions, null for what is undefined. */
export function answerOf(run: Run, receipt: Receipt) {
  return {
    ...headline(run, receipt),
    trades: tradesOf(run),
    ...openMatters(run),
    ...equityCurve(run),
    ...circumstances(run, receipt),
  };
}

/** The answer without `trades`, `equity_curve` and `equity_curve_sampled`, which grow with the bars: see tradesOf and curveText. */
export function answerHead(run: Run, receipt: Receipt) {
  return { ...headline(run, receipt), ...openMatters(run), ...circumstances(run, receipt) };
}

/** The equity curve in memory of its own, as it is stored. */
export function curveOf(run: Run): Curve {
  return {
    initialCash: run.request.execution.initialCash,
    daily: isDailyOrLonger(run.interval),
    timeMs: run.bars.timeMs.slice(),
    equity: run.simulation.equity,
  };
}

function headline(run: Run, receipt: Receipt) {
  const { request, metrics } = run;
  return {
    job_id: receipt.jobId,
    status: "completed",
    symbol: run.origin.symbol,
    strategy: request.strategy.name,
    params: request.strategy.params,
    created_at: new Date(receipt.createdAtMs).toISOString(),
    sharpe: known(metrics.sharpe),
    max_drawdown: known(metrics.max_drawdown),
    total_return: known(metrics.total_return),
    cagr: known(metrics.cagr),
    metrics: knownFigures(metrics),
    benchmark: knownFigures(run.benchmark),
  };
}

function openMatters(run: Run) {
  return { open_position: openPosition(run), events: events(run) };
}

function circumstances(run: Run, receipt: Receipt) {
  return {
    conventions: conventionsOf(run, run.request.strategy.direction),
    data: dataOf(run),
    engine: { name: run.engine.name, version: run.engine.version, fallback_reason: receipt.fallbackReason },
    result_hash: run.resultHash,
    runtime_seconds: receipt.runtimeSeconds,
  };
}

export type Answer = ReturnType<typeof answerOf>;

/** The time of a bar as the answer shows it. */
export function timeOf(run: Pick<Run, "bars" | "interval">, bar: number): string {
  return formatTime(run.bars.timeMs[bar]!, run.interval);
}

/** An undefined figure is null at the edges. */
export function known(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}

export function knownFigures(figures: Figures): Record<string, number | null> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, known(value)]));
}

function sideOf(side: number): "long" | "short" {
  return side > 0 ? "long" : "short";
}

/** The fields of a trade, as tables have them. */
export const TRADE_COLUMNS = [
  "entry_bar",
  "entry_time",
  "exit_bar",
  "exit_time",
  "side",
  "quantity",
  "entry_price",
  "exit_price",
  "fees",
  "pnl",
  "return",
  "bars_held",
  "exit_reason",
] as const satisfies readonly (keyof Answer["trades"][number])[];

/** The closed trades as the answer lists them. */
export function tradesOf(run: Run) {
  const { trades: closed } = run.simulation;
  return Array.from(closed.pnl, (pnl, k) => ({
    entry_bar: closed.entryBar[k]!,
    entry_time: timeOf(run, closed.entryBar[k]!),
    exit_bar: closed.exitBar[k]!,
    exit_time: timeOf(run, closed.exitBar[k]!),
    side: sideOf(closed.side[k]!),
    quantity: closed.quantity[k]!,
    entry_price: closed.entryPrice[k]!,
    exit_price: closed.exitPrice[k]!,
    fees: closed.fees[k]!,
    pnl,
    return: closed.return[k]!,
    bars_held: closed.exitBar[k]! - closed.entryBar[k]!,
    exit_reason: REASONS[closed.reason[k]!]!,
  }));
}

function openPosition(run: Run) {
  const left = run.simulation.openPosition;
  if (left === null) return null;
  return {
    entry_bar: left.entryBar,
    entry_time: timeOf(run, left.entryBar),
    side: sideOf(left.side),
    quantity: left.quantity,
    entry_price: left.entryPrice,
    entry_fee: left.entryFee,
    unrealized_pnl: left.unrealizedPnl,
    stop: known(left.stop),
    take_profit: known(left.takeProfit),
  };
}

function events(run: Run) {
  const { bar, kind, signal, amount, quantity } = run.simulation.events;
  return Array.from(kind, (code, k) => {
    const at = { bar: bar[k]!, time: timeOf(run, bar[k]!) };
    const word = signal[k] === SIGNAL_LONG ? "long" : signal[k] === SIGNAL_SHORT ? "short" : "exit";
    switch (code) {
      case EVENT_REJECTED_CASH:
        return { ...at, event: "rejected", reason: "insufficient_cash", side: word };
      case EVENT_REJECTED_SIZE:
        return { ...at, event: "rejected", reason: "size_zero", side: word };
      case EVENT_EXPIRED:
        return { ...at, event: "expired", reason: "no_next_bar", signal: word };
      case EVENT_SPLIT:
        return { ...at, event: "split", ratio: amount[k]!, quantity: quantity[k]! };
      case EVENT_CASH_IN_LIEU:
        return { ...at, event: "cash_in_lieu", amount: amount[k]! };
      default:
        return { ...at, event: "ruin" };
    }
  });
}

/** What an answer shows of an equity curve. */
export interface ShownCurve extends Pick<Run, "bars" | "interval" | "curve"> {
  readonly request: Pick<Run["request"], "equityPoints">;
}

/** `equity_curve`, and `equity_curve_sampled` where it is thinned. */
export function equityCurve(run: ShownCurve) {
  const { equityPoints } = run.request;
  if (equityPoints === "none") return { equity_curve: null };
  const equity = run.curve.subarray(1);
  const falls = drawdowns(run.curve);
  const point = (bar: number) => ({ time: timeOf(run, bar), equity: equity[bar]!, drawdown: falls[bar]! });
  const kept = keptBars(equity, equityPoints);
  if (kept === null) return { equity_curve: Array.from(equity, (_, bar) => point(bar)) };
  return { equity_curve: kept.map(point), equity_curve_sampled: true };
}

/** Drawdown at each bar, <= 0; `curve` begins with the starting capital, which is part of the peak. */
export function drawdowns(curve: Float64Array): Float64Array {
  return drawdownsFrom(curve[0] ?? Number.NaN, curve.subarray(1));
}

/** The block `data`: what bars a result rests on. */
export function dataOf(run: Pick<Run, "origin" | "bars" | "interval" | "warnings" | "barsHash">) {
  return {
    source: run.origin.source,
    synthetic: run.origin.synthetic,
    interval: run.interval,
    bars: run.bars.close.length,
    from: timeOf(run, 0),
    to: timeOf(run, run.bars.close.length - 1),
    adjusted: run.origin.adjusted,
    hash: run.barsHash,
    note: run.origin.note,
    warnings: run.warnings,
  };
}

/** The block `conventions`: every setting under which a result came about. */
export function conventionsOf(
  { request, periodsPerYear, warmupBars }: Pick<Run, "periodsPerYear" | "warmupBars"> & { readonly request: RunSettings },
  direction: Direction,
) {
  const { execution } = request;
  return {
    fill: execution.fill,
    periods_per_year: periodsPerYear,
    year_basis: request.yearBasis,
    risk_free: request.riskFree,
    mar: request.mar,
    var_alpha: request.varAlpha,
    warmup: warmupBars,
    direction,
    initial_cash: execution.initialCash,
    commission: execution.commission,
    commission_fixed: execution.commissionFixed,
    slippage: execution.slippage,
    sizing: execution.sizing,
    fractional: execution.fractional,
    on_insufficient_cash: execution.onInsufficientCash,
    close_at_end: execution.closeAtEnd,
    require_volume: execution.requireVolume,
    stop_loss: execution.stopLoss,
    take_profit: execution.takeProfit,
    trailing_stop: execution.trailingStop,
    data_quality: request.dataQuality,
    definitions: "1",
  };
}
