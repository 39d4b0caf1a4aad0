import { crossExponential } from "../exact/ema-cross.ts";
import { crossSimple, crossWeighted } from "../exact/window-cross.ts";
import { defineStrategy, windowParam } from "./strategy.ts";

/** Writes the sign of fast minus slow average, by the kind of both. */
export const CROSSINGS = { sma: crossSimple, ema: crossExponential, wma: crossWeighted } as const;

export const maCrossover = defineStrategy({
  doc: "Long while the fast average of the close is above the slow one, short while below, flat while equal.",
  params: {
    fast: windowParam(10, "period of the fast average"),
    slow: windowParam(30, "period of the slow average"),
    average: { kind: "choice", choices: ["sma", "ema", "wma"], default: "sma", unit: "", doc: "kind of both averages" },
  },
  rules: [{ left: "fast", right: "slow" }],
  barsNeeded: ({ slow }) => slow,
  wanted: ({ close }, { fast, slow, average }, from) => {
    const wanted = new Int8Array(close.length - from);
    CROSSINGS[average](close, fast, slow, from, wanted);
    return wanted;
  },
  sets: {
    enterLong: { by: ["average", "fast", "slow"], rule: (params) => ({ kind: "crossing", ...params, side: "above" }) },
    enterShort: { by: ["average", "fast", "slow"], rule: (params) => ({ kind: "crossing", ...params, side: "below" }) },
  },
});
