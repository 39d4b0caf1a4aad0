import { windowParam } from "../strategies/strategy.ts";
import { blankColumn, defineIndicator } from "./indicator.ts";
import { rmaLine } from "./rma.ts";

/** Averages below this have decayed over a long flat stretch until no digits are left: no movement. */
const NO_MOVEMENT = 1e-290;

/** 100 * average gain / (average gain + average loss), 0 to 100; NaN before bar `period` and while nothing has moved. */
export function rsiLine(close: Float64Array, period: number): Float64Array {
  const n = close.length;
  const line = blankColumn(n);
  if (n <= period) return line;
  const gains = new Float64Array(n - 1);
  const losses = new Float64Array(n - 1);
  for (let i = 1; i < n; i++) {
    const change = close[i]! - close[i - 1]!;
    if (change > 0) gains[i - 1] = change;
    else losses[i - 1] = -change;
  }
  const gain = rmaLine(gains, period);
  const loss = rmaLine(losses, period);
  for (let i = period; i < n; i++) {
    const movement = gain[i - 1]! + loss[i - 1]!;
    if (movement > NO_MOVEMENT) line[i] = (100 * gain[i - 1]!) / movement;
  }
  return line;
}

export const rsi = defineIndicator({
  doc: "Relative strength index: the share of gains in the movement of the close, 0 to 100, with Wilder's smoothing.",
  params: { period: windowParam(14, "changes in the first averages") },
  outputs: ["value"],
  barsNeeded: ({ period }) => period + 1,
  compute: ({ close }, { period }) => ({ value: rsiLine(close, period) }),
});
