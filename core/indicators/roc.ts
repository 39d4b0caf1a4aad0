import { windowParam } from "../strategies/strategy.ts";
import { blankColumn, defineIndicator } from "./indicator.ts";

export const roc = defineIndicator({
  doc: "Rate of change in percent: 100 * (close / close `period` bars ago - 1).",
  params: { period: windowParam(10, "bars back") },
  outputs: ["value"],
  barsNeeded: ({ period }) => period + 1,
  compute: ({ close }, { period }) => {
    const value = blankColumn(close.length);
    for (let i = period; i < close.length; i++) value[i] = 100 * (close[i]! / close[i - period]! - 1);
    return { value };
  },
});
