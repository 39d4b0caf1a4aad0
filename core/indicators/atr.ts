import { windowParam } from "../strategies/strategy.ts";
import { smoothedLine } from "./ema.ts";
import { defineIndicator, type IndicatorColumns } from "./indicator.ts";
import { trueRangeLine } from "./true-range.ts";

/** Wilder's average of the true range, seeded at bar `period` with the mean of bars 1 to `period`; NaN before. */
export function atrLine(columns: Pick<IndicatorColumns, "high" | "low" | "close">, period: number): Float64Array {
  return smoothedLine(trueRangeLine(columns), period, 1 / period, period);
}

export const atr = defineIndicator({
  doc: "Average true range with Wilder's smoothing.",
  params: { period: windowParam(14, "true ranges in the first mean") },
  outputs: ["value"],
  barsNeeded: ({ period }) => period + 1,
  compute: (columns, { period }) => ({ value: atrLine(columns, period) }),
});
