import { rsiLine } from "../indicators/rsi.ts";
import type { Line } from "../sweep/lines.ts";
import { compare, type SetRule } from "../sweep/sets.ts";
import { defineStrategy, type NumberParam, WANT_FLAT, WANT_LONG, WANT_SHORT, windowParam } from "./strategy.ts";

function level(value: number, doc: string): NumberParam {
  return { kind: "number", min: 0, max: 100, default: value, unit: "RSI points", doc };
}

const params = {
  period: windowParam(14, "period of the RSI"),
  lower: level(30, "oversold below this"),
  upper: level(70, "overbought above this"),
};

function rsiOf(period: number): Line {
  return { key: `rsi ${period}`, first: period, compute: ({ close }) => rsiLine(close, period) };
}

const oversold: SetRule<typeof params> = {
  by: ["period", "lower"],
  rule: ({ period, lower }) => compare(rsiOf(period), "<", lower),
};
const overbought: SetRule<typeof params> = {
  by: ["period", "upper"],
  rule: ({ period, upper }) => compare(rsiOf(period), ">", upper),
};

export const rsiReversion = defineStrategy({
  doc: "Long from RSI below `lower` until RSI above `upper`, short from RSI above `upper` until RSI below `lower`.",
  params,
  rules: [{ left: "lower", right: "upper" }],
  barsNeeded: ({ period }) => period + 1,
  wanted: ({ close }, { period, lower, upper }, from) => {
    const rsi = rsiLine(close, period);
    const wanted = new Int8Array(close.length - from);
    let state = WANT_FLAT;
    for (let i = from; i < close.length; i++) {
      if (rsi[i]! < lower) state = WANT_LONG;
      else if (rsi[i]! > upper) state = WANT_SHORT;
      wanted[i - from] = state;
    }
    return wanted;
  },
  sets: { enterLong: oversold, leaveLong: overbought, enterShort: overbought, leaveShort: oversold },
});
