import { CLOSE } from "../sweep/lines.ts";
import { compare } from "../sweep/sets.ts";
import { defineStrategy, WANT_LONG } from "./strategy.ts";

export const buyAndHold = defineStrategy({
  doc: "Long from the first bar on.",
  params: {},
  rules: [],
  barsNeeded: () => 1,
  wanted: ({ close }, _params, from) => new Int8Array(close.length - from).fill(WANT_LONG),
  // Prices are above 0.
  sets: { enterLong: { by: [], rule: () => compare(CLOSE, ">", 0) } },
});
