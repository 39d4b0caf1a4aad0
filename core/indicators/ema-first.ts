import { windowParam } from "../strategies/strategy.ts";
import { emaAlpha, smoothedLine } from "./ema.ts";
import { defineIndicator } from "./indicator.ts";

export const emaFirst = defineIndicator({
  doc: "Exponential moving average with alpha 2 / (period + 1), seeded at the first bar with its close.",
  params: { period: windowParam(20, "alpha is 2 / (period + 1)") },
  outputs: ["value"],
  barsNeeded: () => 1,
  compute: ({ close }, { period }) => ({ value: smoothedLine(close, 1, emaAlpha(period), 0) }),
});
