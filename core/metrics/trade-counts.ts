import type { Metric } from "./metric.ts";
import type { TradeLedger } from "./trade-ledger.ts";

export const trades: Metric<TradeLedger> = {
  doc: "Closed trades; a position still open is none.",
  unit: "count",
  compute: ({ count }) => count,
};

export const winners: Metric<TradeLedger> = {
  doc: "Trades with pnl > 0.",
  unit: "count",
  compute: (ledger) => ledger.winners,
};

export const losers: Metric<TradeLedger> = {
  doc: "Trades with pnl < 0.",
  unit: "count",
  compute: (ledger) => ledger.losers,
};

export const breakeven: Metric<TradeLedger> = {
  doc: "Trades with pnl = 0.",
  unit: "count",
  compute: (ledger) => ledger.count - ledger.winners - ledger.losers,
};

/** Winners over all trades, break-even ones counting as not won; NaN without a trade. */
export function shareWon(winnerCount: number, tradeCount: number): number {
  return winnerCount / tradeCount;
}

export const winRate: Metric<TradeLedger> = {
  doc: "winners / trades, a break-even trade counting as not won; undefined without a trade.",
  unit: "fraction",
  compute: (ledger) => shareWon(ledger.winners, ledger.count),
};

export const maxConsecutiveWins: Metric<TradeLedger> = {
  doc: "Longest run of winners; a break-even trade ends a run.",
  unit: "count",
  compute: ({ longestWins }) => longestWins,
};

export const maxConsecutiveLosses: Metric<TradeLedger> = {
  doc: "Longest run of losers; a break-even trade ends a run.",
  unit: "count",
  compute: ({ longestLosses }) => longestLosses,
};
