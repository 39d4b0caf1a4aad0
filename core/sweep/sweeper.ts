import type { Bars } from "../bars.ts";
import type { Execution, Rates } from "../engine/contract.ts";
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
  /** Runs this kernel instead of the one the planner would choose. @throws {RangeError} from `sweep` when it cannot run the task */
  readonly kernel?: SweepKernel;
}

export interface SweepHooks {
  /** Told now and then while the sweep runs, on the thread of the caller; `total` is the number of trials. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Ends the sweep within some 100 ms. */
  readonly signal?: AbortSignal;
}

/** Runs sweeps, one at a time; keeps its memory and its threads from one to the next. */
export interface Sweeper extends Disposable {
  readonly name: "ts" | "wasm";
  readonly version: string;
  readonly threads: number;
  /** A trial whose windows need more bars than there are has no signals. Undefined when it was aborted. */
  sweep(task: SweepTask, hooks?: SweepHooks): Promise<Trials | undefined>;
}
