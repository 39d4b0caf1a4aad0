import type { AppError } from "../errors.ts";
import type { SweepRequest } from "../requests/sweep.ts";
import { ok, type Result } from "../result.ts";
import { gridOfBlock, JoinedTrials, MOST_BLOCK_TRIALS, type SweptBlock, splitSweep, type TrialBlock } from "../sweep/blocks.ts";
import { plannedKernel } from "../sweep/plan.ts";
import { bytesOf, type Sweeper, type SweepMemory, type SweepTask, TABLE_BYTES_A_TRIAL } from "../sweep/sweeper.ts";
import { BLOCKS } from "../sweep/trials.ts";
import {
  concludeSweep,
  MOST_BYTES,
  refusalOf,
  type SweepInputs,
  type SweepPorts,
  type SweepRun,
  sweepInputs,
  sweepWhole,
} from "./sweep.ts";

/** Where collected trials are copied to be hashed and packed. */
const COPIED_BYTES_A_TRIAL = 17 * 8;
/** Sums by block in excess of a rate. */
const EXCESS_BYTES_A_TRIAL = BLOCKS * 2 * 8;
/** The best trial is run again. */
const RUN_BYTES_A_BAR = 300;
/** A block as it is read and unpacked. */
const BLOCK_BYTES = MOST_BLOCK_TRIALS * 1000;
/** Each block keeps all of its lines in order anew: in small blocks that alone costs several times what the whole sweep does. */
const LARGER_IF_SORTED = 4;

/** The most trials x bars of a block of a task, from those of any sweep. */
function mostOfBlock(task: SweepTask, mostBarTrials: number, { name }: Sweeper): number {
  const isSorted = name === "wasm" && plannedKernel(task) === "sorted";
  return isSorted ? mostBarTrials * LARGER_IF_SORTED : mostBarTrials;
}

/** What collecting a sweep takes. */
function collectingMemory({ request, task }: SweepInputs): SweepMemory {
  const excess = request.overfitting !== "none" && task.rates.riskFreePerPeriod !== 0;
  const aTrial = TABLE_BYTES_A_TRIAL + COPIED_BYTES_A_TRIAL + (excess ? EXCESS_BYTES_A_TRIAL : 0);
  return { aTrial, aBar: RUN_BYTES_A_BAR, besides: BLOCK_BYTES };
}

/** A sweep that was run whole, or the blocks in which it is to be run. */
export type SweepOrBlocks =
  | { readonly kind: "run"; readonly run: SweepRun }
  | { readonly kind: "blocks"; readonly blocks: readonly TrialBlock[] };

/**
 * A sweep of at most so many trials x bars that fits into memory as `runSweep`; a larger one is not run, but split into blocks of no more, where it makes more than
 * one. Four times as many where lines are kept in order. Undefined when it was aborted.
 * Errors: those of `runSweep`; for a split sweep those of `collectSweep`, so that no block is run in vain.
 */
export async function runOrSplitSweep(
  request: SweepRequest,
  mostBarTrials: number,
  ports: SweepPorts,
): Promise<Result<SweepOrBlocks, AppError> | undefined> {
  const inputs = await sweepInputs(request, ports);
  if (!inputs.ok) return inputs;
  const { task } = inputs.value;
  const [trials, bars] = [task.grid.trials, task.bars.close.length];
  const most = mostOfBlock(task, mostBarTrials, ports.sweeper);
  const blocks = splitSweep(trials, bars, most);
  const isLarge = trials * bars > most || bytesOf(ports.sweeper.memory(task), trials, bars) > (ports.mostBytes ?? MOST_BYTES);
  if (isLarge && blocks.length > 1)
    return refusalOf(inputs.value, collectingMemory(inputs.value), ports) ?? ok({ kind: "blocks", blocks });
  const ran = await sweepWhole(inputs.value, ports);
  return ran?.ok ? ok({ kind: "run", run: ran.value }) : ran;
}

/**
 * The trials of a block as a sweep of the whole grid finds them, to the bit; undefined when it was aborted.
 * Errors: those of `runSweep`, for the memory and the cost of the block.
 * @throws {RangeError} when the grid has no such trials
 */
export async function runSweepPart(
  request: SweepRequest,
  block: TrialBlock,
  ports: SweepPorts,
): Promise<Result<SweptBlock, AppError> | undefined> {
  const inputs = await sweepInputs(request, ports);
  if (!inputs.ok) return inputs;
  const { sweeper, hooks } = ports;
  const task = { ...inputs.value.task, grid: gridOfBlock(request.grid, block), whole: request.grid };
  const refused = refusalOf({ ...inputs.value, task }, sweeper.memory(task), ports);
  if (refused !== null) return refused;
  const trials = await sweeper.sweep(task, hooks);
  return trials === undefined ? undefined : ok({ first: block.first, trials });
}

/**
 * The sweep that was run in blocks, as `runSweep` gives it.
 * Errors: those of `runSweep`, for the memory that collecting takes; that of a block.
 *
 * @param blocks in grid order, asked for one after the other, once it is known that they can be collected
 * @throws {RangeError} when the blocks are not those of the grid, each once
 */
export async function collectSweep(
  request: SweepRequest,
  blocks: AsyncIterable<Result<SweptBlock, AppError>>,
  ports: SweepPorts,
): Promise<Result<SweepRun, AppError>> {
  const inputs = await sweepInputs(request, ports);
  if (!inputs.ok) return inputs;
  const refused = refusalOf(inputs.value, collectingMemory(inputs.value), ports);
  if (refused !== null) return refused;
  const joined = new JoinedTrials(request.grid.trials, inputs.value.judged.bars.close.length);
  for await (const block of blocks) {
    if (!block.ok) return block;
    joined.add(block.value);
  }
  return ok(await concludeSweep(inputs.value, joined.whole(), ports));
}
