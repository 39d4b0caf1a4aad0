import { crossMacd } from "../exact/macd-cross.ts";
import { macd } from "../indicators/macd.ts";
import { defineStrategy } from "./strategy.ts";

export const macdCrossover = defineStrategy({
  doc: "Long while MACD is above its signal line, short while below, flat while equal.",
  params: macd.params,
  rules: [{ left: "fast", right: "slow" }],
  barsNeeded: macd.barsNeeded,
  wanted: ({ close }, { fast, slow, signal }, from) => {
    const wanted = new Int8Array(close.length - from);
    crossMacd(close, fast, slow, signal, from, wanted);
    return wanted;
  },
  sets: {
    enterLong: { by: ["fast", "slow", "signal"], rule: (params) => ({ kind: "macd", ...params, side: "above" }) },
    enterShort: { by: ["fast", "slow", "signal"], rule: (params) => ({ kind: "macd", ...params, side: "below" }) },
  },
});
