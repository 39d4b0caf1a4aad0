import { randomRun } from "../engine/random-run.ts";
import { uniforms } from "../random.ts";
import type { StrategyName } from "../strategies/registry.ts";
import type { ParamValue } from "../strategies/strategy.ts";
import type { Grid } from "./grid.ts";
import type { SweepTask } from "./sweeper.ts";

/** Values of parameters that make ties, short and long windows, and windows longer than most data. */
const VALUES: Readonly<Record<StrategyName, readonly (readonly [string, readonly ParamValue[]])[]>> = {
  buy_and_hold: [],
  ma_crossover: [
    ["average", ["sma", "ema", "wma"]],
    ["fast", [1, 2, 3, 5, 8, 10, 11]],
    ["slow", [2, 4, 5, 8, 12, 22, 60, 700]],
  ],
  rsi_reversion: [
    ["period", [1, 2, 5, 14, 300]],
    ["lower", [10, 30, 49.5, 50]],
    ["upper", [50, 51, 70, 100]],
  ],
  bollinger_reversion: [
    ["period", [1, 2, 5, 20, 300]],
    ["multiplier", [0, 0.5, 1, 2]],
  ],
  bollinger_breakout: [
    ["period", [1, 2, 5, 20, 300]],
    ["multiplier", [0, 0.5, 1, 2]],
  ],
  macd_crossover: [
    ["fast", [1, 2, 5, 12]],
    ["slow", [3, 8, 26, 300]],
    ["signal", [1, 2, 9]],
  ],
  donchian_breakout: [
    ["entry", [1, 2, 5, 20, 300]],
    ["exit", [1, 3, 10, 40]],
  ],
  momentum: [["lookback", [1, 2, 3, 7, 20, 300]]],
  supertrend: [
    ["atr_period", [1, 3, 10, 300]],
    ["multiplier", [0, 0.5, 1, 3]],
  ],
};

/** Rules of the strategies, which a grid keeps. */
const RULES: Partial<Record<StrategyName, readonly [string, string]>> = {
  ma_crossover: ["fast", "slow"],
  macd_crossover: ["fast", "slow"],
  rsi_reversion: ["lower", "upper"],
};

/**
 * A sweep drawn from a seed, for tests that compare kernels: random bars as in `randomRun` (ties, flat prices, violent moves, missing bars), warm-up, rates.
 * @param plainExecution long or flat with all equity, filled at the next open, nothing that ends a trade but a signal
 */
export function randomSweep(strategy: StrategyName, seed: number, n: number, plainExecution: boolean): SweepTask {
  const next = uniforms(seed * 7919 + 13);
  const chance = (p: number) => next() < p;
  const pick = <T>(...choices: readonly T[]): T => choices[Math.floor(next() * choices.length)]!;
  const { bars, execution } = randomRun(seed, n);
  const from = chance(0.3) ? Math.floor(next() * (n + 1)) : 0;
  const lastPriced = n > 0 && !Number.isNaN(bars.close[n - 1]!);
  return {
    bars,
    from,
    strategy,
    direction: plainExecution ? "long" : pick("long", "short", "both"),
    grid: gridOf(strategy),
    execution: plainExecution
      ? {
          ...execution,
          fill: "next_open",
          commissionFixed: 0,
          sizing: { type: "percent_equity", value: 1 },
          fractional: true,
          closeAtEnd: execution.closeAtEnd && lastPriced,
          requireVolume: false,
          stopLoss: null,
          takeProfit: null,
          trailingStop: null,
          splits: [],
        }
      : {
          ...execution,
          splits: execution.splits.filter(({ bar }) => bar >= from).map(({ bar, ratio }) => ({ bar: bar - from, ratio })),
        },
    rates: { riskFreePerPeriod: pick(0, 0.0001), marPerPeriod: pick(0, 0.00005, -0.0001), periodsPerYear: pick(252, 12.5) },
  };
}

function gridOf(strategy: StrategyName): Grid {
  const axes = VALUES[strategy].map(([name, values]) => ({ name, values }));
  const rule = RULES[strategy];
  const rows: number[][] = [];
  const walk = (row: number[]) => {
    const axis = axes[row.length];
    if (axis !== undefined) {
      for (const k of axis.values.keys()) walk([...row, k]);
      return;
    }
    const chosen = (name: string) => {
      const at = axes.findIndex((each) => each.name === name);
      return Number(axes[at]?.values[row[at]!]);
    };
    if (rule === undefined || chosen(rule[0]) < chosen(rule[1])) rows.push(row);
  };
  walk([]);
  return { axes, trials: rows.length, skipped: 0, choices: Int32Array.from(rows.flat()) };
}
