import { normalInverse } from "../statistics/normal.ts";

const EULER_MASCHERONI = 0.5772156649015329;

/**
 * Expected largest of N independent Sharpe ratios without skill, in units of their standard deviation:
 * (1 - g) PhiInv(1 - 1/N) + g PhiInv(1 - 1/(N e)), g the constant of Euler and Mascheroni.
 *
 * @param trials N >= 1, not necessarily whole
 * @returns 0 for one trial, and for the N below about 1.4 at which the approximation falls under 0
 * @throws {RangeError} when trials is below 1 or not finite
 * @see Bailey and López de Prado, "The Deflated Sharpe Ratio", Journal of Portfolio Management 40(5), 2014
 */
export function expectedMaxSharpe(trials: number): number {
  if (!(trials >= 1 && Number.isFinite(trials))) throw new RangeError(`trials is a number from 1, got ${trials}`);
  if (trials === 1) return 0;
  const upper = (probability: number) => -normalInverse(probability);
  return Math.max(0, (1 - EULER_MASCHERONI) * upper(1 / trials) + EULER_MASCHERONI * upper(1 / (trials * Math.E)));
}
