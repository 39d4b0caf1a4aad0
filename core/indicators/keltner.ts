import { multiplierParam, windowParam } from "../strategies/strategy.ts";
import { atrLine } from "./atr.ts";
import { emaLine } from "./ema.ts";
import { defineIndicator } from "./indicator.ts";

export const keltner = defineIndicator({
  doc: "Keltner channel: the exponential average of the close, plus and minus `multiplier` average true ranges.",
  params: {
    ema_period: windowParam(20, "period of the average of the close"),
    atr_period: windowParam(10, "period of the average true range"),
    multiplier: multiplierParam(2, "average true ranges", "distance of the channel from its middle"),
  },
  outputs: ["upper", "middle", "lower"],
  barsNeeded: ({ ema_period, atr_period }) => Math.max(ema_period, atr_period + 1),
  compute: (columns, { ema_period, atr_period, multiplier }) => {
    const range = atrLine(columns, atr_period);
    const middle = emaLine(columns.close, ema_period).map((mean, i) => (Number.isNaN(range[i]!) ? Number.NaN : mean));
    const upper = middle.map((mean, i) => mean + multiplier * range[i]!);
    const lower = middle.map((mean, i) => mean - multiplier * range[i]!);
    return { upper, middle, lower };
  },
});
