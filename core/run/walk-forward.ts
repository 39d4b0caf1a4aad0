import { type Bars, type Interval, sliceBars } from "../bars.ts";
import type { Engine } from "../engine/contract.ts";
import { type AppError, fail } from "../errors.ts";
import type { BarWarning } from "../gate/raw-bars.ts";
import { annualGrowth } from "../metrics/growth.ts";
import { rates } from "../metrics/rates.ts";
import type { BarOrigin } from "../ports.ts";
import type { WalkForwardRequest } from "../requests/walk-forward.ts";
import { ok, type Result } from "../result.ts";
import { finiteOrNaN } from "../statistics/ratio.ts";
import { type Fold, foldsOf } from "../sweep/folds.ts";
import { paramsOf } from "../sweep/grid.ts";
import { parameterStability, type Steadiness } from "../sweep/stability.ts";
import { bytesOf, type Sweeper, type SweepHooks, type SweepTask } from "../sweep/sweeper.ts";
import { hashWalkForward } from "./canonical.ts";
import { type Choice, chooseTrial, type TrialFigures } from "./fold-choice.ts";
import { splitsWithin, stretchMetrics, type TradedWindow, tradeWindow } from "./out-of-sample.ts";
import { runInputs } from "./run-inputs.ts";
import { stitched } from "./stitch.ts";
import { MOST_BAR_TRIALS, MOST_BYTES, type SweepPorts, sweepQueryOf } from "./sweep.ts";

/** What a walk-forward needs from outside. Progress counts the trials of all folds. */
export interface WalkForwardPorts extends SweepPorts {
  /** Runs the chosen parameters out of sample. */
  readonly engine: Engine;
  /** Lets the caller's other work go on; called before every fold. */
  readonly turn?: () => Promise<void>;
}

/** One fold, done. */
export interface FoldRun extends Fold {
  /** Null where the objective is undefined for every trial. */
  readonly choice: Choice | null;
  readonly outOfSampleFigures: TrialFigures;
  /** A position is left after the last out-of-sample bar, at its close. */
  readonly leftOpen: boolean;
}

/** One walk-forward, done: inputs as they were understood, every fold, the out-of-sample windows as one. NaN is undefined. */
export interface WalkForwardRun {
  readonly request: WalkForwardRequest;
  readonly origin: BarOrigin;
  /** The bars of the range; those of the warm-up are left out. */
  readonly bars: Bars;
  readonly interval: Interval;
  readonly warnings: readonly BarWarning[];
  readonly warmupBars: number;
  readonly periodsPerYear: number;
  readonly folds: readonly FoldRun[];
  /** The bars of the out-of-sample windows, which follow each other without a gap. */
  readonly outOfSampleBars: Bars;
  /** Length outOfSampleBars.n + 1, the starting capital first. */
  readonly curve: Float64Array;
  readonly metrics: ReturnType<typeof stretchMetrics>;
  readonly efficiencyRatio: number;
  readonly stability: Readonly<Record<string, Steadiness>>;
  readonly barsHash: string;
  readonly resultHash: string;
  readonly engine: Pick<Engine, "name" | "version">;
}

/**
 * Sweeps the in-sample window of every fold, and trades what was best there in the out-of-sample window after it; undefined when it was aborted.
 *
 * In sample every fold starts with the request's cash, and indicators see nothing before the window. Out of sample it starts flat with the equity that the fold
 * before ended with, and indicators see every bar before the window. Where no trial has the objective, or nothing is left, the fold stays flat.
 *
 * Errors: those of the provider and the gate; `no_data` when no bar has prices or not one fold fits; `too_costly` for too many folds, too many
 * trials x in-sample bars over all folds, or more memory than a sweep may take.
 */
