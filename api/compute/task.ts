import type { AppError } from "../../core/errors.ts";
import type { BarWarning } from "../../core/gate/raw-bars.ts";
import type {
  Headline,
  JobId,
  NewPart,
  PackedCurve,
  PackedTrials,
  PartOutput,
  SweepOutput,
  UserId,
  WalkForwardOutput,
} from "../../core/jobs/job.ts";
import type { BarOrigin } from "../../core/ports.ts";
import type { Result } from "../../core/result.ts";

/** Where a child finds the rows of a task. */
export type TaskBars =
  | { readonly kind: "sample"; readonly symbol: string }
  /** In the vault, by hash; the origin is what the answer says of them. */
  | { readonly kind: "stored"; readonly hash: string; readonly origin: BarOrigin };

/** What every job gives to a child process. */
interface JobTask {
  readonly createdAtMs: number;
  /** "Now" for the gate and for whether a bar is complete. */
  readonly nowMs: number;
  /** JSON text of the request as it was given, without `bars`. */
  readonly request: string;
  readonly bars: TaskBars;
}

/** One backtest. */
export interface BacktestTask extends JobTask {
  readonly kind: "backtest";
  readonly jobId: string;
  /** Whether the text of the equity curve is wanted beside its columns. */
  readonly curveText: boolean;
}

/** All trials of a grid. */
export interface SweepTask extends JobTask {
  readonly kind: "sweep";
  readonly sweepId: string;
  /** Of more trials x bars than this it is not run, but the blocks are told in which it is to be run. Left out: it is run whatever it costs. */
  readonly splitAbove?: number;
  /** The parts in which it was run, in order, to be collected; they are read from the store of the child. Left out: it is run. */
  readonly parts?: { readonly user: UserId; readonly ids: readonly JobId[] };
}

/** A block of the trials of a grid. */
export interface SweepPartTask extends JobTask {
  readonly kind: "sweep_part";
  /** In grid order. */
  readonly first: number;
  readonly count: number;
}

/** All trials of a grid on the in-sample bars of every fold. */
export interface WalkForwardTask extends JobTask {
  readonly kind: "walk_forward";
  readonly walkForwardId: string;
}

/** An uploaded file, to be read, judged and encoded. */
export interface ImportTask {
  readonly kind: "import";
  readonly path: string;
  readonly symbol: string;
  readonly adjusted: boolean;
  readonly nowMs: number;
}

export type Task = BacktestTask | SweepTask | SweepPartTask | WalkForwardTask | ImportTask;

/** Whether it runs the trials of a grid: such tasks take long, tell their progress, and leave room for others. */
export function runsGrids(kind: Task["kind"]): boolean {
  return kind === "sweep" || kind === "sweep_part" || kind === "walk_forward";
}

export interface BacktestOutput {
  readonly kind: "backtest";
  readonly headline: Headline;
  readonly resultHash: string;
  readonly head: string;
  readonly trades: string;
  /** To be stored. */
  readonly curve: PackedCurve;
  /** JSON text of `"equity_curve":…` and, where it is thinned, `"equity_curve_sampled":true`, as it stands in the answer; null when not wanted. */
  readonly curveText: string | null;
}

/** What a sweep leaves, to be stored; `head` is its whole answer. */
export interface SweptOutput extends Omit<SweepOutput, "barsHash"> {
  readonly trials: PackedTrials;
}

/** Blocks of trials in which a sweep is to be run, in grid order. */
export interface SplitOutput {
  readonly kind: "sweep";
  readonly blocks: readonly Pick<NewPart, "first" | "count">[];
}

/** What a part of a sweep leaves, to be stored. */
export interface SweptPartOutput extends PartOutput {
  readonly kind: "sweep_part";
}

/** What a walk-forward leaves, to be stored. */
export interface WalkedOutput extends Omit<WalkForwardOutput, "barsHash"> {
  readonly curve: PackedCurve;
}

export interface ImportOutput {
  readonly kind: "import";
  readonly bytes: Uint8Array;
  readonly barsHash: string;
  readonly interval: string;
  readonly rows: number;
  readonly from: string;
  readonly to: string;
  readonly hash: string;
  readonly warnings: readonly BarWarning[];
}

export interface OutputOf {
  readonly backtest: BacktestOutput;
  readonly sweep: SweptOutput | SplitOutput;
  readonly sweep_part: SweptPartOutput;
  readonly walk_forward: WalkedOutput;
  readonly import: ImportOutput;
}

/** What became of a task. `timeout`, `memory` and `crash` say that the child is gone. */
export type TaskResult<K extends Task["kind"]> = Result<OutputOf[K], AppError>;

/** Told now and then, some ten times a second, while a sweep or a walk-forward runs. */
export type OnProgress = (done: number, total: number) => void;

export interface ComputePool {
  readonly size: number;
  /** Tasks that wait or run. */
  readonly load: number;
  /** Resolves when the first child can take a task, or when it is known that none can. */
  readonly ready: Promise<void>;
  /**
   * Runs when a child is free, in the order of calls; but the last child that is free of grids goes to whatever runs none, where that waits. Never rejects
   * but for a bug in the pool itself: failures of a child are `timeout`, `memory` or `crash`. Aborting ends the task's child at once (or takes the task out of the line) and gives `unavailable`.
   */
  run<T extends Task>(task: T, signal?: AbortSignal, onProgress?: OnProgress): Promise<TaskResult<T["kind"]>>;
  /** Takes nothing new, lets running tasks end for at most `graceMs`, then ends the children. */
  close(graceMs: number): Promise<void>;
}
