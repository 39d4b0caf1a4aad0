import { CLOSE } from "../sweep/lines.ts";
import { compare } from "../sweep/sets.ts";
import { defineStrategy, WANT_FLAT, WANT_LONG, WANT_SHORT, windowParam } from "./strategy.ts";

export const momentum = defineStrategy({
  doc: "Long while the close is above the close `lookback` bars ago, short while below, flat while equal.",
  params: { lookback: windowParam(60, "bars back to the close compared with") },
  rules: [],
  barsNeeded: ({ lookback }) => lookback + 1,
  wanted: ({ close }, { lookback }, from) => {
    const wanted = new Int8Array(close.length - from);
    for (let i = Math.max(from, lookback); i < close.length; i++) {
      const before = close[i - lookback]!;
      wanted[i - from] = close[i]! > before ? WANT_LONG : close[i]! < before ? WANT_SHORT : WANT_FLAT;
    }
    return wanted;
  },
  sets: {
    enterLong: { by: ["lookback"], rule: ({ lookback }) => compare(CLOSE, ">", CLOSE, lookback) },
    enterShort: { by: ["lookback"], rule: ({ lookback }) => compare(CLOSE, "<", CLOSE, lookback) },
  },
});
