import { DoubleDouble } from "../exact/double-double.ts";
import { windowParam } from "../strategies/strategy.ts";
import { blankColumn, defineIndicator } from "./indicator.ts";

/**
 * Population standard deviation of the last `period` values; NaN before bar period - 1, exactly 0 for equal values. The sums
 * of values and squares are kept in double-double, so that their difference holds for values equal to eight digits, too.
 */
export function stddevLine(values: Float64Array, period: number): Float64Array {
  const line = blankColumn(values.length);
  const sum = new DoubleDouble();
  const squares = new DoubleDouble();
  const spread = new DoubleDouble();
  const square = new DoubleDouble();
  let run = 0;
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    run = i > 0 && x === values[i - 1]! ? run + 1 : 1;
    sum.add(x);
    squares.addProduct(x, x);
    if (i >= period) {
      const leaving = values[i - period]!;
      sum.add(-leaving);
      squares.addProduct(-leaving, leaving);
    }
    if (i < period - 1) continue;
    if (run >= period) line[i] = 0;
    else {
      square.copy(sum).multiply(sum);
      spread.copy(squares).times(period).minus(square);
      line[i] = Math.sqrt(Math.max(spread.hi, 0)) / period;
    }
  }
  return line;
}

export const stddev = defineIndicator({
  doc: "Population standard deviation (n in the denominator) of the last `period` closes.",
  params: { period: windowParam(20, "closes in the deviation") },
  outputs: ["value"],
  barsNeeded: ({ period }) => period,
  compute: ({ close }, { period }) => ({ value: stddevLine(close, period) }),
});
