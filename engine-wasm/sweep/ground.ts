import { BAR_COLUMNS, type Bars, emptyBars } from "../../core/bars.ts";
import { countPresent, gather, presentPositions } from "../../core/indicators/valid-bars.ts";
import type { SweepTask } from "../../core/sweep/sweeper.ts";
import { BLOCKS, blocksOf } from "../../core/sweep/trials.ts";
import type { Binding } from "./kernels.ts";
import type { SweepThreads } from "./threads.ts";

const ROW_BYTES = 128;

/** The bars with prices of a task. */
export interface ValidBars {
  readonly bars: Bars;
  readonly n: number;
  /** The first of them that belongs to the range. */
  readonly first: number;
  /** For each its place among the bars of the range; below 0 for those of the warm-up. */
  readonly places: Int32Array;
}

/** Takes out the missing bars; without one nothing is copied. */
export function validBars({ bars, from }: Pick<SweepTask, "bars" | "from">): ValidBars {
  const n = bars.close.length;
  if (countPresent(bars.close) === n) return { bars, n, first: from, places: Int32Array.from({ length: n }, (_, i) => i - from) };
  const positions = presentPositions(bars.close);
  const valid = emptyBars(0);
  for (const column of BAR_COLUMNS) valid[column] = gather(bars[column], positions);
  return {
    bars: valid,
    n: positions.length,
    first: countPresent(bars.close.subarray(0, from)),
    places: positions.map((position) => position - from),
  };
}

/** Bars of a sweep in shared memory, and what is read instead of them. */
export interface Ground {
  readonly close: number;
  readonly bindings: readonly Binding[];
  /** Fills what all threads read; once all are bound. */
  build(): void;
}

/** Lays the bars into shared memory with the tables from which a trade that is long with all equity is told. */
export function layTables(threads: SweepThreads, task: SweepTask, valid: ValidBars): Ground {
  const { bars, n, first, places } = valid;
  const { execution, rates } = task;
  const rangeBars = task.bars.close.length - task.from;
  const open = threads.put(bars.open);
  const close = threads.put(bars.close);
  const { blocks, ends } = blocksOfBars(places, rangeBars);
  const rows = threads.reserve((n + 1) * ROW_BYTES);
  const ranges = threads.reserve(threads.kernels.rangeBytes(n));
  const at = [threads.put(places), threads.put(blocks), threads.put(ends)] as const;
  return {
    close,
    build: () => threads.kernels.buildTrades(open, close),
    bindings: [
      ["bindTrades", n, first, rangeBars, rows, ...at, close, ranges],
      [
        "bindCosts",
        ...[execution.initialCash, execution.commission, execution.slippage, Number(execution.closeAtEnd)],
        ...[rates.riskFreePerPeriod, rates.marPerPeriod, rates.periodsPerYear],
      ],
    ],
  };
}

/** For each bar its block, -1 for none; and for no block and each block the last bar that belongs to it or to one before. */
function blocksOfBars(places: Int32Array, rangeBars: number): { readonly blocks: Int8Array; readonly ends: Int32Array } {
  const { length, first } = blocksOf(rangeBars);
  const blocks = Int8Array.from(places, (place) => (place < first || length === 0 ? -1 : Math.floor((place - first) / length)));
  const ends = new Int32Array(BLOCKS + 1);
  for (let bar = 0; bar < blocks.length; bar++) ends[blocks[bar]! + 1] = bar;
  for (let block = 1; block <= BLOCKS; block++) ends[block] = Math.max(ends[block]!, ends[block - 1]!);
  return { blocks, ends };
}
