import type { Metric } from "./metric.ts";
import { winRate } from "./trade-counts.ts";
import type { TradeLedger } from "./trade-ledger.ts";

export const avgWin: Metric<TradeLedger> = {
  doc: "Mean pnl of the winners; undefined without one.",
  unit: "money",
  compute: (ledger) => ledger.grossProfit / ledger.winners,
};

export const avgLoss: Metric<TradeLedger> = {
  doc: "Mean pnl of the losers, a negative number; undefined without one.",
  unit: "money",
  compute: (ledger) => -ledger.grossLoss / ledger.losers,
};

export const payoffRatio: Metric<TradeLedger> = {
  doc: "avg_win / |avg_loss|; undefined unless there are both winners and losers.",
  unit: "ratio",
  compute: (ledger) => avgWin.compute(ledger) / -avgLoss.compute(ledger),
};

/** @see Kelly, "A New Interpretation of Information Rate", Bell System Technical Journal 35(4), 1956 */
export const kelly: Metric<TradeLedger> = {
  doc: "win_rate - (1 - win_rate) / payoff_ratio, the share of equity to risk; undefined with payoff_ratio.",
  unit: "fraction",
  compute: (ledger) => winRate.compute(ledger) - (1 - winRate.compute(ledger)) / payoffRatio.compute(ledger),
};
