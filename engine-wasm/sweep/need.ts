import { pairGroups } from "../../core/sweep/pairs.ts";
import { type SweepMemory, type SweepTask, TABLE_BYTES_A_TRIAL } from "../../core/sweep/sweeper.ts";
import type { SweepKernel } from "../../core/sweep/trials.ts";
import { GROUND_BYTES_A_BAR } from "./ground.ts";
import { RECORD_BYTES, TRIAL_BYTES } from "./output.ts";
import { LOG_BYTES } from "./sorted.ts";
import { BATCH_BYTES, LINE_BYTES, TOLD_BYTES_A_TRIAL, WALK_BYTES_A_BAR } from "./told.ts";

/** A batch goes over its size by one trial at the most: four sets and as many lines. */
const LAST_TRIAL_BYTES_A_BAR = 4 * 8 + 1;
/** Code, stacks and what is smaller than all that. */
const BESIDES = 2 ** 21;

/** Shared memory and tables that a sweep takes with a kernel other than `plain`. */
export function memoryOf(task: SweepTask, kernel: Exclude<SweepKernel, "plain">): SweepMemory {
  if (kernel !== "sorted") {
    const { trials } = task.grid;
    const n = task.bars.close.length;
    const batches = Math.min(BATCH_BYTES, 4 * trials * (n / 8 + 64)) + Math.min(LINE_BYTES, 4 * trials * (n * 8 + 128));
    const aBar = (kernel === "sparse" ? GROUND_BYTES_A_BAR : WALK_BYTES_A_BAR) + LAST_TRIAL_BYTES_A_BAR;
    return { aTrial: TABLE_BYTES_A_TRIAL + TRIAL_BYTES + TOLD_BYTES_A_TRIAL, aBar, besides: BESIDES + batches };
  }
  const pairs = Math.max(...pairGroups(task.grid).map(({ windows }) => windows.length ** 2 * 4));
  const logs = Math.min(LOG_BYTES, 4 * task.grid.trials * task.bars.close.length);
  return { aTrial: TABLE_BYTES_A_TRIAL + TRIAL_BYTES + RECORD_BYTES, aBar: GROUND_BYTES_A_BAR, besides: BESIDES + pairs + logs };
}
