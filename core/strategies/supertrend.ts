import { supertrend as indicator } from "../indicators/supertrend.ts";
import { defineStrategy } from "./strategy.ts";

export const supertrend = defineStrategy({
  doc: "Long while the Supertrend's trend is up, short while it is down.",
  params: indicator.params,
  rules: [],
  barsNeeded: indicator.barsNeeded,
  wanted: (bars, params, from) => {
    const { trend } = indicator.compute(bars, params);
    const wanted = new Int8Array(trend.length - from);
    for (let i = Math.max(from, params.atr_period); i < trend.length; i++) wanted[i - from] = trend[i]!;
    return wanted;
  },
});
