/** Distance from a whole number, relative to it, that is rounding of (n - 1) * q: 100 * 0.29 is meant to be 29. */
const WHOLE_TOLERANCE = 1e-12;

/**
 * Position (n - 1) * q of the quantile q among n sorted values, counted from 0.
 *
 * @param q fraction, 0 to 1
 */
export function quantilePosition(n: number, q: number): number {
  const position = (n - 1) * q;
  const whole = Math.round(position);
  return Math.abs(position - whole) <= WHOLE_TOLERANCE * Math.max(1, whole) ? whole : position;
}

/**
 * Quantile by linear interpolation between order statistics (type 7).
 *
 * @param sorted ascending, without NaN
 * @param q      fraction, 0 to 1
 * @returns NaN when `sorted` is empty
 * @throws {RangeError} when q lies outside 0 to 1
 * @see Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American Statistician 50(4), 1996
 */
export function quantile(sorted: Float64Array, q: number): number {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`a quantile is a fraction from 0 to 1, got ${q}`);
  const position = quantilePosition(sorted.length, q);
  const k = Math.floor(position);
  const lower = sorted[k] ?? Number.NaN;
  const upper = sorted[k + 1];
  return upper === undefined ? lower : lower + (position - k) * (upper - lower);
}
