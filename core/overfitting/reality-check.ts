import type { ReturnMatrix } from "./block-sums.ts";
import { type Resampling, stationaryBootstrap } from "./stationary-bootstrap.ts";

/** Mean of every column over the rows named, each as often as it is named. */
export function columnMeans({ values, columns }: ReturnMatrix, rows: Iterable<number>): Float64Array {
  const means = new Float64Array(columns);
  let count = 0;
  for (const row of rows) {
    for (let k = 0; k < columns; k++) means[k]! += values[row * columns + k]!;
    count++;
  }
  return means.map((sum) => sum / count);
}

/** Largest of f(k) over the columns. */
export function largestOf(columns: number, f: (column: number) => number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < columns; k++) largest = Math.max(largest, f(k));
  return largest;
}

/** A test statistic and the share of resamples, all under the hypothesis of no skill, that reach it. */
export interface TestResult {
  readonly statistic: number;
  readonly pValue: number;
}

/**
 * White's Reality Check: could the best of several strategies owe its mean to having been picked? V = sqrt(n) max mean_k against sqrt(n) max (mean*_k - mean_k).
 *
 * @param excess returns in excess of the benchmark, at least one row and one column
 * @see White, "A Reality Check for Data Snooping", Econometrica 68, 2000
 */
export function realityCheck(excess: ReturnMatrix, resampling: Resampling): TestResult {
  const { rows, columns } = excess;
  const root = Math.sqrt(rows);
  const means = columnMeans(excess, new Int32Array(rows).keys());
  const statistic = root * largestOf(columns, (k) => means[k]!);
  const draw = stationaryBootstrap(rows, resampling);
  let reached = 0;
  for (let i = 0; i < resampling.resamples; i++) {
    const drawn = columnMeans(excess, draw());
    if (root * largestOf(columns, (k) => drawn[k]! - means[k]!) >= statistic) reached++;
  }
  return { statistic, pValue: reached / resampling.resamples };
}