export async function runWalkForward(
  request: WalkForwardRequest,
  ports: WalkForwardPorts,
): Promise<Result<WalkForwardRun, AppError> | undefined> {
  const inputs = await runInputs(request, sweepQueryOf(request), ports);
  if (!inputs.ok) return inputs;
  const { origin, judged, execution, settings } = inputs.value;
  const { gated, bars, priced } = judged;
  const { bars: seen, from, interval, warnings } = gated;
  if (priced === 0) return fail("no_data", "there are no bars with prices; widen the range");
  const { grid, strategy, direction, objective, plan } = request;
  const folds = foldsOf(plan, bars.close.length);
  if (!folds.ok) return folds;
  const costly = tooCostly(grid.trials, folds.value, ports.mostBarTrials ?? MOST_BAR_TRIALS);
  if (costly !== null) return costly;

  const { engine, sweeper, hooks = {} } = ports;
  const perPeriod = rates(settings.riskFree, settings.mar, settings.periodsPerYear);
  const inSampleTask = ({ inSample }: Fold): SweepTask => ({
    ...{ bars: sliceBars(bars, inSample.from, inSample.to), from: 0, strategy, direction, grid },
    ...{ execution: { ...execution, splits: splitsWithin(execution.splits, inSample) }, rates: perPeriod },
  });
  const large = tooLarge(sweeper, inSampleTask(folds.value.at(-1)!), ports.mostBytes ?? MOST_BYTES);
  if (large !== null) return large;

  const trader = { engine, seen, from, strategy, direction, execution };
  const first = plan.inSampleBars + plan.embargoBars;
  const outOfSampleBars = sliceBars(bars, first, bars.close.length);
  const curve = new Float64Array(outOfSampleBars.close.length + 1);
  curve[0] = execution.initialCash;
  const done: FoldRun[] = [];
  const windows: TradedWindow[] = [];
  for (const [k, fold] of folds.value.entries()) {
    await ports.turn?.();
    const foldHooks = hooksOfFold(hooks, k, folds.value.length);
    const choice = await chooseTrial(inSampleTask(fold), objective, settings, sweeper, foldHooks);
    if (choice === undefined) return undefined;
    const { outOfSample } = fold;
    const start = outOfSample.from - first;
    const params = choice === null ? null : paramsOf(grid, choice.trial);
    const traded = tradeWindow(trader, outOfSample, params, curve[start]!);
    curve.set(traded.equity, start + 1);
    windows.push(traded);
    const foldCurve = curve.subarray(start, start + traded.equity.length + 1);
    const timeMs = bars.timeMs.subarray(outOfSample.from, outOfSample.to);
    const outOfSampleFigures = stretchMetrics(engine, traded, foldCurve, timeMs, settings);
    done.push({ ...fold, choice, outOfSampleFigures, leftOpen: traded.leftOpen });
  }

  const whole = stitched(
    windows,
    done.map(({ outOfSample }) => outOfSample.from - first),
  );
  const metrics = stretchMetrics(engine, whole, curve, outOfSampleBars.timeMs, settings);
  const chosen = done.map(({ choice }) => choice?.trial ?? null);
  const [barsHash, resultHash] = await Promise.all([
    judged.hash(),
    hashWalkForward(
      {
        ...{ bars: seen, bytes: judged.bytes(), warmupBars: from, strategy, direction, execution, grid, objective, plan, chosen },
        ...{ fills: whole.fills, equity: curve.subarray(1) },
      },
      ports.sha256,
    ),
  ]);
  return ok({
    ...{ request, origin, bars, interval, warnings, warmupBars: from, periodsPerYear: settings.periodsPerYear },
    folds: done,
    outOfSampleBars,
    curve,
    metrics,
    efficiencyRatio: efficiencyOf(done, metrics.total_return, settings.periodsPerYear),
    stability: parameterStability(grid, chosen),
    barsHash,
    resultHash,
    engine: { name: engine.name, version: engine.version },
  });
}

function tooCostly(trials: number, folds: readonly Fold[], most: number) {
  const bars = folds.reduce((sum, { inSample }) => sum + inSample.to - inSample.from, 0);
  const cost = trials * bars;
  if (cost <= most) return null;
  const message = `${trials} trials x ${bars} in-sample bars of ${folds.length} folds = ${cost}, the limit is ${most}; take fewer values, fewer folds or a shorter range`;
  return fail("too_costly", message, [{ path: "params", message }]);
}

/** @param task of the longest in-sample window */
function tooLarge(sweeper: Sweeper, task: SweepTask, most: number) {
  const [trials, bars] = [task.grid.trials, task.bars.close.length];
  const bytes = bytesOf(sweeper.memory(task), trials, bars);
  if (bytes <= most) return null;
  const megabytes = (size: number) => `${Math.ceil(size / 1e6)} MB`;
  const message = `a fold of ${trials} trials on ${bars} in-sample bars would take ${megabytes(bytes)}, the limit is ${megabytes(most)}; take fewer values or a shorter in-sample window`;
  return fail("too_costly", message, [{ path: "params", message }]);
}

/** The hooks of one sweep among those of all folds, which have as many trials each. */
function hooksOfFold({ onProgress, signal }: SweepHooks, fold: number, folds: number): SweepHooks {
  return {
    ...(onProgress && { onProgress: (done, total) => onProgress(fold * total + done, folds * total) }),
    ...(signal && { signal }),
  };
}

/**
 * The annual rate of the out-of-sample curve over that of the chosen trials in sample, whose windows are put one after another; years are bars over periods
 * per year. NaN where the rate in sample is not above 0.
 */
function efficiencyOf(folds: readonly FoldRun[], totalReturn: number, periodsPerYear: number): number {
  let logGrowth = 0;
  let inSampleBars = 0;
  let outOfSampleBars = 0;
  for (const { choice, inSample, outOfSample } of folds) {
    outOfSampleBars += outOfSample.to - outOfSample.from;
    if (choice === null) continue;
    logGrowth += Math.log1p(choice.figures.total_return);
    inSampleBars += inSample.to - inSample.from;
  }
  const inSampleRate = Math.expm1((logGrowth * periodsPerYear) / inSampleBars);
  return inSampleRate > 0 ? finiteOrNaN(annualGrowth(totalReturn, outOfSampleBars / periodsPerYear) / inSampleRate) : Number.NaN;
}
