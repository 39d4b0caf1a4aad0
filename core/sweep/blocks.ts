import type { Grid } from "./grid.ts";
import { newTrials } from "./single-trial.ts";
import { BLOCKS, type SweepKernel, TRIAL_FIGURES, type Trials } from "./trials.ts";

/** Trials of a grid that follow each other: a sweep that is too large for one process is run block by block. */
export interface TrialBlock {
  readonly first: number;
  /** At least 1. */
  readonly count: number;
}

/** A block that was run. */
export interface SweptBlock {
  readonly first: number;
  readonly trials: Trials;
}

/** The most trials of a block: what it leaves is sent and stored in one piece. */
export const MOST_BLOCK_TRIALS = 50_000;
/** Of more blocks than this, and some pieces, the bells would cost more than the work. */
const MOST_BLOCKS = 1000;

/** Of so many blocks or more the last ones are cut into pieces: those who run them together then end at about the same time. */
const LEAST_CUT = 6;
const CUT_BLOCKS = 2;
const PIECES = 3;

/**
 * Blocks that cover so many trials, in grid order, as few as their size allows; their sizes differ by one at the most, but for smaller ones at the end where
 * there are many.
 * @param mostBarTrials the most trials x bars of a block, where that makes not many more than a thousand of them
 */
export function splitSweep(trials: number, bars: number, mostBarTrials: number): readonly TrialBlock[] {
  const least = Math.ceil(trials / MOST_BLOCKS);
  const most = Math.max(least, Math.min(MOST_BLOCK_TRIALS, Math.floor(mostBarTrials / bars)));
  const blocks = Math.ceil(trials / most);
  const whole = blocks < LEAST_CUT ? blocks : blocks - CUT_BLOCKS;
  const count = whole + (blocks - whole) * PIECES;
  const start = (k: number) => Math.floor(((k <= whole ? k : whole + (k - whole) / PIECES) * trials) / blocks);
  return Array.from({ length: count }, (_, k) => ({ first: start(k), count: start(k + 1) - start(k) })).filter(
    (block) => block.count > 0,
  );
}

/** The grid of a block; its choices are those of the whole, not copied. @throws {RangeError} when the grid has no such trials */
export function gridOfBlock(grid: Grid, { first, count }: TrialBlock): Grid {
  if (!(first >= 0 && count >= 1 && first + count <= grid.trials))
    throw new RangeError(`a grid of ${grid.trials} trials has no block of ${count} from ${first} on`);
  const width = grid.axes.length;
  return { ...grid, trials: count, choices: grid.choices.subarray(first * width, (first + count) * width) };
}

/** Puts the trials of all blocks of a grid together; blocks are added in grid order. */
export class JoinedTrials {
  private readonly columns: ReturnType<typeof newTrials>;
  private count = 0;
  private recomputed = 0;
  private kernel: SweepKernel | undefined;

  /** @param bars of the range */
  constructor(
    private readonly total: number,
    private readonly bars: number,
  ) {
    this.columns = newTrials(total, bars);
  }

  /** @throws {RangeError} when the block does not follow the one before, goes beyond the grid, or is of another sweep: other bars, another kernel */
  add({ first, trials }: SweptBlock): void {
    const { columns, count, total, bars, kernel = trials.kernel } = this;
    const more = trials.trades.length;
    if (first !== count || first + more > total)
      throw new RangeError(`of ${total} trials ${count} are there: a block of ${more} from ${first} on does not follow`);
    if (trials.bars !== bars || trials.kernel !== kernel)
      throw new RangeError(
        `a block by ${trials.kernel} on ${trials.bars} bars does not belong to a sweep by ${kernel} on ${bars}`,
      );
    for (const name of TRIAL_FIGURES) columns[name].set(trials[name], first);
    columns.blockSums.set(trials.blockSums, first * BLOCKS * 2);
    this.kernel = kernel;
    this.recomputed += trials.recomputed;
    this.count += more;
  }

  /** @throws {RangeError} when blocks are missing */
  whole(): Trials {
    const { columns, count, total, kernel, recomputed } = this;
    if (kernel === undefined || count < total)
      throw new RangeError(`of ${total} trials ${count} are there: the last blocks are missing`);
    return { ...columns, kernel, recomputed };
  }
}
