import type { Bars, Interval } from "../bars.ts";
import type { Engine } from "../engine/contract.ts";
import { type AppError, fail } from "../errors.ts";
import type { BarWarning } from "../gate/raw-bars.ts";
import { rates } from "../metrics/rates.ts";
import type { BarOrigin, BarQuery } from "../ports.ts";
import type { SweepRequest } from "../requests/sweep.ts";
import { ok, type Result } from "../result.ts";
import { strategyNamed } from "../strategies/registry.ts";
import { completeTable } from "../sweep/complete.ts";
import { slowestTrial } from "../sweep/grid.ts";
import { rank } from "../sweep/rank.ts";
import { bytesOf, type Sweeper, type SweepHooks, type SweepMemory, type SweepTask } from "../sweep/sweeper.ts";
import type { TrialTable } from "../sweep/table.ts";
import type { Trials } from "../sweep/trials.ts";
import { hashSweep } from "./canonical.ts";
import { judgeLuck, type Luck, MOST_SNOOPING_STEPS, snoopingSteps } from "./luck.ts";
import { type InputPorts, type RunInputs, runInputs } from "./run-inputs.ts";

/** The most trials x bars of a sweep unless a setting says otherwise. */
export const MOST_BAR_TRIALS = 2e10;
/** The most memory that a sweep may say it will take, in bytes, unless a setting says otherwise. */
export const MOST_BYTES = 3 * 2 ** 30;

/** What a sweep needs from outside. */
export interface SweepPorts extends InputPorts {
  readonly sweeper: Sweeper;
  /** Runs the best trial again, for what luck has to do with it. */
  readonly engine: Engine;
  /** The most trials x bars; MOST_BAR_TRIALS where it is left out. */
  readonly mostBarTrials?: number;
  /** The most memory that a sweep may take, in bytes; MOST_BYTES where it is left out. */
  readonly mostBytes?: number;
  readonly hooks?: SweepHooks;
}

/** One sweep, done: inputs as they were understood, every trial, the order. NaN is undefined. */
export interface SweepRun {
  readonly request: SweepRequest;
  readonly origin: BarOrigin;
  /** The bars of the range; those of the warm-up are left out. */
  readonly bars: Bars;
  readonly interval: Interval;
  readonly warnings: readonly BarWarning[];
  readonly warmupBars: number;
  readonly periodsPerYear: number;
  readonly table: TrialTable;
  /** As the sweeper found them, with the sums of returns by block; `kernel` tells which kernel ran. */
  readonly trials: Trials;
  /** Trials by the objective, the best first. */
  readonly order: Int32Array;
  /** Null where it was not asked for. */
  readonly luck: Luck | null;
  readonly barsHash: string;
  readonly resultHash: string;
  readonly engine: Pick<Sweeper, "name" | "version">;
}

/** The inputs of a sweep as they were understood, before a trial is run. */
export interface SweepInputs extends Pick<RunInputs, "origin" | "judged" | "settings"> {
  readonly request: SweepRequest;
  readonly task: SweepTask;
}

/**
 * One sweep from bars to figures; undefined when it was aborted.
 * Errors: those of `sweepInputs` and `refusalOf`. A trial whose windows need more bars than there are is no error: it has no trades.
 */
export async function runSweep(request: SweepRequest, ports: SweepPorts): Promise<Result<SweepRun, AppError> | undefined> {
  const inputs = await sweepInputs(request, ports);
  return inputs.ok ? sweepWhole(inputs.value, ports) : inputs;
}

/** Runs all trials here; undefined when it was aborted. Errors: those of `refusalOf`. */
export async function sweepWhole(inputs: SweepInputs, ports: SweepPorts): Promise<Result<SweepRun, AppError> | undefined> {
  const { sweeper, hooks } = ports;
  const refused = refusalOf(inputs, sweeper.memory(inputs.task), ports);
  if (refused !== null) return refused;
  const trials = await sweeper.sweep(inputs.task, hooks);
  return trials === undefined ? undefined : ok(await concludeSweep(inputs, trials, ports));
}

