import type { IndicatorColumns } from "./indicator.ts";

/** (high + low + close) / 3, in a form that gives exactly the price of a bar that has only one. */
export function typicalPrice({ high, low, close }: Pick<IndicatorColumns, "high" | "low" | "close">): Float64Array {
  return close.map((price, i) => price + (high[i]! - price + (low[i]! - price)) / 3);
}
