import { windowParam } from "../strategies/strategy.ts";
import { blankColumn, defineIndicator } from "./indicator.ts";
import { smaLine } from "./sma.ts";
import { typicalPrice } from "./typical-price.ts";

/** NaN before bar period - 1 and where all prices of the window are equal. O(n * period): the deviation is from a moving mean. */
function cciLine(price: Float64Array, period: number): Float64Array {
  const line = blankColumn(price.length);
  const mean = smaLine(price, period);
  let run = 0;
  for (let i = 0; i < price.length; i++) {
    run = i > 0 && price[i] === price[i - 1] ? run + 1 : 1;
    if (i < period - 1 || run >= period) continue;
    const centre = mean[i]!;
    let sum = 0;
    for (let j = i - period + 1; j <= i; j++) sum += Math.abs(price[j]! - centre);
    line[i] = (price[i]! - centre) / ((0.015 * sum) / period);
  }
  return line;
}

export const cci = defineIndicator({
  doc: "Commodity channel index: distance of the typical price from its average, in 0.015 mean absolute deviations.",
  params: { period: windowParam(20, "bars in the average and the deviation") },
  outputs: ["value"],
  barsNeeded: ({ period }) => period,
  compute: (columns, { period }) => ({ value: cciLine(typicalPrice(columns), period) }),
});
