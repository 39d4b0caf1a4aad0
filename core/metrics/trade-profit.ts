import type { Metric } from "./metric.ts";
import type { TradeLedger } from "./trade-ledger.ts";

export const grossProfit: Metric<TradeLedger> = {
  doc: "Sum of the winners' pnl, after fees.",
  unit: "money",
  compute: (ledger) => ledger.grossProfit,
};

export const grossLoss: Metric<TradeLedger> = {
  doc: "Sum of the losers' pnl with the sign turned, after fees.",
  unit: "money",
  compute: (ledger) => ledger.grossLoss,
};

export const netProfit: Metric<TradeLedger> = {
  doc: "gross_profit - gross_loss.",
  unit: "money",
  compute: (ledger) => ledger.grossProfit - ledger.grossLoss,
};

/**
 * Money won over money lost.
 *
 * @param lost sum of the losses with the sign turned, >= 0
 * @returns NaN without a loss
 */
export function profitOverLoss(won: number, lost: number): number {
  return lost > 0 ? won / lost : Number.NaN;
}

export const profitFactor: Metric<TradeLedger> = {
  doc: "gross_profit / gross_loss; undefined without a loser.",
  unit: "ratio",
  compute: (ledger) => profitOverLoss(ledger.grossProfit, ledger.grossLoss),
};

export const expectancy: Metric<TradeLedger> = {
  doc: "Mean pnl of a trade; undefined without one.",
  unit: "money",
  compute: (ledger) => (ledger.grossProfit - ledger.grossLoss) / ledger.count,
};

export const expectancyReturn: Metric<TradeLedger> = {
  doc: "Mean return of a trade on its notional at entry; undefined without one.",
  unit: "fraction",
  compute: ({ returns, count }) => returns / count,
};

export const bestTrade: Metric<TradeLedger> = {
  doc: "Largest pnl; undefined without a trade.",
  unit: "money",
  compute: ({ bestPnl }) => bestPnl,
};

export const worstTrade: Metric<TradeLedger> = {
  doc: "Smallest pnl; undefined without a trade.",
  unit: "money",
  compute: ({ worstPnl }) => worstPnl,
};

export const bestTradeReturn: Metric<TradeLedger> = {
  doc: "Largest return of a trade; undefined without one.",
  unit: "fraction",
  compute: ({ bestReturn }) => bestReturn,
};

export const worstTradeReturn: Metric<TradeLedger> = {
  doc: "Smallest return of a trade; undefined without one.",
  unit: "fraction",
  compute: ({ worstReturn }) => worstReturn,
};

export const totalFees: Metric<TradeLedger> = {
  doc: "Fees of all closed trades, entry and exit.",
  unit: "money",
  compute: ({ fees }) => fees,
};
