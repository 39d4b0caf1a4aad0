import type { Trades } from "../engine/contract.ts";

/** The columns of closed trades that metrics read, all of one length, in the order the trades closed. */
export type TradeColumns = Pick<Trades, "pnl" | "return" | "entryBar" | "exitBar" | "fees">;

/** Closed trades with what one pass over them yields. Sums and extremes of pnl are money after fees. */
export interface TradeLedger {
  readonly pnl: Float64Array;
  readonly count: number;
  readonly winners: number;
  readonly losers: number;
  readonly grossProfit: number;
  /** Sum of the losses with the sign turned, >= 0. */
  readonly grossLoss: number;
  /** Extremes are NaN without a trade. */
  readonly bestPnl: number;
  readonly worstPnl: number;
  readonly bestReturn: number;
  readonly worstReturn: number;
  readonly returns: number;
  readonly fees: number;
  readonly barsHeld: number;
  readonly mostBarsHeld: number;
  readonly longestWins: number;
  readonly longestLosses: number;
}

/** @throws {RangeError} when the columns differ in length */
export function tradeLedger(trades: TradeColumns): TradeLedger {
  const count = trades.pnl.length;
  for (const column of [trades.return, trades.entryBar, trades.exitBar, trades.fees]) {
    if (column.length !== count) throw new RangeError(`trade columns differ in length: ${column.length} and ${count}`);
  }
  const pnl = extremes(trades.pnl);
  const returns = extremes(trades.return);
  let winners = 0;
  let losers = 0;
  let grossProfit = 0;
  let grossLoss = 0;
  let fees = 0;
  let barsHeld = 0;
  let mostBarsHeld = Number.NaN;
  let wins = 0;
  let losses = 0;
  let longestWins = 0;
  let longestLosses = 0;
  for (let i = 0; i < count; i++) {
    const result = trades.pnl[i]!;
    const held = trades.exitBar[i]! - trades.entryBar[i]!;
    wins = result > 0 ? wins + 1 : 0;
    losses = result < 0 ? losses + 1 : 0;
    if (result > 0) {
      winners++;
      grossProfit += result;
    } else if (result < 0) {
      losers++;
      grossLoss -= result;
    }
    if (wins > longestWins) longestWins = wins;
    if (losses > longestLosses) longestLosses = losses;
    fees += trades.fees[i]!;
    barsHeld += held;
    if (!(held <= mostBarsHeld)) mostBarsHeld = held;
  }
  return {
    pnl: trades.pnl,
    count,
    winners,
    losers,
    grossProfit,
    grossLoss,
    bestPnl: pnl.largest,
    worstPnl: pnl.smallest,
    bestReturn: returns.largest,
    worstReturn: returns.smallest,
    returns: returns.sum,
    fees,
    barsHeld,
    mostBarsHeld,
    longestWins,
    longestLosses,
  };
}

function extremes(x: Float64Array): { readonly largest: number; readonly smallest: number; readonly sum: number } {
  let largest = Number.NaN;
  let smallest = Number.NaN;
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const value = x[i]!;
    sum += value;
    if (!(value <= largest)) largest = value;
    if (!(value >= smallest)) smallest = value;
  }
  return { largest, smallest, sum };
}
