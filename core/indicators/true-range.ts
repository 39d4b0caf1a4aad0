import { blankColumn, defineIndicator, type IndicatorColumns } from "./indicator.ts";

/** max(high - low, |high - previous close|, |low - previous close|) from bar 1 on; NaN at bar 0. */
export function trueRangeLine({ high, low, close }: Pick<IndicatorColumns, "high" | "low" | "close">): Float64Array {
  const line = blankColumn(close.length);
  for (let i = 1; i < close.length; i++) {
    const previous = close[i - 1]!;
    line[i] = Math.max(high[i]! - low[i]!, Math.abs(high[i]! - previous), Math.abs(low[i]! - previous));
  }
  return line;
}

export const trueRange = defineIndicator({
  doc: "True range: the range of the bar, the gap from the previous close included.",
  params: {},
  outputs: ["value"],
  barsNeeded: () => 2,
  compute: (columns) => ({ value: trueRangeLine(columns) }),
});
