import { normalCdf } from "../statistics/normal.ts";
import type { Likeness } from "./effective-trials.ts";

const INVERSE_SQRT_TWO_PI = 0.3989422804014327;
/** Beyond this the density of what the values share is nothing. */
const FARTHEST = 8;
const COARSEST_STEP = 0.05;
/** Values whose own part has a smaller deviation than this are one value. */
const LEAST_OWN = 1e-3;

/**
 * Probability that the largest of some equally correlated standard normal values exceeds x. Each is sqrt(rho) times a value that all share plus sqrt(1 - rho)
 * times one of its own, so that given what they share they are independent: 1 - Phi((x - sqrt(rho) s) / sqrt(1 - rho))^M, averaged over s (trapezoids).
 *
 * @param likeness M >= 1 and rho; a single value needs no rho
 * @returns 0 to 1, to about 1e-9; from the tail of x for M = 1 or rho = 1 to that of M independent values for rho = 0
 * @see Tong, "The Multivariate Normal Distribution", 1990, chapter 5
 */
export function largestExceeds(x: number, { differing, correlation }: Likeness): number {
  const own = Math.sqrt(1 - correlation);
  if (differing === 1 || own < LEAST_OWN) return normalCdf(-x);
  const shared = Math.sqrt(correlation);
  const steps = Math.ceil((2 * FARTHEST) / Math.min(COARSEST_STEP, own / 4));
  const step = (2 * FARTHEST) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const s = i * step - FARTHEST;
    const tail = normalCdf((shared * s - x) / own);
    sum += Math.exp((-s * s) / 2) * -Math.expm1(differing * Math.log1p(-tail));
  }
  return Math.min(1, INVERSE_SQRT_TWO_PI * step * sum);
}
