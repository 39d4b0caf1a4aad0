import { windowParam } from "../strategies/strategy.ts";
import { smoothedLine } from "./ema.ts";
import { defineIndicator } from "./indicator.ts";

/** Wilder's smoothing (alpha 1 / period), seeded at bar period - 1 with the mean of the first `period` values. */
export function rmaLine(values: Float64Array, period: number): Float64Array {
  return smoothedLine(values, period, 1 / period, period - 1);
}

export const rma = defineIndicator({
  doc: "Wilder's moving average with alpha 1 / period, seeded with the mean of the first `period` closes.",
  params: { period: windowParam(14, "alpha is 1 / period") },
  outputs: ["value"],
  barsNeeded: ({ period }) => period,
  compute: ({ close }, { period }) => ({ value: rmaLine(close, period) }),
});
