import { ZERO_DISPERSION } from "../engine/abi.ts";

/**
 * numerator / denominator, where the denominator measures dispersion or loss in units of return and is >= 0.
 *
 * @returns NaN when the denominator is NaN or at most ZERO_DISPERSION
 */
export function ratio(numerator: number, denominator: number): number {
  return denominator > ZERO_DISPERSION ? numerator / denominator : Number.NaN;
}

/** x as it leaves a metric: NaN for every number that is not finite, 0 for -0. */
export function finiteOrNaN(x: number): number {
  return Number.isFinite(x) ? x + 0 : Number.NaN;
}
