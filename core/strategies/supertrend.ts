import { supertrend as indicator } from "../indicators/supertrend.ts";
import type { Line } from "../sweep/lines.ts";
import { compare } from "../sweep/sets.ts";
import { defineStrategy, type ValuesOf } from "./strategy.ts";

/** The side of the trend, 1 or -1. */
function trendOf(params: ValuesOf<typeof indicator.params>): Line {
  return {
    key: `supertrend ${params.atr_period} ${params.multiplier}`,
    first: params.atr_period,
    compute: (bars) => indicator.compute(bars, params).trend,
  };
}

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
  sets: {
    enterLong: { by: ["atr_period", "multiplier"], rule: (params) => compare(trendOf(params), ">", 0) },
    enterShort: { by: ["atr_period", "multiplier"], rule: (params) => compare(trendOf(params), "<", 0) },
  },
});
