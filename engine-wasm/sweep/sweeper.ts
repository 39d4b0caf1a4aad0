import { readFile } from "node:fs/promises";
import type { FindWinners } from "../../core/overfitting/splits.ts";
import { gridOfTrials } from "../../core/sweep/choose.ts";
import { pairGroups } from "../../core/sweep/pairs.ts";
import { kernelsFor, plannedKernel } from "../../core/sweep/plan.ts";
import { newTrials, type TrialColumns } from "../../core/sweep/single-trial.ts";
import type { Sweeper, SweepHooks, SweepMemory, SweepTask } from "../../core/sweep/sweeper.ts";
import { BLOCKS, type SweepKernel, TRIAL_FIGURES, type Trials } from "../../core/sweep/trials.ts";
import { VERSION } from "../../core/version.ts";
import { findWinnersOn } from "./cross-validation.ts";
import { validBars } from "./ground.ts";
import { memoryOf } from "./need.ts";
import { sweepSorted } from "./sorted.ts";
import { SweepAborted, SweepThreads } from "./threads.ts";
import { sweepTold, type ToldTrials } from "./told.ts";

/** Shared memory beyond this is given back after a sweep. */
const KEPT_BYTES = 2 ** 30;

/**
 * A sweeper on WebAssembly kernels over one shared memory.
 * @param plain   runs the trials whose figures lie within rounding of a threshold, and the kernel of that name
 * @param threads this one included, at least 1
 * @param clock   milliseconds from any moment on; tells when the caller's event loop should have its turn
 * @param source  the module's bytes, or where they lie; by default what `bun run build:wasm` made
 * @throws when the file is missing or the runtime refuses the module
 */
export async function loadSweeper(
  plain: Sweeper,
  threads: number,
  clock: () => number,
  source: URL | Uint8Array<ArrayBuffer> = new URL("../build/sweep.wasm", import.meta.url),
): Promise<WasmSweeper> {
  const bytes = source instanceof URL ? await readFile(source) : source;
  const module = await WebAssembly.compile(bytes);
  return new WasmSweeper(plain, module, clock, await SweepThreads.start(module, threads, clock));
}

export class WasmSweeper implements Sweeper {
  readonly name = "wasm";
  readonly version = VERSION;
  readonly threads: number;
  readonly findWinners: FindWinners = (blockSums) => findWinnersOn(this.pool, blockSums);

  constructor(
    private readonly plain: Sweeper,
    private readonly module: WebAssembly.Module,
    private readonly clock: () => number,
    private pool: SweepThreads,
  ) {
    this.threads = pool.size;
  }

  /** Size of the shared memory. */
  memoryBytes(): number {
    return this.pool.bytes;
  }

  memory(task: SweepTask): SweepMemory {
    const kernel = task.kernel ?? plannedKernel(task);
    return kernel === "plain" ? this.plain.memory(task) : memoryOf(task, kernel);
  }

  async sweep(task: SweepTask, hooks: SweepHooks = {}): Promise<Trials | undefined> {
    const kernel = task.kernel ?? plannedKernel(task);
    if (kernel === "plain") return this.plain.sweep({ ...task, kernel }, hooks);
    if (!kernelsFor(task).includes(kernel))
      throw new RangeError(`the kernel ${kernel} cannot run this sweep: ${kernelsFor(task).join(", ")} can`);
    const trials = newTrials(task.grid.trials, task.bars.close.length - task.from);
    try {
      const doubtful = await this.run(kernel, task, trials, hooks);
      if (hooks.signal?.aborted) return undefined;
      if (!(await this.recompute(doubtful, task, trials, hooks))) return undefined;
      return { ...trials, kernel, recomputed: doubtful.length };
    } catch (cause) {
      if (cause instanceof SweepAborted) return undefined;
      throw cause;
    } finally {
      await this.giveBack();
    }
  }

  [Symbol.dispose](): void {
    this.pool[Symbol.dispose]();
  }

  private async run(
    kernel: Exclude<SweepKernel, "plain">,
    task: SweepTask,
    trials: TrialColumns,
    { onProgress, signal }: SweepHooks,
  ): Promise<number[]> {
    const valid = validBars(task);
    const total = task.grid.trials;
    onProgress?.(0, total);
    if (valid.n === valid.first) return Array.from({ length: total }, (_, trial) => trial);
    const doubtful: number[] = [];
    let done = 0;
    const tell = (more: number) => onProgress?.(done + more, total);
    if (kernel === "sorted") {
      for (const group of pairGroups(task.grid)) {
        const onBars = (bars: number, all: number) => tell(Math.floor((group.trials * bars) / all));
        doubtful.push(...(await sweepSorted(this.pool, task, valid, group, trials, onBars, signal)));
        done += group.trials;
      }
    } else {
      for (const chosen of toldTrials(task)) {
        doubtful.push(...(await sweepTold(this.pool, task, valid, kernel, chosen, trials, tell, signal)));
        done += chosen.count;
      }
    }
    return doubtful;
  }

  /** Doubtful trials as single runs. False when it was aborted. */
  private async recompute(
    doubtful: readonly number[],
    task: SweepTask,
    trials: TrialColumns,
    { signal }: SweepHooks,
  ): Promise<boolean> {
    if (doubtful.length === 0) return true;
    const again = await this.plain.sweep(
      { ...task, grid: gridOfTrials(task.grid, doubtful), kernel: "plain" },
      signal === undefined ? {} : { signal },
    );
    if (again === undefined) return false;
    const sums = BLOCKS * 2;
    for (const [k, trial] of doubtful.entries()) {
      for (const name of TRIAL_FIGURES) trials[name][trial] = again[name][k]!;
      trials.blockSums.set(again.blockSums.subarray(k * sums, (k + 1) * sums), trial * sums);
    }
    return true;
  }

  private async giveBack(): Promise<void> {
    if (this.pool.bytes <= KEPT_BYTES) return;
    this.pool[Symbol.dispose]();
    this.pool = await SweepThreads.start(this.module, this.threads, this.clock);
  }
}

/** Averages are compared exactly by one kind at a time. */
function toldTrials({ strategy, grid }: SweepTask): readonly ToldTrials[] {
  if (strategy !== "ma_crossover") return [{ count: grid.trials, places: null, average: null }];
  return pairGroups(grid).map(({ trials, places, average }) => ({ count: trials, places, average }));
}
