import { ZERO_DISPERSION } from "../engine/abi.ts";
import type { Metric } from "./metric.ts";
import type { ReturnPairs } from "./return-pairs.ts";

/**
 * Product of (1 + x) over the chosen periods raised to P / their number, minus 1: an annual rate. Logarithms keep a long
 * product inside the range of a double.
 *
 * @returns NaN without a period or when the product is negative
 */
function compounded(x: Float64Array, chosen: (i: number) => boolean, periodsPerYear: number): number {
  let logs = 0;
  let negative = false;
  let count = 0;
  for (let i = 0; i < x.length; i++) {
    if (!chosen(i)) continue;
    const value = x[i]!;
    if (value < -1) negative = !negative;
    logs += value < -1 ? Math.log(-1 - value) : Math.log1p(value);
    count++;
  }
  return count === 0 || negative ? Number.NaN : Math.expm1((logs / count) * periodsPerYear);
}

/** The strategy's annual rate over the benchmark's, in the periods in which the benchmark moved with this sign. */
function capture({ returns, benchmark, periodsPerYear }: ReturnPairs, sign: 1 | -1): number {
  const chosen = (i: number): boolean => benchmark[i]! * sign > 0;
  return over(compounded(returns, chosen, periodsPerYear), compounded(benchmark, chosen, periodsPerYear));
}

function over(numerator: number, denominator: number): number {
  return Math.abs(denominator) > ZERO_DISPERSION ? numerator / denominator : Number.NaN;
}

export const upCapture: Metric<ReturnPairs> = {
  doc: "Annual compounded return over that of the benchmark, in the periods in which the benchmark rose; undefined without one.",
  unit: "ratio",
  compute: (pairs) => capture(pairs, 1),
};

export const downCapture: Metric<ReturnPairs> = {
  doc: "Annual compounded return over that of the benchmark, in the periods in which the benchmark fell; undefined without one.",
  unit: "ratio",
  compute: (pairs) => capture(pairs, -1),
};

export const captureRatio: Metric<ReturnPairs> = {
  doc: "up_capture / down_capture; undefined when either is, or when the second is zero.",
  unit: "ratio",
  compute: (pairs) => over(upCapture.compute(pairs), downCapture.compute(pairs)),
};
