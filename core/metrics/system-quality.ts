import { ZERO_DISPERSION } from "../engine/abi.ts";
import { mean, standardDeviation } from "../statistics/moments.ts";
import type { Metric } from "./metric.ts";
import type { TradeLedger } from "./trade-ledger.ts";

/**
 * sqrt(count) * mean(pnl) / sd(pnl). A pnl is money, so its dispersion counts as zero relative to the largest one.
 *
 * @returns NaN below 2 trades or when the sample standard deviation is at most ZERO_DISPERSION of the largest |pnl|
 */
function quality({ pnl, bestPnl, worstPnl }: TradeLedger, count: number): number {
  const deviation = standardDeviation(pnl);
  const scale = Math.max(Math.abs(bestPnl), Math.abs(worstPnl));
  return deviation > ZERO_DISPERSION * scale ? (Math.sqrt(count) * mean(pnl)) / deviation : Number.NaN;
}

/** @see Tharp, "Definitive Guide to Position Sizing", 2008 */
export const sqn: Metric<TradeLedger> = {
  doc: "System quality number: sqrt(trades) x mean pnl / standard deviation of pnl (n - 1); undefined below 2 trades or when all are equal.",
  unit: "ratio",
  compute: (ledger) => quality(ledger, ledger.count),
};

export const sqnCapped100: Metric<TradeLedger> = {
  doc: "sqn with at most 100 under the root; undefined as sqn.",
  unit: "ratio",
  compute: (ledger) => quality(ledger, Math.min(ledger.count, 100)),
};
