import type { Rates } from "../engine/contract.ts";

/** The rate of one period that compounds to an annual rate x over periodsPerYear periods: (1 + x)^(1/P) - 1. */
export function ratePerPeriod(annual: number, periodsPerYear: number): number {
  return Math.expm1(Math.log1p(annual) / periodsPerYear);
}

/**
 * Annual settings as the rates of a period that the engines take.
 *
 * @param riskFree        annual, fraction, > -1
 * @param mar             minimum acceptable return, annual, fraction, > -1
 * @param periodsPerYear  > 0, 252 for daily bars of a market with sessions
 * @throws {RangeError} when an argument lies outside its range
 */
export function rates(riskFree: number, mar: number, periodsPerYear: number): Rates {
  if (!(periodsPerYear > 0 && Number.isFinite(periodsPerYear))) {
    throw new RangeError(`periodsPerYear must be a positive number, got ${periodsPerYear}`);
  }
  for (const [name, rate] of [
    ["riskFree", riskFree],
    ["mar", mar],
  ] as const) {
    if (!(rate > -1 && Number.isFinite(rate))) throw new RangeError(`${name} must be above -1, got ${rate}`);
  }
  return {
    riskFreePerPeriod: ratePerPeriod(riskFree, periodsPerYear),
    marPerPeriod: ratePerPeriod(mar, periodsPerYear),
    periodsPerYear,
  };
}
