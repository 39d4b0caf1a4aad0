import { multiplierParam, windowParam } from "../strategies/strategy.ts";
import { defineIndicator } from "./indicator.ts";
import { smaLine } from "./sma.ts";
import { stddevLine } from "./stddev.ts";

export const bbands = defineIndicator({
  doc: "Bollinger bands: the simple average of the close, plus and minus `multiplier` population standard deviations.",
  params: {
    period: windowParam(20, "closes in the average and the deviation"),
    multiplier: multiplierParam(2, "standard deviations", "distance of the bands from the average"),
  },
  outputs: ["upper", "middle", "lower"],
  barsNeeded: ({ period }) => period,
  compute: ({ close }, { period, multiplier }) => {
    const middle = smaLine(close, period);
    const deviation = stddevLine(close, period);
    const upper = middle.map((mean, i) => mean + multiplier * deviation[i]!);
    const lower = middle.map((mean, i) => mean - multiplier * deviation[i]!);
    return { upper, middle, lower };
  },
});
