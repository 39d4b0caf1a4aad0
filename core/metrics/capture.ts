import { ZERO_DISPERSION } from "../engine/abi.ts";
import type { Metric } from "./metric.ts";
import type { ReturnPairs } from "./return-pairs.ts";

/** Annual rates of the periods in which the benchmark rose, and of those in which it fell. */
interface RatesBySign {
  readonly up: number;
  readonly down: number;
}

/** The strategy's annual rate over the benchmark's, in the periods in which the benchmark rose, and in those in which it fell. */
export function captures({ returns, benchmark, periodsPerYear }: Omit<ReturnPairs, "captures">): RatesBySign {
  const ours = compounded(returns, benchmark, periodsPerYear);
  const theirs = compounded(benchmark, benchmark, periodsPerYear);
  return { up: over(ours.up, theirs.up), down: over(ours.down, theirs.down) };
}

/** Both rates in one pass over the periods. */
function compounded(x: Float64Array, benchmark: Float64Array, periodsPerYear: number): RatesBySign {
  const up = new Product();
  const down = new Product();
  for (let i = 0; i < x.length; i++) {
    const sign = benchmark[i]!;
    if (sign > 0) up.take(x[i]!);
    else if (sign < 0) down.take(x[i]!);
  }
  return { up: up.rate(periodsPerYear), down: down.rate(periodsPerYear) };
}

/** Product of (1 + x), in logarithms, which keep a long one inside the range of a double. */
class Product {
  private logs = 0;
  private negative = false;
  private count = 0;

  take(x: number): void {
    this.count++;
    if (x === 0) return;
    if (x < -1) this.negative = !this.negative;
    this.logs += x < -1 ? Math.log(-1 - x) : Math.log1p(x);
  }

  /** The product raised to P / the number of factors, minus 1: an annual rate. NaN without a factor or when the product is negative. */
  rate(periodsPerYear: number): number {
    return this.count === 0 || this.negative ? Number.NaN : Math.expm1((this.logs / this.count) * periodsPerYear);
  }
}

function over(numerator: number, denominator: number): number {
  return Math.abs(denominator) > ZERO_DISPERSION ? numerator / denominator : Number.NaN;
}

export const upCapture: Metric<ReturnPairs> = {
  doc: "Annual compounded return over that of the benchmark, in the periods in which the benchmark rose; undefined without one.",
  unit: "ratio",
  compute: (pairs) => pairs.captures().up,
};

export const downCapture: Metric<ReturnPairs> = {
  doc: "Annual compounded return over that of the benchmark, in the periods in which the benchmark fell; undefined without one.",
  unit: "ratio",
  compute: (pairs) => pairs.captures().down,
};

export const captureRatio: Metric<ReturnPairs> = {
  doc: "up_capture / down_capture; undefined when either is, or when the second is zero.",
  unit: "ratio",
  compute: (pairs) => over(pairs.captures().up, pairs.captures().down),
};
