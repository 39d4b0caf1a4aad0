import { WindowSum, weightOf } from "../exact/window-sum.ts";
import { windowParam } from "../strategies/strategy.ts";
import { blankColumn, defineIndicator } from "./indicator.ts";

/** Mean of the last `period` values with weights 1 (oldest) to `period` (newest); NaN before bar period - 1. */
export function wmaLine(values: Float64Array, period: number): Float64Array {
  const line = blankColumn(values.length);
  const sum = new WindowSum(values, period, "linear");
  const weight = weightOf("linear", period);
  for (let i = period - 1; i < values.length; i++) line[i] = sum.moveTo(i).quotient(weight);
  return line;
}

export const wma = defineIndicator({
  doc: "Weighted moving average: the newest of the last `period` closes weighs `period`, the oldest 1.",
  params: { period: windowParam(20, "closes in the mean") },
  outputs: ["value"],
  barsNeeded: ({ period }) => period,
  compute: ({ close }, { period }) => ({ value: wmaLine(close, period) }),
});
