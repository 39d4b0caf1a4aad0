/**
 * Simple returns of an equity curve: E[i] / E[i-1] - 1.
 *
 * @param equity length n + 1, the starting capital first
 * @returns length n; NaN (missing) where E[i-1] <= 0
 */
export function returnsOf(equity: Float64Array): Float64Array {
  const returns = new Float64Array(Math.max(equity.length - 1, 0));
  for (let i = 0; i < returns.length; i++) {
    const before = equity[i]!;
    returns[i] = before > 0 ? equity[i + 1]! / before - 1 : Number.NaN;
  }
  return returns;
}

/**
 * The equity curve that a return series compounds to, from 1.
 *
 * @param returns length n, simple returns; NaN (missing) compounds as 0
 * @returns length n + 1
 */
export function equityOf(returns: Float64Array): Float64Array {
  const equity = new Float64Array(returns.length + 1);
  let value = 1;
  equity[0] = value;
  for (let i = 0; i < returns.length; i++) {
    const growth = returns[i]!;
    if (!Number.isNaN(growth)) value *= 1 + growth;
    equity[i + 1] = value;
  }
  return equity;
}
