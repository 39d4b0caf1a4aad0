import { windowParam } from "../strategies/strategy.ts";
import { blankColumn, defineIndicator } from "./indicator.ts";

/** The weighted mean as a recurrence: each value moves it by its share of the weight seen so far. */
function adjustedLine(values: Float64Array, period: number): Float64Array {
  const line = blankColumn(values.length);
  const decay = (period - 1) / (period + 1);
  let weight = 0;
  let average = 0;
  for (let i = 0; i < values.length; i++) {
    weight = weight * decay + 1;
    average = weight === 1 ? values[i]! : average + (values[i]! - average) / weight;
    line[i] = average;
  }
  return line;
}

export const emaAdjusted = defineIndicator({
  doc: "Weighted mean of all closes so far, a close of age k weighing ((period - 1) / (period + 1))^k.",
  params: { period: windowParam(20, "the weights fall by (period - 1) / (period + 1) a bar") },
  outputs: ["value"],
  barsNeeded: () => 1,
  compute: ({ close }, { period }) => ({ value: adjustedLine(close, period) }),
});
