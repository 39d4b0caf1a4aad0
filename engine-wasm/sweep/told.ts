import { sliceBars } from "../../core/bars.ts";
import type { TrialColumns } from "../../core/sweep/single-trial.ts";
import type { SweepTask } from "../../core/sweep/sweeper.ts";
import { blocksOf } from "../../core/sweep/trials.ts";
import { settingsOf } from "../settings.ts";
import { layTables, type ValidBars } from "./ground.ts";
import type { Binding } from "./kernels.ts";
import { collect, layOutput } from "./output.ts";
import { Batch, LaidLines, LINE_WORDS, RULE_BYTES, RULES_A_TRIAL, TRIAL_WORDS } from "./rules.ts";
import type { SweepThreads } from "./threads.ts";

/** The sets of a batch, and the lines of all, take about so much memory at the most. */
export const BATCH_BYTES = 32 * 2 ** 20;
export const LINE_BYTES = 256 * 2 ** 20;
const BATCH_TRIALS = 32_768;
const TRIALS_A_PIECE = 32;
const LINES_A_PIECE = 4;

/** Lines that threads fill: two averages, or one of MACD. */
const LINES_A_TRIAL = 2;
/** Where its sets lie, and their rules. */
export const TOLD_BYTES_A_TRIAL = 4 * TRIAL_WORDS + RULES_A_TRIAL * RULE_BYTES + LINES_A_TRIAL * LINE_WORDS * 4;
/** Columns of bars, closes with prices, what marks and parts them, changes of a trial. */
export const WALK_BYTES_A_BAR = 5 * 8 + 8 + 8 + 3 + 4 + 4 + 4 + 6 * 8 + 4;

const WAYS = { sparse: 0, dense: 1 } as const;
const DIRECTIONS = { long: 1, short: -1, both: 0 } as const;
const FAMILIES = { sma: 0, ema: 1, wma: 2 } as const;

/** Some trials of a grid; of `ma_crossover` all of one kind of average. */
export interface ToldTrials {
  readonly count: number;
  /** Which trials of the grid they are; null for all. */
  readonly places: Int32Array | null;
  readonly average: keyof typeof FAMILIES | null;
}

/**
 * Trials whose states are told by sets of bars, batch by batch: first the sets, each once, then every trial from its sets to its figures, by tables (sparse:
 * long or flat with all equity) or bar by bar (dense: any setting).
 * @param onTrials told how many trials are done
 * @returns doubtful trials
 */
export async function sweepTold(
  threads: SweepThreads,
  task: SweepTask,
  valid: ValidBars,
  way: keyof typeof WAYS,
  chosen: ToldTrials,
  columns: TrialColumns,
  onTrials: (done: number) => void,
  signal: AbortSignal | undefined,
): Promise<number[]> {
  const { kernels } = threads;
  const { n, places } = valid;
  const { count, average } = chosen;
  threads.clear();
  const output = layOutput(threads, count);
  const ground = way === "sparse" ? layTables(threads, task, valid) : layWalk(threads, task, valid);
  const runs = threads.reserve(n * 4);
  const peaks = threads.reserve(Math.ceil(n / 64) * 8);
  const most = Math.min(count, BATCH_TRIALS);
  const trialsAt = threads.reserve(most * TRIAL_WORDS * 4);
  const rulesAt = threads.reserve(most * RULES_A_TRIAL * RULE_BYTES);
  const linesAt = threads.reserve(most * LINES_A_TRIAL * LINE_WORDS * 4);
  const placesAt = way === "dense" && !places.every((place, i) => place === i) ? threads.put(places) : 0;
  const batchAt = [trialsAt, rulesAt, linesAt, output.sums, output.figures];
  const bindings: Binding[] = [
    ...ground.bindings,
    ...(average === null ? [] : [["bindAverages", FAMILIES[average], ground.close, runs] as const]),
    ["bindTold", n, ground.close, peaks, placesAt, DIRECTIONS[task.direction], WAYS[way], ...batchAt],
  ];
  return threads.together(bindings, async () => {
    if (average !== null) kernels.countRuns(ground.close, n, runs);
    kernels.runningPeaks(peaks, ground.close, n);
    ground.build();
    const floor = kernels.level();
    let laid = new LaidLines(threads, valid.bars, ground.close);
    let top = floor;
    for (let base = 0; base < count; ) {
      if (laid.bytes > LINE_BYTES) {
        laid = new LaidLines(threads, valid.bars, ground.close);
        top = floor;
      }
      kernels.rewind(top);
      const batch = new Batch(threads, task, valid, laid, most);
      while (base + batch.trials < count && batch.trials < most && batch.bytes < BATCH_BYTES && laid.bytes <= LINE_BYTES) {
        const next = base + batch.trials;
        batch.add(chosen.places === null ? next : chosen.places[next]!);
      }
      top = kernels.level();
      const { rules, macdLines, averages } = batch.close(trialsAt, rulesAt, linesAt);
      const { trials } = batch;
      const done = base;
      if (macdLines > 0) await threads.run("lines", Math.ceil(macdLines / LINES_A_PIECE), [macdLines], signal);
      if (averages > 0) await threads.run("averages", averages, [macdLines], signal);
      await threads.run("sets", rules, [], signal);
      await threads.run("trials", Math.ceil(trials / TRIALS_A_PIECE), [trials, done], signal, (pieces) =>
        onTrials(Math.min(count, done + pieces * TRIALS_A_PIECE)),
      );
      base += trials;
      onTrials(base);
    }
    return collect(threads, output, count, chosen.places, columns);
  });
}

/** Lays the bars of the range for the walk from bar to bar, and the closes of all bars with prices for the sets. */
function layWalk(threads: SweepThreads, task: SweepTask, valid: ValidBars) {
  const { execution, rates } = task;
  const range = sliceBars(task.bars, task.from, task.bars.close.length);
  const n = range.close.length;
  const close = threads.put(valid.bars.close);
  const columns = [range.open, range.high, range.low, range.close, range.volume].map((column) => threads.put(column));
  const shared = [n, ...columns, threads.reserve(n * 8), threads.reserve(threads.kernels.partsBytes(n))];
  const splits = threads.put(Float64Array.from(execution.splits.flatMap(({ bar, ratio }) => [bar, ratio])));
  const { length, first } = blocksOf(n);
  const bindings: Binding[] = [
    ["configure", ...settingsOf(execution)],
    [
      "bindWalk",
      ...shared,
      0,
      splits,
      execution.splits.length,
      length,
      first,
      rates.riskFreePerPeriod,
      rates.marPerPeriod,
      rates.periodsPerYear,
    ],
  ];
  return { close, bindings, build: () => threads.kernels.buildWalk() };
}
