import type { Bars } from "../bars.ts";
import type { Execution, Rates } from "../engine/contract.ts";
import type { FindWinners } from "../overfitting/splits.ts";
import type { StrategyName } from "../strategies/registry.ts";
import type { Direction } from "../strategies/signals.ts";
import type { Grid } from "./grid.ts";
import type { SweepKernel, Trials } from "./trials.ts";

/** All trials of a grid on the same bars. */
export interface SweepTask {
  /** All bars that indicators may see; fills and figures begin at `from`. */
  readonly bars: Bars;
  readonly from: number;
  readonly strategy: StrategyName;
  readonly direction: Direction;
  readonly grid: Grid;
  /** Splits count bars from `from`. */
  readonly execution: Execution;
  readonly rates: Rates;
  /** The grid of which this one is a block; the kernel is then the one that a sweep of all of it runs, so that figures are the same to the bit. */
  readonly whole?: Grid;
  /** Runs this kernel instead of the one the planner would choose. @throws {RangeError} from `sweep` when it cannot run the task */
  readonly kernel?: SweepKernel;
}

export interface SweepHooks {
  /** Told now and then while the sweep runs, on the thread of the caller; `total` is the number of trials. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Ends the sweep within some 100 ms. */
  readonly signal?: AbortSignal;
}

/** What a sweep takes at the most, in bytes, its table included: for each trial, for each bar, and besides. */
export interface SweepMemory {
  readonly aTrial: number;
  readonly aBar: number;
  readonly besides: number;
}

/** Bytes in all. */
export function bytesOf({ aTrial, aBar, besides }: SweepMemory, trials: number, bars: number): number {
  return aTrial * trials + aBar * bars + besides;
}

/** Bytes of a trial in the columns of Trials, in a table, and in a grid of some axes. */
export const TABLE_BYTES_A_TRIAL = (12 + 32 + 11) * 8 + 4 * 4;

/** Runs sweeps, one at a time; keeps its memory and its threads from one to the next. */
export interface Sweeper extends Disposable {
  readonly name: "ts" | "wasm";
  readonly version: string;
  readonly threads: number;
  /** Told before the sweep runs. */
  memory(task: SweepTask): SweepMemory;
  /** A trial whose windows need more bars than there are has no signals. Undefined when it was aborted. */
  sweep(task: SweepTask, hooks?: SweepHooks): Promise<Trials | undefined>;
  /** For cross-validation of a sweep that is done: the caller waits for it, and no sweep runs meanwhile. */
  readonly findWinners: FindWinners;
}
