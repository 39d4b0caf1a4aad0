import { windowParam } from "../strategies/strategy.ts";
import { highestLine, lowestLine } from "./extremes.ts";
import { defineIndicator } from "./indicator.ts";

export const donchian = defineIndicator({
  doc: "Donchian channel: highest high and lowest low of the last `period` bars, this one included, and their mean.",
  params: { period: windowParam(20, "bars in the channel") },
  outputs: ["upper", "middle", "lower"],
  barsNeeded: ({ period }) => period,
  compute: ({ high, low }, { period }) => {
    const upper = highestLine(high, period);
    const lower = lowestLine(low, period);
    return { upper, middle: upper.map((highest, i) => (highest + lower[i]!) / 2), lower };
  },
});
