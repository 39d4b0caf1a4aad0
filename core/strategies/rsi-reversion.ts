import { rsiLine } from "../indicators/rsi.ts";
import { defineStrategy, type NumberParam, WANT_FLAT, WANT_LONG, WANT_SHORT, windowParam } from "./strategy.ts";

function level(value: number, doc: string): NumberParam {
  return { kind: "number", min: 0, max: 100, default: value, unit: "RSI points", doc };
}

export const rsiReversion = defineStrategy({
  doc: "Long from RSI below `lower` until RSI above `upper`, short from RSI above `upper` until RSI below `lower`.",
  params: {
    period: windowParam(14, "period of the RSI"),
    lower: level(30, "oversold below this"),
    upper: level(70, "overbought above this"),
  },
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
});
