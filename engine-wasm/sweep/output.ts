import type { TrialColumns } from "../../core/sweep/single-trial.ts";
import { BLOCKS, TRIAL_FIGURES } from "../../core/sweep/trials.ts";
import type { SweepThreads } from "./threads.ts";

/** Bytes of a record. */
export const RECORD_BYTES = 192;
const SUM_DOUBLES = BLOCKS * 2;
/** The figures of a trial, then whether they are doubtful. */
const FIELDS = TRIAL_FIGURES.length + 1;
/** Bytes of shared memory that a trial's sums and figures take. */
export const TRIAL_BYTES = SUM_DOUBLES * 8 + FIELDS * 8;

/** Where kernels write what they find about a number of trials. */
export interface Output {
  readonly sums: number;
  readonly figures: number;
}

export function layOutput(threads: SweepThreads, trials: number): Output {
  return { sums: threads.reserve(trials * SUM_DOUBLES * 8), figures: threads.reserve(trials * FIELDS * 8) };
}

/** Records in which trials are kept while bars go by. */
export function layRecords(threads: SweepThreads, trials: number): number {
  return threads.reserve(trials * RECORD_BYTES);
}

/**
 * Copies what the kernels found into the columns.
 * @param places for each trial of the output which trial of the columns it is; null when they are the same
 * @returns the trials of the columns whose figures are doubtful
 */
export function collect(
  threads: SweepThreads,
  output: Output,
  count: number,
  places: Int32Array | null,
  trials: TrialColumns,
): number[] {
  const figures = threads.doubles(output.figures, count * FIELDS);
  const sums = threads.doubles(output.sums, count * SUM_DOUBLES);
  const doubtful: number[] = [];
  for (let k = 0; k < count; k++) if (figures[k * FIELDS + FIELDS - 1] !== 0) doubtful.push(places === null ? k : places[k]!);
  for (const [field, name] of TRIAL_FIGURES.entries()) {
    const column = trials[name];
    if (places === null) for (let k = 0, at = field; k < count; k++, at += FIELDS) column[k] = figures[at]!;
    else for (let k = 0, at = field; k < count; k++, at += FIELDS) column[places[k]!] = figures[at]!;
  }
  if (places === null) trials.blockSums.set(sums);
  else {
    for (let k = 0; k < count; k++)
      trials.blockSums.set(sums.subarray(k * SUM_DOUBLES, (k + 1) * SUM_DOUBLES), places[k]! * SUM_DOUBLES);
  }
  return doubtful;
}
