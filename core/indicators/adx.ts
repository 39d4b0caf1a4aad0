import { windowParam } from "../strategies/strategy.ts";
import { blankColumn, defineIndicator, type IndicatorColumns } from "./indicator.ts";
import { rmaLine } from "./rma.ts";
import { trueRangeLine } from "./true-range.ts";
import { overValues } from "./valid-bars.ts";

/** Directional moves of a bar: only the larger of the two sides counts, none on a tie. */
function directionalMoves({ high, low }: IndicatorColumns): { plus: Float64Array; minus: Float64Array } {
  const plus = new Float64Array(high.length);
  const minus = new Float64Array(high.length);
  for (let i = 1; i < high.length; i++) {
    const up = high[i]! - high[i - 1]!;
    const down = low[i - 1]! - low[i]!;
    if (up > down && up > 0) plus[i] = up;
    if (down > up && down > 0) minus[i] = down;
  }
  return { plus, minus };
}

/** Wilder's running sum: bars 1 to period - 1, then sum - sum / period + new; values from bar `period` on. */
function runningSum(values: Float64Array, period: number): Float64Array {
  const line = blankColumn(values.length);
  let sum = 0;
  for (let i = 1; i < values.length; i++) {
    sum = i < period ? sum + values[i]! : sum - sum / period + values[i]!;
    if (i >= period) line[i] = sum;
  }
  return line;
}

export const adx = defineIndicator({
  doc: "Average directional index with both directional indicators and their unsmoothed index, each 0 to 100.",
  params: { period: windowParam(14, "period of the sums and of the average") },
  outputs: ["adx", "plus_di", "minus_di", "dx"],
  barsNeeded: ({ period }) => 2 * period,
  compute: (columns, { period }) => {
    const n = columns.close.length;
    const moves = directionalMoves(columns);
    const plus = runningSum(moves.plus, period);
    const minus = runningSum(moves.minus, period);
    const range = runningSum(trueRangeLine(columns), period);
    const outputs = { adx: blankColumn(n), plus_di: blankColumn(n), minus_di: blankColumn(n), dx: blankColumn(n) };
    for (let i = period; i < n; i++) {
      if (!(range[i]! > 0)) continue;
      outputs.plus_di[i] = (100 * plus[i]!) / range[i]!;
      outputs.minus_di[i] = (100 * minus[i]!) / range[i]!;
      const both = plus[i]! + minus[i]!;
      if (both > 0) outputs.dx[i] = (100 * Math.abs(plus[i]! - minus[i]!)) / both;
    }
    outputs.adx = overValues(outputs.dx, (dx) => rmaLine(dx, period));
    return outputs;
  },
});
