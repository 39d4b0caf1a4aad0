import { describe, expect, test } from "bun:test";
import { engineTs } from "../../engine-ts/engine.ts";
import { answerTo, type PriceRow, weekdayBars } from "./test-run.ts";

// The same small run computed a second time, from the definitions and with nothing of the project but the answer under test.
// Prices are quarters, so that their sums are exact and an average decides on no rounding.

const N = 40;
const STEPS = [3, 1, -4, 4, 6, -7, -5, 8, 2, -4, -9, 6, 5];
const COMMISSION = 0.001;
const SLIPPAGE = 0.0005;
const RISK_FREE = 0.02;
const CASH = 10_000;

const closes: number[] = [];
for (let i = 0; i < N; i++) closes.push((closes[i - 1] ?? 100) + STEPS[i % STEPS.length]! / 4 - (i % 7 === 3 ? 1 : 0));
const opens = closes.map((_, i) => (closes[i - 1] ?? 100) + (((i * 7) % 5) - 2) / 4);
const rows = closes.map(
  (close, i): PriceRow => [opens[i]!, Math.max(opens[i]!, close) + 1, Math.min(opens[i]!, close) - 1, close],
);
const bars = weekdayBars(rows);

/** Sum of the last n closes at bar i. */
const lastSum = (i: number, n: number) => closes.slice(i - n + 1, i + 1).reduce((sum, close) => sum + close, 0);
const wantsLong = closes.map((_, i) => i >= 4 && lastSum(i, 3) * 5 > lastSum(i, 5) * 3);

interface PlainTrade {
  readonly entryBar: number;
  readonly exitBar: number;
  readonly quantity: number;
  readonly entryPrice: number;
  readonly exitPrice: number;
  readonly fees: number;
}

function trade(signals: readonly boolean[]) {
  const trades: PlainTrade[] = [];
  const equity: number[] = [];
  let cash = CASH;
  let traded = 0;
  let held = 0;
  let open: { entryBar: number; quantity: number; entryPrice: number; fee: number } | null = null;
  for (let i = 0; i < N; i++) {
    const wants = i > 0 && signals[i - 1]!;
    if (wants && open === null) {
      const entryPrice = opens[i]! * (1 + SLIPPAGE);
      const quantity = cash / (entryPrice * (1 + COMMISSION));
      const fee = entryPrice * quantity * COMMISSION;
      traded += entryPrice * quantity;
      cash -= entryPrice * quantity + fee;
      open = { entryBar: i, quantity, entryPrice, fee };
    } else if (!wants && open !== null) {
      const { entryBar, quantity, entryPrice, fee } = open;
      const exitPrice = opens[i]! * (1 - SLIPPAGE);
      const exitFee = exitPrice * quantity * COMMISSION;
      traded += exitPrice * quantity;
      cash += exitPrice * quantity - exitFee;
      trades.push({ entryBar, exitBar: i, quantity, entryPrice, exitPrice, fees: fee + exitFee });
      open = null;
    }
    if (open !== null) held++;
    equity.push(cash + (open === null ? 0 : open.quantity * closes[i]!));
  }
  return { trades, equity, traded, held };
}

function figures(equity: readonly number[]) {
  const all = [CASH, ...equity];
  const returns = equity.map((value, i) => value / all[i]! - 1);
  const mean = returns.reduce((sum, r) => sum + r, 0) / N;
  const deviation = Math.sqrt(returns.reduce((sum, r) => sum + (r - mean) ** 2, 0) / (N - 1));
  const riskFree = (1 + RISK_FREE) ** (1 / 252) - 1;
  const downside = Math.sqrt(returns.reduce((sum, r) => sum + Math.min(r, 0) ** 2, 0) / N);
  const falls = all.map((value, i) => value / Math.max(...all.slice(0, i + 1)) - 1);
  const years = (bars.timeMs[N - 1]! - bars.timeMs[0]!) / (365.25 * 86_400_000);
  const total = equity[N - 1]! / CASH - 1;
  const cagr = (1 + total) ** (1 / years) - 1;
  return {
    final_equity: equity[N - 1]!,
    total_return: total,
    years,
    cagr,
    mean_return: mean,
    volatility: deviation,
    volatility_ann: deviation * Math.sqrt(252),
    sharpe: ((mean - riskFree) / deviation) * Math.sqrt(252),
    sortino: (mean / downside) * Math.sqrt(252),
    max_drawdown: Math.min(...falls),
    calmar: cagr / -Math.min(...falls),
    ulcer_index: Math.sqrt(falls.slice(1).reduce((sum, fall) => sum + fall * fall, 0) / N),
    best_return: Math.max(...returns),
    worst_return: Math.min(...returns),
    falls: falls.slice(1),
    returns,
  };
}

