import { DoubleDouble } from "./double-double.ts";

/** Sum of values[from, to) in double-double. */
export function exactSum(values: Float64Array, from: number, to: number): DoubleDouble {
  const sum = new DoubleDouble();
  for (let i = from; i < to; i++) sum.add(values[i]!);
  return sum;
}

/** The double nearest to the mean of values[from, to); the mean of equal values is that value. NaN for none. */
export function meanOf(values: Float64Array, from: number, to: number): number {
  return exactSum(values, from, to).quotient(to - from);
}
