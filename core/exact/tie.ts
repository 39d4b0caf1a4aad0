import { DoubleDouble } from "./double-double.ts";

/**
 * Two averages of prices count as equal when they differ by no more than this fraction of the larger. A decimal price is held
 * with a relative error of up to 2^-53; weights are positive, so an average carries at most as much, and two averages whose
 * decimal values are equal differ by at most 2^-52 (2.22e-16). The rest is room for the rounding of double-double arithmetic,
 * which stays below 1e-20.
 */
export const TIE_FRACTION = 2.5e-16;

const left = new DoubleDouble();
const right = new DoubleDouble();

/**
 * Which of two averages, given as positive sums and their weights, is larger: 1 for a / aWeight, -1 for b / bWeight, 0 when
 * they are equal but for the rounding of prices. Compares a * bWeight with b * aWeight, without a division.
 */
export function compareAverages(a: DoubleDouble, aWeight: number, b: DoubleDouble, bWeight: number): -1 | 0 | 1 {
  left.copy(a).times(bWeight);
  right.copy(b).times(aWeight);
  const larger = Math.max(left.hi, right.hi);
  return signBeyond(left.minus(right), TIE_FRACTION * larger);
}

/** The sign of a difference; 0 when it is no larger than `tolerance`. */
export function signBeyond(difference: DoubleDouble, tolerance: number): -1 | 0 | 1 {
  if (Math.abs(difference.hi) <= tolerance) return 0;
  return difference.hi > 0 ? 1 : -1;
}
