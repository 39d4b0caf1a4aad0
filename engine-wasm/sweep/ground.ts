import { BAR_COLUMNS, type Bars, emptyBars } from "../../core/bars.ts";
import { countPresent, gather, presentPositions } from "../../core/indicators/valid-bars.ts";
import type { SweepTask } from "../../core/sweep/sweeper.ts";
import { BLOCKS, blocksOf } from "../../core/sweep/trials.ts";
import type { Binding } from "./kernels.ts";
import type { SweepThreads } from "./threads.ts";

const ROW_BYTES = 64;
const ROWS_BEHIND = 2;
/** Rows, ranges, open and close, and what tells places, blocks and runs; with a copy of the bars where some are missing. */
export const GROUND_BYTES_A_BAR = 2 * ROW_BYTES + 24 * 5.5 + 2 * 8 + 4 + 1 + 4 + 6 * 8 + 4;

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
  if (countPresent(bars.close) === n) return { bars, n, first: from, places: countedFrom(n, from) };
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

function countedFrom(n: number, from: number): Int32Array {
  const places = new Int32Array(n);
  for (let i = 0; i < n; i++) places[i] = i - from;
  return places;
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
  const rows = [threads.reserve(n * ROW_BYTES), threads.reserve((n + ROWS_BEHIND) * ROW_BYTES)] as const;
  const ranges = threads.reserve(threads.kernels.rangeBytes(n));
  const at = [threads.put(places), threads.put(blocksOfBars(places, rangeBars)), threads.reserve((BLOCKS + 1) * 16)] as const;
  return {
    close,
    build: () => threads.kernels.buildTrades(open, close),
    bindings: [
      ["bindTrades", n, first, rangeBars, ...rows, ...at, close, ranges],
      [
        "bindCosts",
        ...[execution.initialCash, execution.commission, execution.slippage, Number(execution.closeAtEnd)],
        ...[rates.riskFreePerPeriod, rates.marPerPeriod, rates.periodsPerYear],
      ],
    ],
  };
}

/** For each bar its block, -1 for none. */
function blocksOfBars(places: Int32Array, rangeBars: number): Int8Array {
  const { length, first } = blocksOf(rangeBars);
  const blocks = new Int8Array(places.length).fill(-1);
  if (length === 0) return blocks;
  for (let bar = 0; bar < places.length; bar++)
    if (places[bar]! >= first) blocks[bar] = Math.floor((places[bar]! - first) / length);
  return blocks;
}
