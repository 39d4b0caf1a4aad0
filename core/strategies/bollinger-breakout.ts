import { bbands } from "../indicators/bbands.ts";
import { aboveUpper, atOrAboveMiddle, atOrBelowMiddle, bandParams, belowLower } from "./bollinger-sets.ts";
import { defineStrategy, WANT_FLAT, WANT_LONG, WANT_SHORT } from "./strategy.ts";

export const bollingerBreakout = defineStrategy({
  doc: "Long from a close above the upper Bollinger band until a close at or below the middle; short from below the lower band until at or above the middle.",
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
      if (price > upper[i]!) state = WANT_LONG;
      else if (price < lower[i]!) state = WANT_SHORT;
      else if (state === WANT_LONG ? price <= middle[i]! : price >= middle[i]!) state = WANT_FLAT;
      wanted[i - from] = state;
    }
    return wanted;
  },
  sets: { enterLong: aboveUpper, leaveLong: atOrBelowMiddle, enterShort: belowLower, leaveShort: atOrAboveMiddle },
});
