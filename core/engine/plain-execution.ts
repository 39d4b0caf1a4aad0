import type { Execution } from "./contract.ts";

/** Long or flat with all equity at the next open, 10 bps commission, 5 bps slippage: what tests and benches start from. */
export const PLAIN_EXECUTION: Execution = {
  initialCash: 10_000,
  fill: "next_open",
  commission: 0.001,
  commissionFixed: 0,
  slippage: 0.0005,
  sizing: { type: "percent_equity", value: 1 },
  fractional: true,
  onInsufficientCash: "reject",
  closeAtEnd: false,
  requireVolume: false,
  stopLoss: null,
  takeProfit: null,
  trailingStop: null,
  splits: [],
};
