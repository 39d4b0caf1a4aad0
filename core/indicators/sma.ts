import { DoubleDouble } from "../exact/double-double.ts";
import { windowParam } from "../strategies/strategy.ts";
import { blankColumn, defineIndicator } from "./indicator.ts";

/**
 * Mean of the last `period` values; NaN before bar period - 1. The sum is kept in double-double: no drift, and the mean of
 * equal values is that value.
 */
export function smaLine(values: Float64Array, period: number): Float64Array {
  const line = blankColumn(values.length);
  const sum = new DoubleDouble();
  for (let i = 0; i < values.length; i++) {
    sum.add(values[i]!);
    if (i >= period) sum.add(-values[i - period]!);
    if (i >= period - 1) line[i] = sum.quotient(period);
  }
  return line;
}

export const sma = defineIndicator({
  doc: "Simple moving average: the mean of the last `period` closes.",
  params: { period: windowParam(20, "closes in the mean") },
  outputs: ["value"],
  barsNeeded: ({ period }) => period,
  compute: ({ close }, { period }) => ({ value: smaLine(close, period) }),
});