function expectNear(got: number | null | undefined, want: number, what: string): void {
  if (typeof got !== "number" || !(Math.abs(got - want) <= 1e-9 * Math.max(Math.abs(want), 1e-3)))
    throw new Error(`${what}: got ${got}, want ${want}`);
}

describe("a run of 40 bars, computed a second time by plain formulas", async () => {
  const fields = {
    strategy: "ma_crossover",
    params: { fast: 3, slow: 5 },
    commission: COMMISSION,
    slippage: SLIPPAGE,
    risk_free: RISK_FREE,
  };
  const answer = await answerTo(bars, fields, engineTs);
  const plain = trade(wantsLong);
  const { falls, returns, ...series } = figures(plain.equity);

  test("makes the same trades", () => {
    expect(plain.trades.length).toBeGreaterThanOrEqual(4);
    expect(answer.trades.map(({ entry_bar, exit_bar }) => [entry_bar, exit_bar])).toEqual(
      plain.trades.map(({ entryBar, exitBar }) => [entryBar, exitBar]),
    );
    plain.trades.forEach((want, k) => {
      const got = answer.trades[k]!;
      const pnl = (want.exitPrice - want.entryPrice) * want.quantity - want.fees;
      expectNear(got.quantity, want.quantity, `trade ${k} quantity`);
      expectNear(got.entry_price, want.entryPrice, `trade ${k} entry price`);
      expectNear(got.exit_price, want.exitPrice, `trade ${k} exit price`);
      expectNear(got.fees, want.fees, `trade ${k} fees`);
      expectNear(got.pnl, pnl, `trade ${k} pnl`);
      expectNear(got.return, pnl / (want.entryPrice * want.quantity), `trade ${k} return`);
      expect(got.bars_held).toBe(want.exitBar - want.entryBar);
      expect(got.exit_reason).toBe("signal");
      expect(got.side).toBe("long");
    });
  });

  test("has the same equity and drawdown at every bar", () => {
    expect(answer.equity_curve).toHaveLength(N);
    answer.equity_curve?.forEach(({ time, equity, drawdown }, i) => {
      expect(time).toBe(new Date(bars.timeMs[i]!).toISOString().slice(0, 10));
      expectNear(equity, plain.equity[i]!, `equity ${i}`);
      expectNear(drawdown, falls[i]!, `drawdown ${i}`);
    });
  });

  test("has the same figures of the equity curve", () => {
    for (const [name, want] of Object.entries(series)) expectNear(answer.metrics[name], want, name);
    expect(answer.metrics.periods).toBe(N);
    for (const name of ["sharpe", "max_drawdown", "total_return", "cagr"] as const) expectNear(answer[name], series[name], name);
  });

  test("has the same figures of the trades", () => {
    const pnl = plain.trades.map(({ exitPrice, entryPrice, quantity, fees }) => (exitPrice - entryPrice) * quantity - fees);
    const won = pnl.filter((value) => value > 0).reduce((sum, value) => sum + value, 0);
    const lost = pnl.filter((value) => value < 0).reduce((sum, value) => sum - value, 0);
    const meanEquity = plain.equity.reduce((sum, value) => sum + value, 0) / N;
    const want = {
      trades: pnl.length,
      win_rate: pnl.filter((value) => value > 0).length / pnl.length,
      gross_profit: won,
      gross_loss: lost,
      profit_factor: won / lost,
      expectancy: (won - lost) / pnl.length,
      total_fees: plain.trades.reduce((sum, { fees }) => sum + fees, 0),
      exposure: plain.held / N,
      turnover: plain.traded / meanEquity,
      turnover_ann: (plain.traded / meanEquity) * (252 / N),
    };
    expect(lost).toBeGreaterThan(0);
    for (const [name, value] of Object.entries(want)) expectNear(answer.metrics[name], value, name);
  });

  test("is set against the same benchmark: all equity from the second open on, with the same costs", () => {
    const held = figures(trade(closes.map(() => true)).equity);
    for (const name of ["total_return", "cagr", "sharpe", "max_drawdown", "volatility_ann"] as const)
      expectNear(answer.benchmark[name], held[name], `benchmark ${name}`);
    const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / N;
    const [r, b] = [meanOf(returns), meanOf(held.returns)];
    const covariance = meanOf(returns.map((value, i) => (value - r) * (held.returns[i]! - b)));
    const beta = covariance / meanOf(held.returns.map((value) => (value - b) ** 2));
    const riskFree = (1 + RISK_FREE) ** (1 / 252) - 1;
    expectNear(answer.benchmark.beta, beta, "beta");
    expectNear(answer.benchmark.alpha_period, r - riskFree - beta * (b - riskFree), "alpha");
  });
});
