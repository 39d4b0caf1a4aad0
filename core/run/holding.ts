import type { Execution, Simulator } from "../engine/contract.ts";
import { holdingMetrics } from "../metrics/registry.ts";
import type { Series } from "../metrics/series.ts";
import { signalsOf } from "../strategies/signals.ts";
import { WANT_LONG } from "../strategies/strategy.ts";

/** What holding from the first bar on would have brought. */
export interface Holding {
  /** Length n. */
  readonly equity: Float64Array;
  /** Length n; NaN is a missing return. */
  readonly returns: Float64Array;
  readonly figures: ReturnType<typeof holdingMetrics>;
}

/**
 * Buys with all equity at the first chance and holds.
 * @param bars how many there are
 * @param describe makes an equity curve ready for its metrics
 */
export function hold(
  bars: number,
  simulator: Simulator,
  execution: Execution,
  describe: (equity: Float64Array) => Series,
): Holding {
  const { equity } = simulator.simulate(signalsOf(new Int8Array(bars).fill(WANT_LONG), "long"), execution);
  const series = describe(equity);
  return { equity, returns: series.returns, figures: holdingMetrics(series) };
}

/** The run's cash, costs and fill, all equity, no stops. */
export function holdingExecution(execution: Execution): Execution {
  return {
    ...execution,
    sizing: { type: "percent_equity", value: 1 },
    onInsufficientCash: "reject",
    closeAtEnd: false,
    stopLoss: null,
    takeProfit: null,
    trailingStop: null,
  };
}
