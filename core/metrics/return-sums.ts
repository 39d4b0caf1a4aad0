/** Counts, extremes and one-sided sums of a return series, missing returns left out. */
export interface ReturnSums {
  /** Largest and smallest return; NaN without any. */
  readonly best: number;
  readonly worst: number;
  readonly positive: number;
  readonly negative: number;
  readonly total: number;
  /** Sum of the absolute negative returns. */
  readonly losses: number;
  /** Sums of the excess over, and of the shortfall below, the minimum acceptable return; both >= 0. */
  readonly aboveMar: number;
  readonly belowMar: number;
}

/** @param returns simple returns, NaN is missing */
export function sumReturns(returns: Float64Array, marPerPeriod: number): ReturnSums {
  let best = Number.NEGATIVE_INFINITY;
  let worst = Number.POSITIVE_INFINITY;
  let positive = 0;
  let negative = 0;
  let total = 0;
  let losses = 0;
  let aboveMar = 0;
  let belowMar = 0;
  for (let i = 0; i < returns.length; i++) {
    const value = returns[i]!;
    if (Number.isNaN(value)) continue;
    total += value;
    if (value > best) best = value;
    if (value < worst) worst = value;
    if (value > 0) positive++;
    if (value < 0) {
      negative++;
      losses -= value;
    }
    const excess = value - marPerPeriod;
    if (excess > 0) aboveMar += excess;
    else belowMar -= excess;
  }
  const found = best >= worst;
  return {
    best: found ? best : Number.NaN,
    worst: found ? worst : Number.NaN,
    positive,
    negative,
    total,
    losses,
    aboveMar,
    belowMar,
  };
}
