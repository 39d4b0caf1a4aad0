import { describe, expect, test } from "bun:test";
import { engineTs } from "../../engine-ts/engine.ts";
import { SIGNAL_EXIT, SIGNAL_LONG, SIGNAL_SHORT } from "../engine/abi.ts";
import type { Execution } from "../engine/contract.ts";
import { rates } from "../metrics/rates.ts";
import { parseBacktest } from "../requests/backtest.ts";
import { pricedAt, weekdayBars } from "../run/test-run.ts";
import { newTrials, recordTrial, type TrialColumns } from "./single-trial.ts";
import { BLOCKS, TRIAL_FIGURES } from "./trials.ts";

const PER_PERIOD = rates(0, 0, 252);

function executionOf(fields: object): Execution {
  const parsed = parseBacktest({ symbol: "TEST", strategy: "buy_and_hold", initial_cash: 1000, ...fields });
  if (!parsed.ok) throw new Error(parsed.error.detail);
  return { ...parsed.value.execution, splits: [] };
}

/** Row 1 of two. @param signals by bar */
function recorded(prices: readonly number[], signals: Readonly<Record<number, number>>, fields: object = {}): TrialColumns {
  const trials = newTrials(2, prices.length);
  using simulator = engineTs.prepare(weekdayBars(pricedAt(prices)));
  const column = Int8Array.from(prices, (_, bar) => signals[bar] ?? 0);
  recordTrial(trials, 1, engineTs, simulator, column, executionOf(fields), PER_PERIOD);
  return trials;
}

const rowOf = (trials: TrialColumns, row: number) => Object.fromEntries(TRIAL_FIGURES.map((name) => [name, trials[name][row]]));
const blocksOf = ({ blockSums }: TrialColumns, row: number) => [...blockSums.subarray(row * BLOCKS * 2, (row + 1) * BLOCKS * 2)];

/** The prices, then the last of them up to so many bars. */
function filledUp(bars: number, ...prices: number[]): number[] {
  return Array.from({ length: bars }, (_, bar) => prices[bar] ?? prices.at(-1)!);
}

/** FNV-1a in whole numbers of any size. */
function fingerprint(...numbers: number[]): number {
  return Number(numbers.reduce((hash, x) => ((hash ^ BigInt(x)) * 0x01000193n) & 0xffffffffn, 0x811c9dc5n));
}

describe("a trial as a single run", () => {
  // 10 units bought at the open of bar 1 and sold at the open of bar 7.
  const trials = recorded(filledUp(19, 100, 100, 100, 125, 100, 150), { 0: SIGNAL_LONG, 6: SIGNAL_EXIT });

  test("has the figures of the run in its row, and leaves the other rows alone", () => {
    expect(rowOf(trials, 1)).toEqual({
      totalReturn: 0.5,
      sharpe: expect.any(Number),
      sortino: expect.any(Number),
      volatility: expect.any(Number),
      maxDrawdown: 1000 / 1250 - 1,
      fills: 2,
      trades: 1,
      winners: 1,
      grossProfit: 500,
      grossLoss: 0,
      heldBars: 6,
      ledger: fingerprint(2 * 1 + 1, 2 * 7),
    });
    const returns = [0.25, -0.2, 0.5, ...new Array(16).fill(0)];
    const mean = 0.55 / 19;
    const variance = returns.reduce((sum, r) => sum + (r - mean) ** 2, 0) / 18;
    expect(trials.volatility[1]).toBeCloseTo(Math.sqrt(variance), 12);
    expect(trials.sharpe[1]).toBeCloseTo((mean / Math.sqrt(variance)) * Math.sqrt(252), 10);
    expect(trials.sortino[1]).toBeCloseTo((mean * 252) / (Math.sqrt(0.04 / 19) * Math.sqrt(252)), 10);
    expect(Object.values(rowOf(trials, 0))).toEqual(TRIAL_FIGURES.map(() => 0));
    expect(blocksOf(trials, 0)).toEqual(new Array(32).fill(0));
  });

  test("has sums of returns for 16 blocks of bars, the oldest bars belonging to none", () => {
    // 19 bars: three are left over, then blocks of one bar.
    const fall = 100 / 125 - 1;
    expect(blocksOf(trials, 1)).toEqual([0.25, 0.25 ** 2, fall, fall * fall, 0.5, 0.25, ...new Array(26).fill(0)]);
    // 33 bars: one is left over, then blocks of two.
    const pairs = recorded(filledUp(33, 100, 125, 250, 125), { 0: SIGNAL_LONG }, { fill: "close" });
    expect(blocksOf(pairs, 1)).toEqual([0.25 + 1, 0.25 ** 2 + 1, -0.5, 0.25, ...new Array(28).fill(0)]);
    const few = recorded(filledUp(15, 100, 125, 250), { 0: SIGNAL_LONG }, { fill: "close" });
    expect(blocksOf(few, 1)).toEqual(new Array(32).fill(0));
  });

  test("adds nothing to a block for a return that is missing", () => {
    // 10 units sold short at 100; at 250 equity is -500, and no return follows from that.
    const ruined = recorded(filledUp(19, 100, 100, 100, 100, 250, 400), { 0: SIGNAL_SHORT });
    expect(blocksOf(ruined, 1)).toEqual([0, 0, -1.5, 2.25, ...new Array(28).fill(0)]);
    expect(rowOf(ruined, 1)).toMatchObject({ totalReturn: -1.5, trades: 1, winners: 0, grossLoss: 1500, heldBars: 4 });
    expect(ruined.ledger[1]).toBe(fingerprint(2 * 1, 2 * 4 + 1));
  });

  test("that never trades has a return of 0 and no ratios", () => {
    const idle = recorded(filledUp(19, 100, 110), {});
    expect(rowOf(idle, 1)).toEqual({
      ...{ totalReturn: 0, sharpe: Number.NaN, sortino: Number.NaN, volatility: 0, maxDrawdown: 0, fills: 0, trades: 0 },
      ...{ winners: 0, grossProfit: 0, grossLoss: 0, heldBars: 0, ledger: fingerprint() },
    });
  });

  test("without a bar has nothing", () => {
    expect(rowOf(recorded([], {}), 1)).toMatchObject({ totalReturn: Number.NaN, maxDrawdown: Number.NaN, trades: 0 });
  });

  test("belongs into columns of as many bars", () => {
    using simulator = engineTs.prepare(weekdayBars(pricedAt([1, 2])));
    const record = () => recordTrial(newTrials(1, 3), 0, engineTs, simulator, new Int8Array(2), executionOf({}), PER_PERIOD);
    expect(record).toThrow(RangeError);
  });
});
