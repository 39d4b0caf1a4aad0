import { windowParam } from "../strategies/strategy.ts";
import { emaAlpha, emaLine, smoothedLine } from "./ema.ts";
import { blankColumn, defineIndicator } from "./indicator.ts";

/** Fast average minus slow average, both from bar slow - 1 on. */
function averageDifference(close: Float64Array, fast: number, slow: number): Float64Array {
  const difference = smoothedLine(close, fast, emaAlpha(fast), slow - 1);
  const slowLine = emaLine(close, slow);
  for (let i = slow - 1; i < close.length; i++) difference[i] = difference[i]! - slowLine[i]!;
  return difference;
}

export const macd = defineIndicator({
  doc: "Difference of two exponential averages of the close, its own exponential average (signal), and how far it is above that.",
  params: {
    fast: windowParam(12, "period of the fast average, at most that of the slow one"),
    slow: windowParam(26, "period of the slow average"),
    signal: windowParam(9, "period of the average of the difference"),
  },
  outputs: ["macd", "signal", "histogram"],
  barsNeeded: ({ slow, signal }) => slow + signal - 1,
  compute: ({ close }, { fast, slow, signal }) => {
    if (fast > slow) throw new RangeError(`macd needs fast <= slow: got fast ${fast}, slow ${slow}`);
    const n = close.length;
    const outputs = { macd: blankColumn(n), signal: blankColumn(n), histogram: blankColumn(n) };
    const first = slow + signal - 2;
    if (first >= n) return outputs;
    const difference = averageDifference(close, fast, slow);
    outputs.macd.set(difference.subarray(first), first);
    outputs.signal = smoothedLine(difference, signal, emaAlpha(signal), first);
    for (let i = first; i < n; i++) outputs.histogram[i] = outputs.macd[i]! - outputs.signal[i]!;
    return outputs;
  },
});
