import { mean, standardDeviation, sumOfProducts } from "../statistics/moments.ts";
import { captures } from "./capture.ts";
import { once } from "./once.ts";
import { ratePerPeriod } from "./rates.ts";

export interface BenchmarkSettings {
  readonly periodsPerYear: number;
  /** Annual, fraction. */
  readonly riskFree: number;
}

/** Returns of a strategy and of its benchmark in the periods in which both exist, with their first moments. */
export interface ReturnPairs {
  readonly returns: Float64Array;
  readonly benchmark: Float64Array;
  /** returns - benchmark. */
  readonly active: Float64Array;
  readonly meanReturn: number;
  readonly meanBenchmark: number;
  readonly meanActive: number;
  /** Sample standard deviations (n - 1); NaN below 2 pairs. */
  readonly sdReturn: number;
  readonly sdBenchmark: number;
  readonly sdActive: number;
  /** Sample covariance (n - 1); NaN below 2 pairs. */
  readonly covariance: number;
  readonly periodsPerYear: number;
  readonly riskFreePerPeriod: number;
  /** Computed on first use. */
  captures(): ReturnType<typeof captures>;
}

/**
 * Pairs two return series of the same periods.
 *
 * @param returns    length n, simple returns; a pair with a NaN (missing) on either side is dropped
 * @param benchmark  length n
 * @throws {RangeError} when the lengths differ
 */
export function returnPairs(returns: Float64Array, benchmark: Float64Array, settings: BenchmarkSettings): ReturnPairs {
  if (returns.length !== benchmark.length) {
    throw new RangeError(`one benchmark return per return: got ${benchmark.length} for ${returns.length}`);
  }
  const ours = new Float64Array(returns.length);
  const theirs = new Float64Array(returns.length);
  const gaps = new Float64Array(returns.length);
  let count = 0;
  for (let i = 0; i < returns.length; i++) {
    const r = returns[i]!;
    const b = benchmark[i]!;
    if (Number.isNaN(r) || Number.isNaN(b)) continue;
    ours[count] = r;
    theirs[count] = b;
    gaps[count] = r - b;
    count++;
  }
  const r = ours.subarray(0, count);
  const b = theirs.subarray(0, count);
  const active = gaps.subarray(0, count);
  const meanReturn = mean(r);
  const meanBenchmark = mean(b);
  const pairs = {
    returns: r,
    benchmark: b,
    active,
    meanReturn,
    meanBenchmark,
    meanActive: mean(active),
    sdReturn: standardDeviation(r),
    sdBenchmark: standardDeviation(b),
    sdActive: standardDeviation(active),
    covariance: count < 2 ? Number.NaN : sumOfProducts(r, meanReturn, b, meanBenchmark) / (count - 1),
    periodsPerYear: settings.periodsPerYear,
    riskFreePerPeriod: ratePerPeriod(settings.riskFree, settings.periodsPerYear),
  };
  return { ...pairs, captures: once(() => captures(pairs)) };
}
