import { ZERO_DISPERSION } from "../engine/abi.ts";

/** Arithmetic mean, summed around the first value so that the mean of equal values is that value; NaN when empty. */
export function mean(x: Float64Array): number {
  const n = x.length;
  const origin = x[0] ?? Number.NaN;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += x[i]! - origin;
  return origin + sum / n;
}

/** Sum of (x - meanX) * (y - meanY) over two columns of one length; the sum of squares when both are the same column. */
export function sumOfProducts(x: Float64Array, meanX: number, y: Float64Array, meanY: number): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i]! - meanX) * (y[i]! - meanY);
  return sum;
}

/** Sample standard deviation (n - 1), two passes; NaN when n < 2, exactly 0 for equal values. */
export function standardDeviation(x: Float64Array): number {
  if (x.length < 2) return Number.NaN;
  const center = mean(x);
  return Math.sqrt(sumOfProducts(x, center, x, center) / (x.length - 1));
}

/** Third and fourth standardised moments with n in the denominator. */
export interface Shape {
  /** m3 / m2^1.5; NaN when n < 3 or without dispersion. */
  readonly skewness: number;
  /** m4 / m2^2 - 3; NaN when n < 4 or without dispersion. */
  readonly kurtosisExcess: number;
}

/**
 * Shape of a sample whose mean and deviation are known. Values are standardised before their powers are taken, so that
 * neither tiny nor huge ones leave the range of a double.
 *
 * @param x       NaN is a missing value and is left out
 * @param n       number of values that are not NaN
 * @param center  their mean
 * @param sd      their sample standard deviation (n - 1)
 */
export function shapeOf(x: Float64Array, n: number, center: number, sd: number): Shape {
  if (n < 3 || !(sd > ZERO_DISPERSION)) return { skewness: Number.NaN, kurtosisExcess: Number.NaN };
  const scale = 1 / (sd * Math.sqrt((n - 1) / n));
  let cubes = 0;
  let fourths = 0;
  for (let i = 0; i < x.length; i++) {
    const value = x[i]!;
    if (Number.isNaN(value)) continue;
    const z = (value - center) * scale;
    const square = z * z;
    cubes += square * z;
    fourths += square * square;
  }
  return { skewness: cubes / n, kurtosisExcess: n < 4 ? Number.NaN : fourths / n - 3 };
}
