import { sliceBars } from "../core/bars.ts";
import type { Engine } from "../core/engine/contract.ts";
import { findWinners } from "../core/overfitting/splits.ts";
import { strategyNamed } from "../core/strategies/registry.ts";
import { signalsOf } from "../core/strategies/signals.ts";
import { paramsOf } from "../core/sweep/grid.ts";
import { newTrials, recordTrial } from "../core/sweep/single-trial.ts";
import { type Sweeper, type SweepHooks, type SweepTask, TABLE_BYTES_A_TRIAL } from "../core/sweep/sweeper.ts";
import type { Trials } from "../core/sweep/trials.ts";

/** Bars x trials between two turns of the event loop: some 30 ms of work. */
const TURN = 500_000;
/** Columns of a run, its signals, fills and trades where every bar trades. */
const RUN_BYTES_A_BAR = 300;

/** A sweeper that runs every trial as a single run of the engine, on the thread of the caller: kernel "plain". */
export function plainSweeper(engine: Engine): Sweeper {
  return {
    name: engine.name,
    version: engine.version,
    threads: 1,
    memory: () => ({ aTrial: TABLE_BYTES_A_TRIAL, aBar: RUN_BYTES_A_BAR, besides: 0 }),
    sweep: (task, hooks = {}) => sweepPlainly(engine, task, hooks),
    findWinners,
    [Symbol.dispose]: () => undefined,
  };
}

async function sweepPlainly(engine: Engine, task: SweepTask, hooks: SweepHooks): Promise<Trials | undefined> {
  const { bars: seen, from, grid, direction, execution, rates, kernel = "plain" } = task;
  if (kernel !== "plain") throw new RangeError(`this sweeper has the kernel plain alone: got ${kernel}`);
  const strategy = strategyNamed(task.strategy);
  const bars = sliceBars(seen, from, seen.close.length);
  const trials = newTrials(grid.trials, bars.close.length);
  const atOnce = Math.max(1, Math.floor(TURN / (seen.close.length + 1)));
  using simulator = engine.prepare(bars);
  for (let trial = 0; trial < grid.trials; trial++) {
    if (trial % atOnce === 0) {
      if (trial > 0) await new Promise((resume) => setTimeout(resume));
      if (hooks.signal?.aborted) return undefined;
      hooks.onProgress?.(trial, grid.trials);
    }
    const signals = signalsOf(strategy.wanted(seen, paramsOf(grid, trial), from), direction);
    recordTrial(trials, trial, engine, simulator, signals, execution, rates);
  }
  hooks.onProgress?.(grid.trials, grid.trials);
  return { ...trials, kernel: "plain", recomputed: 0 };
}
