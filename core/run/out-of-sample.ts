import { type Bars, sliceBars } from "../bars.ts";
import type { Engine, Execution, Split } from "../engine/contract.ts";
import { exposureMetrics, seriesMetrics, tradeMetrics } from "../metrics/registry.ts";
import { equitySeries, type SeriesSettings } from "../metrics/series.ts";
import type { StrategyName } from "../strategies/registry.ts";
import { strategyNamed } from "../strategies/registry.ts";
import { type Direction, signalsOf } from "../strategies/signals.ts";
import type { ParamValues } from "../strategies/strategy.ts";
import type { BarWindow } from "../sweep/folds.ts";
import { idleStretch, type Stretch } from "./stitch.ts";

/** What trades a window: the strategy under its settings, on bars with those before them. */
export interface WindowTrader {
  readonly engine: Engine;
  /** All bars, the warm-up included; windows count from bar `from` of them. */
  readonly seen: Bars;
  readonly from: number;
  readonly strategy: StrategyName;
  readonly direction: Direction;
  /** Splits count bars from `from`. */
  readonly execution: Execution;
}

/** What trading a window came to. */
export interface TradedWindow extends Stretch {
  /** Length of the window. */
  readonly equity: Float64Array;
  /** A position is left after the last bar, at its close. */
  readonly leftOpen: boolean;
}

/**
 * A single run over a window, flat at its start: indicators see every bar before it, and none after it.
 *
 * @param params null: nothing is traded, and the cash stays as it is
 * @param cash   at the start; nothing is traded unless it is above 0
 */
export function tradeWindow(trader: WindowTrader, window: BarWindow, params: ParamValues | null, cash: number): TradedWindow {
  const { engine, seen, strategy, direction, execution } = trader;
  const { from, to } = window;
  if (params === null || !(cash > 0 && Number.isFinite(cash)))
    return { ...idleStretch(), equity: new Float64Array(to - from).fill(cash), leftOpen: false };
  const start = trader.from + from;
  const past = sliceBars(seen, 0, trader.from + to);
  const signals = signalsOf(strategyNamed(strategy).wanted(past, params, start), direction);
  using simulator = engine.prepare(sliceBars(past, start, past.close.length));
  const simulation = simulator.simulate(signals, {
    ...execution,
    initialCash: cash,
    splits: splitsWithin(execution.splits, window),
  });
  return { ...simulation, leftOpen: simulation.openPosition !== null };
}

/** The splits of a window, counted from its first bar. */
export function splitsWithin(splits: readonly Split[], { from, to }: BarWindow): readonly Split[] {
  return splits.filter(({ bar }) => bar >= from && bar < to).map(({ bar, ratio }) => ({ bar: bar - from, ratio }));
}

/**
 * Every metric of a stretch of bars, as a single run has them: the first bar's time belongs to the starting capital as well.
 *
 * @param curve  length n + 1, the starting capital first
 * @param timeMs length n
 */
export function stretchMetrics(
  engine: Engine,
  stretch: Stretch,
  curve: Float64Array,
  timeMs: Float64Array,
  settings: SeriesSettings,
) {
  const pointMs = new Float64Array(curve.length);
  pointMs.set(timeMs, 1);
  pointMs[0] = timeMs[0]!;
  const { periodsPerYear } = settings;
  return {
    ...seriesMetrics(equitySeries(engine, curve, pointMs, settings)),
    ...tradeMetrics(stretch.trades),
    ...exposureMetrics({ ...stretch, equity: curve.subarray(1), periodsPerYear }),
  };
}
