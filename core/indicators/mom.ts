import { windowParam } from "../strategies/strategy.ts";
import { blankColumn, defineIndicator } from "./indicator.ts";

export const mom = defineIndicator({
  doc: "Momentum: close minus close `period` bars ago.",
  params: { period: windowParam(10, "bars back") },
  outputs: ["value"],
  barsNeeded: ({ period }) => period + 1,
  compute: ({ close }, { period }) => {
    const value = blankColumn(close.length);
    for (let i = period; i < close.length; i++) value[i] = close[i]! - close[i - period]!;
    return { value };
  },
});
