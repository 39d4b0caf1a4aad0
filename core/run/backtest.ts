import type { Bars, Interval } from "../bars.ts";
import type { Engine, Simulation } from "../engine/contract.ts";
import { type AppError, fail } from "../errors.ts";
import type { GatedBars } from "../gate/gate.ts";
import type { BarWarning } from "../gate/raw-bars.ts";
import { benchmarkMetrics, exposureMetrics, seriesMetrics, tradeMetrics } from "../metrics/registry.ts";
import { equitySeries } from "../metrics/series.ts";
import type { BarOrigin, BarQuery } from "../ports.ts";
import type { BacktestRequest } from "../requests/backtest.ts";
import { GIVEN_SIGNALS, type StrategyChoice } from "../requests/strategy-choice.ts";
import { ok, type Result } from "../result.ts";
import { strategyNamed } from "../strategies/registry.ts";
import { signalsOf } from "../strategies/signals.ts";
import { hashRun } from "./canonical.ts";
import { hold, holdingExecution } from "./holding.ts";
import { type InputPorts, runInputs } from "./run-inputs.ts";

/** What a run needs from outside. */
export interface RunPorts extends InputPorts {
  readonly engine: Engine;
}

export type Figures = Readonly<Record<string, number>>;

/** One backtest, done: inputs as they were understood, the record, the figures. NaN is undefined. */
export interface Run {
  readonly request: BacktestRequest;
  readonly origin: BarOrigin;
  /** The bars of the range; those of the warm-up are left out. */
  readonly bars: Bars;
  readonly interval: Interval;
  readonly warnings: readonly BarWarning[];
  readonly warmupBars: number;
  readonly periodsPerYear: number;
  readonly simulation: Simulation;
  /** Length bars.n + 1, the starting capital first. */
  readonly curve: Float64Array;
  readonly metrics: Figures;
  readonly benchmark: Figures;
  readonly benchmarkEquity: Float64Array;
  readonly barsHash: string;
  readonly resultHash: string;
  readonly engine: Pick<Engine, "name" | "version">;
}

/**
 * One backtest from bars to figures.
 * Errors: those of the provider and the gate; `no_data` when the slowest window needs more bars than there are.
 */
export async function runBacktest(request: BacktestRequest, ports: RunPorts): Promise<Result<Run, AppError>> {
  const inputs = await runInputs(request, barQueryOf(request), ports);
  if (!inputs.ok) return inputs;
  const { origin, judged, rows, execution, settings } = inputs.value;
  const { gated, bars, priced } = judged;
  const { bars: seen, from, interval, warnings } = gated;
  const needed = barsNeeded(request.strategy);
  if (priced < needed) return tooFewBars(request, needed, priced, from);

  const signals = signalsFor(request.strategy, gated, rows);
  if (!signals.ok) return signals;
  const { engine } = ports;
  const pointMs = withFirst(bars.timeMs);
  const describe = (equity: Float64Array) => equitySeries(engine, withStart(equity, execution.initialCash), pointMs, settings);

  using simulator = engine.prepare(bars);
  const simulation = simulator.simulate(signals.value, execution);
  const holdingAs = holdingExecution(execution);
  const held = judged.holding(JSON.stringify([engine.name, holdingAs, settings]), () =>
    hold(bars.close.length, simulator, holdingAs, describe),
  );

  const series = describe(simulation.equity);
  const metrics = {
    ...seriesMetrics(series),
    ...tradeMetrics(simulation.trades),
    ...exposureMetrics({ ...simulation, periodsPerYear: settings.periodsPerYear }),
  };
  const benchmark = { ...held.figures, ...benchmarkMetrics(series.returns, held.returns, settings) };
  const [barsHash, resultHash] = await Promise.all([
    judged.hash(),
    hashRun(
      {
        bars: seen,
        bytes: judged.bytes(),
        warmupBars: from,
        strategy: request.strategy,
        execution,
        fills: simulation.fills,
        equity: simulation.equity,
        givenSignals: request.strategy.name === GIVEN_SIGNALS ? signals.value : null,
      },
      ports.sha256,
    ),
  ]);
  return ok({
    request,
    origin,
    bars,
    interval,
    warnings,
    warmupBars: from,
    periodsPerYear: settings.periodsPerYear,
    simulation,
    curve: series.equity,
    metrics,
    benchmark,
    benchmarkEquity: held.equity,
    barsHash,
    resultHash,
    engine: { name: engine.name, version: engine.version },
  });
}

/** Which bars a request asks its source for. */
export function barQueryOf({ symbol, interval, range, warmup, strategy, adjusted }: BacktestRequest): BarQuery {
  return { symbol, interval, range, warmupBars: warmup === "auto" ? barsNeeded(strategy) - 1 : warmup, adjusted };
}

function barsNeeded(strategy: StrategyChoice): number {
  return strategy.name === GIVEN_SIGNALS ? 1 : strategyNamed(strategy.name).barsNeeded(strategy.params);
}

/** One signal for each bar of the range: the strategy's, or those given for the rows that the bars came from. */
function signalsFor(strategy: StrategyChoice, gated: GatedBars, rows: number): Result<Int8Array, AppError> {
  const { bars, from, rowOf } = gated;
  if (strategy.name !== GIVEN_SIGNALS) {
    return ok(signalsOf(strategyNamed(strategy.name).wanted(bars, strategy.params, from), strategy.direction));
  }
  const { signals } = strategy;
  if (signals.length !== rows) {
    const message = `signals must hold one entry for each row of the data: got ${signals.length} for ${rows} rows`;
    return fail("invalid_request", message, [{ path: "signals", message }]);
  }
  return ok(Int8Array.from({ length: bars.close.length - from }, (_, bar) => signals[rowOf(from + bar)]!));
}

function tooFewBars(request: BacktestRequest, needed: number, priced: number, warmup: number) {
  const { name, params } = request.strategy;
  const told = Object.entries(params).map(([key, value]) => `${key} ${value}`);
  const counted = warmup > 0 ? `${priced} with prices, ${warmup} of them warm-up` : `${priced} with prices`;
  return fail(
    "no_data",
    `${name}${told.length > 0 ? ` (${told.join(", ")})` : ""} needs at least ${needed} bars, but there are ${counted}; widen the range, add warm-up or shorten the window`,
  );
}

function withStart(values: Float64Array, start: number): Float64Array {
  const curve = new Float64Array(values.length + 1);
  curve[0] = start;
  curve.set(values, 1);
  return curve;
}

/** The first bar's time belongs to the starting capital as well. */
function withFirst(timeMs: Float64Array): Float64Array {
  return withStart(timeMs, timeMs[0] ?? 0);
}
