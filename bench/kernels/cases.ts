import type { Bars } from "../../core/bars.ts";
import type { Engine, Execution, Rates } from "../../core/engine/contract.ts";
import { PLAIN_EXECUTION } from "../../core/engine/plain-execution.ts";
import { strategies } from "../../core/strategies/registry.ts";
import { signalsOf } from "../../core/strategies/signals.ts";
import { WasmSimulator } from "../../engine-wasm/load.ts";
import { randomReturns, tiledSample } from "./data.ts";

/** Something to time. `run` is the timed region, `outcome` what both engines must agree on before anything is timed. */
export interface Prepared {
  readonly run: () => unknown;
  readonly outcome: () => unknown;
}

export interface BenchCase {
  readonly name: string;
  /** What lies inside the timed region. */
  readonly inside: string;
  /** Bars or returns a call works through. */
  readonly size: number;
  /** The garbage of a call is collected before the next, outside the timed region; else whenever the runtime sees fit. */
  readonly collected?: boolean;
  /** Null where the engine has no such thing. */
  readonly prepare: (engine: Engine) => Promise<Prepared | null>;
}

const MILLION = 1_000_000;
const RATES: Rates = { riskFreePerPeriod: 0, marPerPeriod: 0, periodsPerYear: 252 };
/** Long and flat, all equity, 10 bps commission, 5 bps slippage. */
const COSTS: Execution = { ...PLAIN_EXECUTION, initialCash: 1e9 };
const STOPS: Execution = { ...COSTS, stopLoss: 0.02, takeProfit: 0.04, trailingStop: 0.03 };
/** With no bar without volume this changes nothing, but engine-wasm cannot skip quiet bars: the plain walk, scalar. */
const EVERY_BAR: Execution = { ...COSTS, requireVolume: true };

function crossings(bars: Bars, fast: number, slow: number): Int8Array {
  return signalsOf(strategies.ma_crossover.wanted(bars, { fast, slow, average: "sma" }, 0), "long");
}

function simulation(name: string, size: number, execution: Execution, collected = false): BenchCase {
  return {
    name: `simulate ${name}${collected ? ", garbage collected between calls" : ""}`,
    inside: "signals in, run, equity + fills + trades copied out",
    size,
    collected,
    prepare: async (engine) => {
      const bars = await tiledSample("SAMPLE-VOL", size);
      const signals = crossings(bars, 10, 30);
      const simulator = engine.prepare(bars);
      return { run: () => simulator.simulate(signals, execution), outcome: () => simulator.simulate(signals, execution) };
    },
  };
}

function residentSimulation(name: string, size: number, execution: Execution): BenchCase {
  return {
    name: `simulate ${name}, record left in WebAssembly memory`,
    inside: "signals in, run, equity + fills + trades written",
    size,
    prepare: async (engine) => {
      const bars = await tiledSample("SAMPLE-VOL", size);
      const signals = crossings(bars, 10, 30);
      const simulator = engine.prepare(bars);
      if (!(simulator instanceof WasmSimulator)) return null;
      return { run: () => simulator.run(signals, execution), outcome: () => simulator.simulate(signals, execution) };
    },
  };
}

function crossover(size: number, fast: number, slow: number): BenchCase {
  return {
    name: `SMA ${fast}/${slow} to return, Sharpe, Sortino, volatility, drawdown`,
    inside: "averages, exact comparison, signals, run, statistics; bars prepared before",
    size,
    prepare: async (engine) => {
      const bars = await tiledSample("SAMPLE-VOL", size);
      const simulator = engine.prepare(bars);
      const run = () => simulator.evaluate(crossings(bars, fast, slow), COSTS, RATES);
      return { run, outcome: run };
    },
  };
}

function returnStatistics(size: number): BenchCase {
  return {
    name: "Sharpe + max drawdown of returns",
    inside: "returns copied in, both passes",
    size,
    prepare: async (engine) => {
      const returns = randomReturns(size);
      const run = () => engine.returnStatistics(returns, RATES);
      return { run, outcome: run };
    },
  };
}

export const cases: readonly BenchCase[] = [
  residentSimulation("10 M bars", 10 * MILLION, COSTS),
  residentSimulation("10 M bars, stop 2 %, target 4 %, trailing 3 %", 10 * MILLION, STOPS),
  ...[false, true].flatMap((collected) => [
    simulation("10 M bars", 10 * MILLION, COSTS, collected),
    simulation("10 M bars, stop 2 %, target 4 %, trailing 3 %", 10 * MILLION, STOPS, collected),
    simulation("10 M bars, every bar by the full rules", 10 * MILLION, EVERY_BAR, collected),
  ]),
  crossover(10 * MILLION, 30, 150),
  returnStatistics(MILLION),
  simulation("2,520 bars", 2520, COSTS),
  crossover(2520, 30, 150),
  returnStatistics(2520),
];