/** Errors: those of the provider and the gate; `no_data` when no bar has prices. */
export async function sweepInputs(request: SweepRequest, ports: InputPorts): Promise<Result<SweepInputs, AppError>> {
  const inputs = await runInputs(request, sweepQueryOf(request), ports);
  if (!inputs.ok) return inputs;
  const { origin, judged, execution, settings } = inputs.value;
  if (judged.priced === 0) return fail("no_data", "there are no bars with prices; widen the range");
  const { grid, strategy, direction } = request;
  const { bars, from } = judged.gated;
  const perPeriod = rates(settings.riskFree, settings.mar, settings.periodsPerYear);
  const task = { bars, from, strategy, direction, grid, execution, rates: perPeriod };
  return ok({ request, origin, judged, settings, task });
}

/**
 * Why the trials of a task are not run here; null where they may be. Errors: `too_costly` for too many trials x bars, too many steps of the tests of all
 * trials, or too much memory.
 */
export function refusalOf(
  { request, judged, task }: SweepInputs,
  memory: SweepMemory,
  { mostBarTrials = MOST_BAR_TRIALS, mostBytes = MOST_BYTES }: Pick<SweepPorts, "mostBarTrials" | "mostBytes">,
) {
  const { trials } = task.grid;
  const seen = task.bars.close.length;
  const tests = request.overfitting !== "none" && request.snoopingTests;
  return (
    tooCostly(trials, seen, mostBarTrials) ??
    (tests ? tooSlow(trials, judged.bars.close.length) : null) ??
    tooLarge(memory, trials, seen, mostBytes)
  );
}

/** From the trials of all of the grid to what the sweep tells. @throws {RangeError} when they are not those of the grid */
export async function concludeSweep(
  { request, origin, judged, settings, task }: SweepInputs,
  trials: Trials,
  { engine, sweeper, sha256 }: SweepPorts,
): Promise<SweepRun> {
  const { gated, bars } = judged;
  const { bars: seen, from: warmupBars, interval, warnings } = gated;
  const { strategy, direction, grid, execution } = task;
  const table = completeTable(trials, grid, { ...settings, timeMs: bars.timeMs });
  const order = rank(table, request.objective);
  const luck = judgeLuck({ request, task, table, trials, best: order[0]! }, engine, sweeper);
  const [barsHash, resultHash] = await Promise.all([
    judged.hash(),
    hashSweep({ bars: seen, bytes: judged.bytes(), warmupBars, strategy, direction, execution, grid, trials }, sha256),
  ]);
  return {
    ...{ request, origin, bars, interval, warnings, warmupBars, periodsPerYear: settings.periodsPerYear },
    ...{ table, trials, order, luck, barsHash, resultHash },
    engine: { name: sweeper.name, version: sweeper.version },
  };
}

/** Which bars a sweep asks its source for: a warm-up that is worked out is that of the slowest trial. */
export function sweepQueryOf({ symbol, interval, range, warmup, adjusted, strategy, grid }: SweepRequest): BarQuery {
  const warmupBars = warmup === "auto" ? slowestTrial(grid, strategyNamed(strategy)) - 1 : warmup;
  return { symbol, interval, range, warmupBars, adjusted };
}

function tooCostly(trials: number, bars: number, most: number) {
  const cost = trials * bars;
  if (cost <= most) return null;
  const message = `${trials} trials x ${bars} bars = ${cost}, the limit is ${most}; take fewer values or a shorter range`;
  return fail("too_costly", message, [{ path: "params", message }]);
}

function tooSlow(trials: number, bars: number) {
  const steps = snoopingSteps(trials, bars);
  if (steps <= MOST_SNOOPING_STEPS) return null;
  const message = `snooping_tests of ${trials} trials x ${bars} bars would take ${steps} steps, the limit is ${MOST_SNOOPING_STEPS}; leave them out or try fewer`;
  return fail("too_costly", message, [{ path: "snooping_tests", message }]);
}

function tooLarge(memory: SweepMemory, trials: number, bars: number, most: number) {
  const bytes = bytesOf(memory, trials, bars);
  if (bytes <= most) return null;
  const megabytes = (size: number) => `${Math.ceil(size / 1e6)} MB`;
  const parts = `${memory.aTrial} bytes x ${trials} trials + ${memory.aBar} bytes x ${bars} bars + ${megabytes(memory.besides)}`;
  const message = `the sweep would take ${megabytes(bytes)} (${parts}), the limit is ${megabytes(most)}; take fewer values or a shorter range`;
  return fail("too_costly", message, [{ path: "params", message }]);
}
