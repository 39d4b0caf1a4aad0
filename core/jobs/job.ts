import type { AppError } from "../errors.ts";
import type { TrialColumn, TrialTable } from "../sweep/table.ts";

declare const brand: unique symbol;
export type UserId = string & { readonly [brand]: "UserId" };
/** UUID v7, lower case, made by the server only. */
export type JobId = string & { readonly [brand]: "JobId" };
/** UUID v7, likewise. */
export type BatchId = string & { readonly [brand]: "BatchId" };

/**
 * What a job is in. `attempt` counts how often it was taken; only the holder of the present attempt may write its outcome.
 * `tries` counts the attempts that are held against the job, the running one included: those handed back are not.
 * completed, failed and cancelled are final.
 */
export type JobState =
  | { readonly status: "queued"; readonly attempt: number; readonly tries: number; readonly readyAtMs: number }
  | {
      readonly status: "running";
      readonly attempt: number;
      readonly tries: number;
      readonly leaseUntilMs: number;
      readonly worker: string;
    }
  | { readonly status: "completed"; readonly attempt: number }
  | { readonly status: "failed"; readonly attempt: number; readonly problem: AppError }
  | { readonly status: "cancelled"; readonly attempt: number };

export const JOB_STATUSES = [
  "queued",
  "running",
  "completed",
  "failed",
  "cancelled",
] as const satisfies readonly JobState["status"][];
export type JobStatus = JobState["status"];

export function isFinal(state: JobState): boolean {
  return state.status !== "queued" && state.status !== "running";
}

/** What a job runs: one backtest, the trials of a grid, or those of a grid fold by fold. */
export const JOB_KINDS = ["backtest", "sweep", "walk_forward"] as const;
export type JobKind = (typeof JOB_KINDS)[number];

/** What a worker can be given: jobs, and the parts of a sweep that is too large for one process. */
export type WorkKind = JobKind | "sweep_part";

/** Which bars a job runs on, and where they come from; `hash` names stored bars, null until they are known (yahoo) and for `sample`. */
export interface JobBars {
  readonly source: "yahoo" | "dataset" | "inline" | "sample";
  readonly hash: string | null;
}

/** A job as it is accepted. */
export interface NewJob {
  readonly id: JobId;
  readonly kind: JobKind;
  readonly createdAtMs: number;
  readonly symbol: string;
  readonly strategy: string;
  /** JSON text of the request as it was given, without `bars`. */
  readonly request: string;
  readonly bars: JobBars;
}

export interface Job extends NewJob {
  readonly state: JobState;
}

/** A block of the trials of a sweep, in grid order. */
export interface NewPart {
  readonly id: JobId;
  /** Counts the parts of the sweep from 0. */
  readonly part: number;
  /** Its first trial, and how many there are. */
  readonly first: number;
  readonly count: number;
}

/** A part lives by the rules of a job; workers alone see it. What is not its own is that of its sweep. */
export interface SweepPart extends NewPart, Pick<Job, "createdAtMs" | "symbol" | "strategy" | "request" | "bars" | "state"> {
  readonly kind: "sweep_part";
  readonly sweep: JobId;
}

/** Jobs that were asked for together. */
export interface NewBatch {
  readonly id: BatchId;
  readonly createdAtMs: number;
  /** What each of its jobs is. */
  readonly kind: "backtest" | "sweep";
}

/** The figures that a list of jobs shows: for a sweep those of its best trial, for a walk-forward those out of sample; null is undefined. */
export interface Headline {
  readonly sharpe: number | null;
  readonly totalReturn: number | null;
  readonly maxDrawdown: number | null;
}

interface Outcome {
  readonly headline: Headline;
  readonly resultHash: string;
  /** Hash of the stored bars it ran on; null for `sample`. */
  readonly barsHash: string | null;
}

/** What a finished backtest leaves. */
export interface RunOutput extends Outcome {
  readonly kind: "backtest";
  /** JSON text of the answer without `trades`, `equity_curve` and `equity_curve_sampled`. */
  readonly head: string;
  /** JSON text of the list of trades. */
  readonly trades: string;
  /** Packed by whoever computed it, so that the process that serves need not; or as it is. */
  readonly curve: Curve | PackedCurve;
}

/** What a finished sweep leaves. */
export interface SweepOutput extends Outcome {
  readonly kind: "sweep";
  /** JSON text of the answer. */
  readonly head: string;
  readonly objective: TrialColumn;
  /** The objective of the best trial; null where no trial has one. */
  readonly best: number | null;
  /** Packed by whoever computed them, or as they are. */
  readonly trials: TrialTable | PackedTrials;
}

/** What a finished walk-forward leaves. */
export interface WalkForwardOutput extends Outcome {
  readonly kind: "walk_forward";
  /** JSON text of the answer, in which `equity_curve` is null. */
  readonly head: string;
  /** Out of sample; packed, or as it is. */
  readonly curve: Curve | PackedCurve;
}

/** What a finished part of a sweep leaves until the sweep is collected. */
export interface PartOutput {
  /** The trials of the block as api/store/part-blob.ts packs them. */
  readonly trials: Uint8Array;
}

/** What a finished job leaves, written in one step with the state. */
export type JobOutput = RunOutput | SweepOutput | WalkForwardOutput;

/** Equity at each bar: n times and n values; E[0] is `initialCash`. */
export interface Curve {
  readonly initialCash: number;
  /** Days are shown without a time of day. */
  readonly daily: boolean;
  readonly timeMs: Float64Array;
  readonly equity: Float64Array;
}

/** A curve as bytes to be kept: the form of api/store/curve-blob.ts. */
export interface PackedCurve {
  readonly version: number;
  readonly points: number;
  readonly initialCash: number;
  /** 1 or 0 */
  readonly daily: number;
  readonly checksum: string;
  readonly previewChecksum: string;
  readonly preview: Uint8Array;
  readonly times: Uint8Array;
  readonly equity: Uint8Array;
}

export function isPacked(curve: Curve | PackedCurve): curve is PackedCurve {
  return "checksum" in curve;
}

/** The trials of a sweep as bytes to be kept: the form of api/store/trial-blob.ts. */
export interface PackedTrials {
  readonly version: number;
  readonly count: number;
  readonly skipped: number;
  readonly checksum: string;
  /** JSON text of the axes. */
  readonly axes: string;
  readonly choices: Uint8Array;
  readonly figures: Uint8Array;
}

export function arePacked(trials: TrialTable | PackedTrials): trials is PackedTrials {
  return "checksum" in trials;
}
