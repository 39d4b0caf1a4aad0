import { multiplierParam, windowParam } from "../strategies/strategy.ts";
import { atrLine } from "./atr.ts";
import { blankColumn, defineIndicator } from "./indicator.ts";

export const supertrend = defineIndicator({
  doc: "Supertrend: a band of `multiplier` average true ranges that follows the price; trend is +1 up, -1 down, -1 at first.",
  params: {
    atr_period: windowParam(10, "period of the average true range"),
    multiplier: multiplierParam(3, "average true ranges", "distance of the bands from the middle of the bar"),
  },
  outputs: ["value", "trend"],
  barsNeeded: ({ atr_period }) => atr_period + 1,
  compute: (columns, { atr_period, multiplier }) => {
    const { high, low, close } = columns;
    const n = close.length;
    const range = atrLine(columns, atr_period);
    const outputs = { value: blankColumn(n), trend: blankColumn(n) };
    let upper = Number.POSITIVE_INFINITY;
    let lower = Number.NEGATIVE_INFINITY;
    let trend = -1;
    for (let i = atr_period; i < n; i++) {
      const middle = (high[i]! + low[i]!) / 2;
      const newUpper = middle + multiplier * range[i]!;
      const newLower = middle - multiplier * range[i]!;
      if (newUpper < upper || close[i - 1]! > upper) upper = newUpper;
      if (newLower > lower || close[i - 1]! < lower) lower = newLower;
      if (i > atr_period) {
        if (trend < 0 && close[i]! > upper) trend = 1;
        else if (trend > 0 && close[i]! < lower) trend = -1;
      }
      outputs.trend[i] = trend;
      outputs.value[i] = trend > 0 ? lower : upper;
    }
    return outputs;
  },
});
