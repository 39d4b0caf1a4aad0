import { type Bars, emptyBars } from "../../core/bars.ts";
import { PLAIN_EXECUTION } from "../../core/engine/plain-execution.ts";
import { normals } from "../../core/random.ts";
import { strategyNamed } from "../../core/strategies/registry.ts";
import { expandGrid } from "../../core/sweep/expand.ts";
import type { Grid } from "../../core/sweep/grid.ts";
import type { SweepTask } from "../../core/sweep/sweeper.ts";
import type { SweepSpec } from "./spec.ts";

const DAY_MS = 86_400_000;
const SEED = 7;
/** The sweep of every `every`-th trial of the spec's grid, from the first on. */
export function taskOf(spec: SweepSpec, every: number): SweepTask {
  const { strategy, direction = "long", execution } = spec;
  return {
    bars: geometricBars(spec.bars, spec.deviation),
    from: 0,
    strategy,
    direction,
    grid: everyOf(gridOf(spec), every),
    execution: { ...PLAIN_EXECUTION, ...execution },
    rates: { riskFreePerPeriod: 0, marPerPeriod: 0, periodsPerYear: 252 },
  };
}

/** Every combination that keeps the rules of the strategy. @throws {Error} when there is none, or too many */
export function gridOf({ strategy, axes }: SweepSpec): Grid {
  const rules = strategyNamed(strategy).rules.map((rule) => ({ ...rule, comparison: "<" as const }));
  const grid = expandGrid(axes, rules);
  if (!grid.ok) throw new Error(grid.error.detail);
  return grid.value;
}

function everyOf(grid: Grid, every: number): Grid {
  if (every === 1) return grid;
  const width = grid.axes.length;
  const trials = Math.ceil(grid.trials / every);
  const choices = new Int32Array(trials * width);
  for (let k = 0; k < trials; k++) choices.set(grid.choices.subarray(k * every * width, (k * every + 1) * width), k * width);
  return { ...grid, trials, choices };
}

/** A geometric walk with a small drift upward and gaps of a third of a bar's move between close and open. */
function geometricBars(n: number, deviation: number): Bars {
  const next = normals(SEED);
  const bars = emptyBars(n);
  let price = 100;
  for (let i = 0; i < n; i++) {
    const open = price * Math.exp(0.3 * deviation * next());
    price = open * Math.exp(deviation * (next() + 0.013));
    bars.timeMs[i] = i * DAY_MS;
    bars.open[i] = open;
    bars.high[i] = Math.max(open, price) * (1 + 0.3 * deviation * Math.abs(next()));
    bars.low[i] = Math.min(open, price) / (1 + 0.3 * deviation * Math.abs(next()));
    bars.close[i] = price;
    bars.volume[i] = 1000;
  }
  return bars;
}
