import type { ComputePool, OnProgress, Task, TaskResult } from "../compute/task.ts";

/** A pool that says how many backtests to have at hand for each child, so that none waits for the store while there is work. */
export interface PacedPool extends ComputePool {
  /** Many where they are short; few where they are long, since what one process has at hand no other can take. */
  readonly ahead: number;
}

/** So much work is to be at hand. */
const AHEAD_MS = 50;
const LEAST = 2;
const MOST = 8;
/** Of the newest backtest in the mean. */
const WEIGHT = 0.2;

/** @param clock ms, never set back */
export function pacedPool(pool: ComputePool, clock: () => number = () => performance.now()): PacedPool {
  /** How long a backtest keeps a child, of late. */
  let meanMs = AHEAD_MS / LEAST;
  let lastEndMs = Number.NEGATIVE_INFINITY;

  return {
    size: pool.size,
    get load() {
      return pool.load;
    },
    get ready() {
      return pool.ready;
    },
    get ahead() {
      return Math.min(MOST, Math.max(LEAST, Math.floor(AHEAD_MS / meanMs)));
    },
    async run<T extends Task>(task: T, signal?: AbortSignal, onProgress?: OnProgress): Promise<TaskResult<T["kind"]>> {
      const givenMs = clock();
      const result = await pool.run(task, signal, onProgress);
      const endMs = clock();
      // It began when it was given, or when the one before it left its child.
      const tookMs = (endMs - Math.max(givenMs, lastEndMs)) * Math.min(pool.size, pool.load + 1);
      lastEndMs = endMs;
      if (task.kind === "backtest") meanMs += WEIGHT * (tookMs - meanMs);
      return result;
    },
    close: (graceMs) => pool.close(graceMs),
  };
}
