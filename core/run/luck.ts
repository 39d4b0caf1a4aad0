import { sliceBars } from "../bars.ts";
import type { Engine, Execution, Simulator } from "../engine/contract.ts";
import { returnsOf } from "../metrics/returns.ts";
import { type Assessment, assess } from "../overfitting/assess.ts";
import { realityCheck } from "../overfitting/reality-check.ts";
import { superiorAbility } from "../overfitting/superior-ability.ts";
import type { SweepRequest } from "../requests/sweep.ts";
import { strategyNamed } from "../strategies/registry.ts";
import { signalsOf } from "../strategies/signals.ts";
import { WANT_LONG } from "../strategies/strategy.ts";
import { paramsOf } from "../sweep/grid.ts";
import type { Sweeper, SweepTask } from "../sweep/sweeper.ts";
import type { TrialTable } from "../sweep/table.ts";
import type { Trials } from "../sweep/trials.ts";
import { holdingExecution } from "./holding.ts";

/** Tests of all trials at once against holding, which take far longer than the rest. */
export interface SnoopingTests {
  /** White's Reality Check: how often the best of so many does as well by luck. */
  readonly realityCheck: number;
  /** Hansen's test of superior predictive ability: p-values, NaN where it is undefined. */
  readonly spa: { readonly lower: number; readonly consistent: number; readonly upper: number };
}

/** What luck may have to do with the best trial. */
export interface Luck extends Assessment {
  /** Null unless asked for. */
  readonly snooping: SnoopingTests | null;
}

/** A sweep that is done, and what it was run on. */
export interface SweptTrials {
  readonly request: Pick<SweepRequest, "objective" | "overfitting" | "seed" | "snoopingTests">;
  readonly task: SweepTask;
  readonly table: TrialTable;
  readonly trials: Trials;
  /** The best one. */
  readonly best: number;
}

/** The tests of all trials take about bars x trials x (bars + resamples) steps, at most so many. */
export const MOST_SNOOPING_STEPS = 4e9;

/** Judges the best trial, which is run again for its returns; null where the request wants no judgement. */
export function judgeLuck(swept: SweptTrials, engine: Engine, sweeper: Pick<Sweeper, "findWinners">): Luck | null {
  const { request, task, table, trials, best } = swept;
  const { objective, overfitting: mode, seed } = request;
  if (mode === "none") return null;
  const { bars, from, execution, rates } = task;
  using simulator = engine.prepare(sliceBars(bars, from, bars.close.length));
  const held = new Int8Array(trials.bars).fill(WANT_LONG);
  const holding = returnsUnder(simulator, signalsOf(held, "long"), holdingExecution(execution));
  const returns = returnsUnder(simulator, signalsOfTrial(task, best), execution);
  const judged = assess(
    { table, trials, objective, best, returns, holding, rates },
    { mode, seed, findWinners: sweeper.findWinners },
  );
  const snooping = request.snoopingTests ? testAll(swept, simulator, holding, judged) : null;
  return { ...judged, snooping };
}

function returnsUnder(simulator: Simulator, signals: Int8Array, execution: Execution): Float64Array {
  const { equity } = simulator.simulate(signals, execution);
  const curve = new Float64Array(equity.length + 1);
  curve[0] = execution.initialCash;
  curve.set(equity, 1);
  return returnsOf(curve);
}

function signalsOfTrial({ bars, from, strategy, direction, grid }: SweepTask, trial: number): Int8Array {
  return signalsOf(strategyNamed(strategy).wanted(bars, paramsOf(grid, trial), from), direction);
}

/** Every trial's returns beyond those of holding; a missing one counts as none. */
function testAll(
  { task, trials: { bars } }: SweptTrials,
  simulator: Simulator,
  holding: Float64Array,
  { resampling }: Assessment,
): SnoopingTests {
  const columns = task.grid.trials;
  const values = new Float64Array(bars * columns);
  for (let trial = 0; trial < columns; trial++) {
    const returns = returnsUnder(simulator, signalsOfTrial(task, trial), task.execution);
    for (let bar = 0; bar < bars; bar++) values[bar * columns + trial] = present(returns[bar]!) - present(holding[bar]!);
  }
  const excess = { values, rows: bars, columns };
  const { pLower, pConsistent, pUpper } = superiorAbility(excess, resampling);
  return {
    realityCheck: realityCheck(excess, resampling).pValue,
    spa: { lower: pLower, consistent: pConsistent, upper: pUpper },
  };
}

function present(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}

/** Steps that the tests of all trials take. */
export function snoopingSteps(trials: number, bars: number): number {
  return bars * trials * (bars + 1000);
}
