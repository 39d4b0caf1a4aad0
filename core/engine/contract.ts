import type { Bars } from "../bars.ts";

/** How an order's quantity follows from the money or the number given; `percent_equity` takes a fraction (1 is all). */
export type Sizing =
  | { readonly type: "percent_equity"; readonly value: number }
  | { readonly type: "shares"; readonly value: number }
  | { readonly type: "cash"; readonly value: number };

/** A split takes place before the open of its bar: `ratio` new shares for one old. */
export interface Split {
  readonly bar: number;
  readonly ratio: number;
}

/** Every setting that can change a fill. Fractions: commission 0.001 is 10 bps of notional, stopLoss 0.02 is 2 % of the entry price. */
export interface Execution {
  readonly initialCash: number;
  readonly fill: "next_open" | "close";
  readonly commission: number;
  readonly commissionFixed: number;
  readonly slippage: number;
  readonly sizing: Sizing;
  readonly fractional: boolean;
  readonly onInsufficientCash: "reject" | "reduce";
  readonly closeAtEnd: boolean;
  readonly requireVolume: boolean;
  readonly stopLoss: number | null;
  readonly takeProfit: number | null;
  readonly trailingStop: number | null;
  /** Ascending by bar, at most one a bar. */
  readonly splits: readonly Split[];
}

/** Fills in the order they happened, one row each. `side` is +1 buy, -1 sell; `reason` is a REASON_* of abi.ts. */
export interface Fills {
  readonly bar: Int32Array;
  readonly side: Int8Array;
  readonly reason: Uint8Array;
  readonly quantity: Float64Array;
  /** Price before slippage. */
  readonly basePrice: Float64Array;
  readonly price: Float64Array;
  readonly fee: Float64Array;
}

/** Closed trades in the order they closed. `side` is +1 long, -1 short; `return` is pnl over the notional at entry. */
export interface Trades {
  readonly entryBar: Int32Array;
  readonly exitBar: Int32Array;
  readonly side: Int8Array;
  readonly reason: Uint8Array;
  readonly quantity: Float64Array;
  readonly entryPrice: Float64Array;
  readonly exitPrice: Float64Array;
  readonly fees: Float64Array;
  readonly pnl: Float64Array;
  readonly return: Float64Array;
}

/** What happened besides fills: `kind` is an EVENT_* of abi.ts, `signal` the order's SIGNAL_*, `amount` a ratio or money, `quantity` the position after it. */
export interface Events {
  readonly bar: Int32Array;
  readonly kind: Uint8Array;
  readonly signal: Int8Array;
  readonly amount: Float64Array;
  readonly quantity: Float64Array;
}

/** The position left after the last bar; `stop` and `takeProfit` are the levels in force for a next bar, NaN without one. */
export interface OpenPosition {
  readonly entryBar: number;
  readonly side: 1 | -1;
  readonly quantity: number;
  readonly entryPrice: number;
  readonly entryFee: number;
  readonly unrealizedPnl: number;
  readonly stop: number;
  readonly takeProfit: number;
}

/** The whole record of one run over n bars. Every array is a copy that the caller owns. */
export interface Simulation {
  /** Length n: cash + position value at each bar's close. The starting capital is not in it. */
  readonly equity: Float64Array;
  readonly fills: Fills;
  readonly trades: Trades;
  readonly events: Events;
  readonly openPosition: OpenPosition | null;
  readonly heldBars: number;
  readonly finalCash: number;
}

/** Rates of one period, as fractions; `periodsPerYear` annualises. */
export interface Rates {
  readonly riskFreePerPeriod: number;
  readonly marPerPeriod: number;
  readonly periodsPerYear: number;
}

/**
 * Statistics of one equity curve or return series. NaN means undefined.
 * `observations` counts returns that exist (a return from equity <= 0 does not).
 */
export interface SeriesStatistics {
  readonly observations: number;
  readonly meanReturn: number;
  /** Sample standard deviation (n - 1) of the returns; NaN when n < 2. */
  readonly volatility: number;
  /** sqrt(sum(min(r - mar, 0)^2) / n); NaN when n = 0. */
  readonly downsideDeviation: number;
  readonly sharpe: number;
  readonly sortino: number;
  /** Minimum of equity / running peak - 1, <= 0; NaN without periods. */
  readonly maxDrawdown: number;
}

/** One trial of a sweep: a run told by its figures alone, nothing copied out. */
export interface Trial extends SeriesStatistics {
  readonly finalEquity: number;
  readonly totalReturn: number;
  readonly fills: number;
  readonly trades: number;
  readonly winners: number;
  readonly grossProfit: number;
  readonly grossLoss: number;
  readonly heldBars: number;
}

/** Bars taken in once, to be run over many times. Dispose of it to free its memory; using it afterwards throws. */
export interface Simulator extends Disposable {
  /**
   * @param signals one SIGNAL_* a bar, formed at the bar's close
   * @throws {RangeError} when signals.length differs from the number of bars, or a setting is out of its range
   */
  simulate(signals: Int8Array, execution: Execution): Simulation;
  /** The same run, reduced to its figures inside the engine. Same errors as `simulate`. */
  evaluate(signals: Int8Array, execution: Execution, rates: Rates): Trial;
}

/**
 * The promise both engines keep. Single runs are equal bit for bit: the same operations in the same order, only + - * / and
 * square roots inside kernels. Sums over a series run in four lanes (lane = index mod 4) and end as (s0 + s1) + (s2 + s3).
 */
export interface Engine {
  readonly name: "ts" | "wasm";
  readonly version: string;
  prepare(bars: Bars): Simulator;
  /** @param equity length n + 1, the starting capital first */
  equityStatistics(equity: Float64Array, rates: Rates): SeriesStatistics;
  /** @param returns length n, simple returns; NaN is a missing return, which compounds as 0 and is left out of every statistic */
  returnStatistics(returns: Float64Array, rates: Rates): SeriesStatistics;
}
