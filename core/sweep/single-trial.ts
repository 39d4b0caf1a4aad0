import type { Engine, Execution, Rates, Simulator } from "../engine/contract.ts";
import { growth } from "../metrics/growth.ts";
import { tradeLedger } from "../metrics/trade-ledger.ts";
import { BLOCKS, blocksOf, LEDGER_START, ledgerOf, TRIAL_FIGURES, type TrialFigure, type Trials } from "./trials.ts";

/** The columns of a sweep's trials, to be filled. */
export type TrialColumns = Omit<Trials, "kernel" | "recomputed">;

/** Columns of n trials over so many bars, all zeros. */
export function newTrials(n: number, bars: number): TrialColumns {
  const columns: Partial<Record<TrialFigure, Float64Array>> = {};
  for (const name of TRIAL_FIGURES) columns[name] = new Float64Array(n);
  return { ...(columns as Record<TrialFigure, Float64Array>), bars, blockSums: new Float64Array(n * BLOCKS * 2) };
}

/**
 * One trial as a single run, into its row of the columns.
 *
 * @param signals one SIGNAL_* for each bar of the simulator
 * @throws {RangeError} when the columns are those of another number of bars, and as Simulator.simulate
 */
export function recordTrial(
  trials: TrialColumns,
  trial: number,
  engine: Pick<Engine, "equityStatistics">,
  simulator: Simulator,
  signals: Int8Array,
  execution: Execution,
  rates: Rates,
): void {
  if (signals.length !== trials.bars) throw new RangeError(`the columns are those of ${trials.bars} bars: got ${signals.length}`);
  const { equity, fills, trades, heldBars } = simulator.simulate(signals, execution);
  const curve = new Float64Array(equity.length + 1);
  curve[0] = execution.initialCash;
  curve.set(equity, 1);
  const statistics = engine.equityStatistics(curve, rates);
  const ledger = tradeLedger(trades);
  trials.totalReturn[trial] = equity.length === 0 ? Number.NaN : growth(curve[0], curve[equity.length]!);
  trials.sharpe[trial] = statistics.sharpe;
  trials.sortino[trial] = statistics.sortino;
  trials.volatility[trial] = statistics.volatility;
  trials.maxDrawdown[trial] = statistics.maxDrawdown;
  trials.fills[trial] = fills.bar.length;
  trials.trades[trial] = ledger.count;
  trials.winners[trial] = ledger.winners;
  trials.grossProfit[trial] = ledger.grossProfit;
  trials.grossLoss[trial] = ledger.grossLoss;
  trials.heldBars[trial] = heldBars;
  let fingerprint = LEDGER_START;
  for (let k = 0; k < fills.bar.length; k++) fingerprint = ledgerOf(fingerprint, fills.bar[k]!, fills.side[k]! > 0);
  trials.ledger[trial] = fingerprint;
  sumBlocks(curve, trials.blockSums.subarray(trial * BLOCKS * 2, (trial + 1) * BLOCKS * 2));
}

/** @param sums for each block the sum of the returns and that of their squares */
function sumBlocks(curve: Float64Array, sums: Float64Array): void {
  const bars = curve.length - 1;
  const { length, first } = blocksOf(bars);
  sums.fill(0);
  if (length === 0) return;
  for (let bar = first; bar < bars; bar++) {
    const before = curve[bar]!;
    if (!(before > 0)) continue;
    const block = Math.floor((bar - first) / length);
    const change = curve[bar + 1]! / before - 1;
    sums[block * 2]! += change;
    sums[block * 2 + 1]! += change * change;
  }
}
