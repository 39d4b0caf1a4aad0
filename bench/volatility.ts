import type { Rates } from "../core/engine/contract.ts";
import { engineTs } from "../engine-ts/engine.ts";
import { writeReceipt } from "./receipt.ts";

const RATES: Rates = { riskFreePerPeriod: 0, marPerPeriod: 0, periodsPerYear: 252 };

/** What rounding leaves of the deviation of constant returns, and what a Sharpe ratio without a floor makes of it. */
export function benchVolatility(): void {
  const series: Readonly<Record<string, Float64Array>> = {
    "ten returns of 0.01": new Float64Array(10).fill(0.01),
    "252 returns of 0.0001": new Float64Array(252).fill(0.0001),
    "growth by 1 % compounded over 252 bars": growth(252, 1.01),
    "growth by 0.3 % compounded over 2,520 bars": growth(2520, 1.003),
    "loss of 0.1 % compounded over 252 bars": growth(252, 0.999),
    "deviation 1e-9 around 0.01": Float64Array.from({ length: 252 }, (_, i) => 0.01 + (i % 2 === 0 ? 1e-9 : -1e-9)),
  };
  const results = Object.entries(series).map(([name, returns]) => {
    const { volatility, meanReturn, sharpe } = engineTs.returnStatistics(returns, RATES);
    const unguarded = (meanReturn / volatility) * Math.sqrt(RATES.periodsPerYear);
    return { name, deviation: volatility, unguarded: String(unguarded), reported: Number.isNaN(sharpe) ? null : sharpe };
  });
  writeReceipt("DL-003", "zero-volatility", "bun run bench volatility", results, {
    title: "Sharpe of series without dispersion",
    notes: [
      "Per-bar sample deviation as computed in doubles; Sharpe without a floor; Sharpe as reported (deviation <= 1e-12 is none).",
    ],
    columns: ["series", "deviation", "without a floor", "reported"],
    rows: results.map((row) => [
      row.name,
      row.deviation.toExponential(2),
      Number(row.unguarded).toExponential(2),
      row.reported === null ? "null" : row.reported.toExponential(2),
    ]),
  });
}

function growth(n: number, factor: number): Float64Array {
  let equity = 10_000;
  return Float64Array.from({ length: n }, () => {
    const before = equity;
    equity *= factor;
    return equity / before - 1;
  });
}
