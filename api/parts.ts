import type { JobId, JobState, JobStatus, UserId } from "../core/jobs/job.ts";
import type { BarVault, DatasetStore, DueJob, JobRef, JobStore } from "../core/jobs/store.ts";
import type { BarProvider } from "../core/ports.ts";
import type { ComputePool } from "./compute/task.ts";
import type { ServiceMetrics } from "./metrics.ts";

/** What became of a job. The texts are there when this process ran it; those of trades and curve for a backtest, the curve's only where the request wants one. */
export interface Finished {
  readonly state: JobState;
  readonly head: string | null;
  readonly trades: string | null;
  readonly curveText: string | null;
}

/** Trials of a sweep, or of all folds of a walk-forward, that are done, and how many there are. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

export type JobEvent =
  | { readonly kind: "state"; readonly status: JobStatus; readonly attempt: number }
  | ({ readonly kind: "progress" } & Progress)
  | { readonly kind: "end"; readonly status: JobStatus };

/** What runs accepted jobs, seen from a route. */
export interface Runner {
  /** A job was accepted: run it when its turn comes. `waiting`: somebody waits for its texts. */
  ring(job: DueJob, waiting: boolean): void;
  /** Resolves with what became of the job when it is final, or undefined after `ms` (0: at once) or when `signal` aborts. */
  wait(ref: JobRef, ms: number, signal?: AbortSignal): Promise<Finished | undefined>;
  /** Ends the work on a job that was cancelled in the store. */
  cancelled(ref: JobRef): void;
  /** State changes and progress of a job from now on; returns how to stop listening. */
  subscribe(ref: JobRef, listener: (event: JobEvent) => void): () => void;
  /** Runs a task outside of jobs (imports, verify), with the pool's limits. */
  readonly pool: ComputePool;
  readonly queued: number;
  /** How far a sweep or a walk-forward is that runs; null where nothing is known. */
  progress(ref: JobRef): Promise<Progress | null>;
}

/** What one request may ask for. */
export interface Limits {
  readonly maxJsonBytes: number;
  readonly maxDatasetBytes: number;
  readonly maxDepth: number;
  /** Jobs that wait; with more, new ones are refused. */
  readonly maxQueued: number;
}

export type Log = (entry: Readonly<Record<string, unknown>>) => void;

/** Everything that createApp needs of the process around it. */
export interface Parts {
  readonly version: string;
  readonly limits: Limits;
  /** Host names by which this server may be called, beside those of the loopback; null: any name. */
  readonly hosts: readonly string[] | null;
  /** Whose jobs these are as long as nobody logs in. */
  readonly user: UserId;
  readonly jobs: JobStore;
  readonly bars: BarVault;
  readonly datasets: DatasetStore;
  readonly runner: Runner;
  /** Where bars of source `yahoo` come from. */
  readonly yahoo: BarProvider;
  readonly newJobId: () => JobId;
  readonly nowMs: () => number;
  readonly log: Log;
  /** Whether each request has its line in the log; bugs always have. */
  readonly logRequests: boolean;
  readonly metrics: ServiceMetrics;
  /** Wait for a job where a request names none. */
  readonly defaultWaitMs: number;
  /** Folder for uploads on their way; made by the caller, its files are removed again. */
  readonly uploadFolder: string;
  /** Strategies that fail on purpose, let through in tests alone. */
  readonly faults: readonly string[];
  /** Why no engine runs here, or null. */
  readonly engineTrouble: () => string | null;
  /** Rejects with why no job can be rung for. */
  readonly pingQueue: () => Promise<void>;
  /** What `/ready` tells besides. */
  readonly details: () => Promise<Readonly<Record<string, string>>>;
  /** True once this process is on its way out. */
  readonly stopping: () => boolean;
}
