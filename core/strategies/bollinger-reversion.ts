import { bbands } from "../indicators/bbands.ts";
import { aboveUpper, atOrAboveMiddle, atOrBelowMiddle, bandParams, belowLower } from "./bollinger-sets.ts";
import { defineStrategy, WANT_FLAT, WANT_LONG, WANT_SHORT } from "./strategy.ts";

export const bollingerReversion = defineStrategy({
  doc: "Long from a close below the lower Bollinger band until a close at or above the middle; short from above the upper band until at or below the middle.",
  params: bandParams,
  rules: [],
  barsNeeded: ({ period }) => period,
  wanted: (bars, params, from) => {
    const { close } = bars;
    const { upper, middle, lower } = bbands.compute(bars, params);
    const wanted = new Int8Array(close.length - from);
    let state = WANT_FLAT;
    for (let i = from; i < close.length; i++) {
      const price = close[i]!;
      if (price < lower[i]!) state = WANT_LONG;
      else if (price > upper[i]!) state = WANT_SHORT;
      else if (state === WANT_LONG ? price >= middle[i]! : price <= middle[i]!) state = WANT_FLAT;
      wanted[i - from] = state;
    }
    return wanted;
  },
  sets: { enterLong: belowLower, leaveLong: atOrAboveMiddle, enterShort: aboveUpper, leaveShort: atOrBelowMiddle },
});
