import { meanOf } from "../../core/exact/mean.ts";
import type { PairGroup } from "../../core/sweep/pairs.ts";
import type { TrialColumns } from "../../core/sweep/single-trial.ts";
import type { SweepTask } from "../../core/sweep/sweeper.ts";
import { layTables, type ValidBars } from "./ground.ts";
import type { Binding } from "./kernels.ts";
import { collect, layOutput, layRecords } from "./output.ts";
import type { SweepThreads } from "./threads.ts";

/** Numbers of assembly/sweep/exact.ts. */
const FAMILIES = { sma: 0, ema: 1, wma: 2 } as const;
const NO_TRIAL = 0xffffffff;
const RANGE_TRIALS = 1024;
/** Pieces of bars that threads look through for crossings before what they found is evaluated. */
const PIECES = 8;
const LONGEST_PIECE = 8192;
const SHORTEST_PIECE = 16;
/** Logged crossings take about so many bytes before they are evaluated, where a tenth of all pairs crosses at every bar: far more than they do. */
export const LOG_BYTES = 64 * 2 ** 20;
const CROSSINGS_A_BAR = 0.1;
const LINES_A_PIECE = 8;

/**
 * Sorted order: all averages of one kind are kept in order of value from bar to bar, each swap of neighbours is a crossing of one pair, and a trade between
 * two crossings is told from tables. Needs trials that are long or flat with all equity.
 * @param onBars told how many bars are done
 * @returns doubtful trials
 */
export async function sweepSorted(
  threads: SweepThreads,
  task: SweepTask,
  valid: ValidBars,
  group: PairGroup,
  columns: TrialColumns,
  onBars: (done: number, total: number) => void,
  signal: AbortSignal | undefined,
): Promise<number[]> {
  const { kernels } = threads;
  const { n } = valid;
  const { windows, average, trials, places } = group;
  const length = pieceLength(n, trials);
  threads.clear();
  const ground = layTables(threads, task, valid);
  const output = layOutput(threads, trials);
  const windowsAt = threads.put(windows);
  const runs = threads.reserve(n * 4);
  const seedsAt = threads.put(average === "ema" ? seedsOf(valid.bars.close, windows) : new Float64Array(windows.length + 1));
  const rowBytes = kernels.averageBytes(windows.length);
  const averages = threads.reserve(rowBytes);
  const stops = threads.reserve(PIECES * rowBytes);
  const ranges = Math.ceil(trials / RANGE_TRIALS);
  const logs = threads.reserve(2 * PIECES * ranges * 4);
  const kind = FAMILIES[average];
  const bindings: Binding[] = [
    ...ground.bindings,
    ["bindAverages", kind, ground.close, runs],
    ["bindLines", kind, ground.close, windowsAt, windows.length, seedsAt],
    ["bindCrossings", windows.length, trials, threads.put(pairTable(group)), logs, PIECES],
    ["bindOutput", trials, layRecords(threads, trials), output.sums, output.figures],
  ];
  return threads.together(bindings, async () => {
    kernels.countRuns(ground.close, n, runs);
    ground.build();
    threads.doubles(averages, rowBytes / 8).fill(0);
    const floor = kernels.level();
    await threads.run("clear", ranges, [], signal);
    for (let from = 0; from < n; from += PIECES * length) {
      kernels.rewind(floor);
      const pieces = Math.min(PIECES, Math.ceil((n - from) / length));
      const round = [from, length, pieces, n, windows.length, averages, average === "ema" ? stops : 0];
      if (average === "ema") await threads.run("carry", Math.ceil(windows.length / LINES_A_PIECE), round, signal);
      await threads.run("find", pieces, round, signal);
      await threads.run("settle", ranges, round, signal);
      onBars(Math.min(n, from + PIECES * length), n);
    }
    await threads.run("finish", ranges, [], signal);
    return collect(threads, output, trials, places, columns);
  });
}

function pieceLength(n: number, trials: number): number {
  const affordable = Math.floor(LOG_BYTES / (4 * CROSSINGS_A_BAR * trials * PIECES));
  return Math.max(SHORTEST_PIECE, Math.min(LONGEST_PIECE, affordable, Math.ceil(n / PIECES)));
}

/** The trial of two windows, both ways round. */
function pairTable({ windows, fast, slow, trials }: PairGroup): Uint32Array {
  const table = new Uint32Array(windows.length ** 2).fill(NO_TRIAL);
  for (let trial = 0; trial < trials; trial++) {
    table[fast[trial]! * windows.length + slow[trial]!] = trial;
    table[slow[trial]! * windows.length + fast[trial]!] = trial;
  }
  return table;
}

/** The exact mean of the first closes for each window that has so many. */
function seedsOf(close: Float64Array, windows: Int32Array): Float64Array {
  const seeds = new Float64Array(windows.length + 1);
  for (const [k, window] of windows.entries()) if (window <= close.length) seeds[k] = meanOf(close, 0, window);
  return seeds;
}
