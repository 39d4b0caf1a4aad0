import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { exposureMetrics, tradeMetrics } from "./registry.ts";

/** Trades of one bar each, without fees, on a notional of 1000. */
function tradesOf(...pnl: number[]) {
  return {
    pnl: Float64Array.from(pnl),
    return: Float64Array.from(pnl, (value) => value / 1000),
    entryBar: Int32Array.from(pnl, (_, i) => i),
    exitBar: Int32Array.from(pnl, (_, i) => i + 1),
    fees: new Float64Array(pnl.length),
  };
}

describe("trade metrics", () => {
  test("wins of 30 and 10 against a loss of 20", () => {
    const got = tradeMetrics(tradesOf(30, -20, 10));
    expect(got).toMatchObject({ gross_profit: 40, gross_loss: 20, net_profit: 20, profit_factor: 2, avg_win: 20, avg_loss: -20 });
    expect(got).toMatchObject({ payoff_ratio: 1, win_rate: 2 / 3, best_trade: 30, worst_trade: -20, best_trade_return: 0.03 });
    expect(got.kelly).toBeCloseTo(1 / 3, 15);
    expect(got.sqn).toBeCloseTo((Math.sqrt(3) * (20 / 3)) / Math.sqrt(1900 / 3), 13);
  });

  test("a break-even trade ends a run of wins and counts as not won", () => {
    const got = tradeMetrics(tradesOf(1, 1, 0, 1, -1, -1, -1));
    expect(got).toMatchObject({ max_consecutive_wins: 2, max_consecutive_losses: 3, breakeven: 1, win_rate: 3 / 7 });
  });

  test("bars held and fees are summed over all trades", () => {
    const rows = tradesOf(1, 2);
    rows.exitBar.set([4, 9]);
    rows.fees.set([0.5, 0.25]);
    expect(tradeMetrics(rows)).toMatchObject({ avg_bars_held: 6, max_bars_held: 8, total_fees: 0.75 });
  });

  test("equal results up to rounding have no system quality, whatever their size", () => {
    for (const size of [1e-9, 0.1, 1e9]) {
      const got = tradeMetrics(tradesOf(size, size * (1 + 2 ** -52), size, size));
      expect(got.sqn).toBeNaN();
      expect(got.sqn_capped100).toBeNaN();
    }
  });

  test("columns of different length are refused", () => {
    expect(() => tradeMetrics({ ...tradesOf(1, 2), fees: new Float64Array(1) })).toThrow(RangeError);
  });

  test("no metric is ever infinite, for results of any size", () => {
    const result = fc.oneof(
      fc.constantFrom(0, 5e-324, -5e-324, 1e308, -1e308, 1, -1),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    fc.assert(
      fc.property(fc.array(result, { maxLength: 8 }), (pnl) => {
        const values = Object.values(tradeMetrics(tradesOf(...pnl)));
        return values.every((value) => Number.isNaN(value) || (Number.isFinite(value) && !Object.is(value, -0)));
      }),
      { seed: 1, numRuns: 1000 },
    );
  });
});

describe("exposure and turnover", () => {
  test("held 1 of 4 bars, 3 units at 100 bought and sold on a book of 600", () => {
    const got = exposureMetrics({
      equity: Float64Array.of(500, 600, 700, 600),
      heldBars: 1,
      fills: { quantity: Float64Array.of(3, 3), price: Float64Array.of(100, 100) },
      periodsPerYear: 12,
    });
    expect(got).toEqual({ exposure: 0.25, turnover: 1, turnover_ann: 3 });
  });

  test("without bars, or without a book to turn over, there is none", () => {
    const none = { quantity: new Float64Array(0), price: new Float64Array(0) };
    const empty = exposureMetrics({ equity: new Float64Array(0), heldBars: 0, fills: none, periodsPerYear: 252 });
    expect(Object.values(empty)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    const ruined = exposureMetrics({ equity: Float64Array.of(10, -30), heldBars: 1, fills: none, periodsPerYear: 252 });
    expect(ruined).toEqual({ exposure: 0.5, turnover: Number.NaN, turnover_ann: Number.NaN });
  });
});
