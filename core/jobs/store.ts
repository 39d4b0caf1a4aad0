import type { AppError } from "../errors.ts";
import type { TrialColumn, TrialTable } from "../sweep/table.ts";
import type {
  BatchId,
  Curve,
  Headline,
  Job,
  JobId,
  JobOutput,
  JobState,
  JobStatus,
  NewBatch,
  NewJob,
  NewPart,
  PartOutput,
  SweepPart,
  UserId,
  WorkKind,
} from "./job.ts";

/** Names a job across users; for the process that runs jobs alone. */
export interface JobRef {
  readonly user: UserId;
  readonly id: JobId;
}

/** A job that waits for its turn, and in which line. */
export interface DueJob extends JobRef {
  readonly kind: WorkKind;
}

/** One that the store found, and how often it was taken so far. */
export interface FoundJob extends DueJob {
  readonly attempt: number;
}

export interface IdempotencyKey {
  readonly key: string;
  /** Hash of what was asked for: the body as canonical JSON, and the kind of what is no backtest. */
  readonly bodyHash: string;
}

export type Acceptance =
  | { readonly kind: "accepted" }
  /** The key was used before with an equal body: nothing was stored. */
  | { readonly kind: "replayed"; readonly id: JobId }
  | { readonly kind: "mismatch" }
  /** The job names bars that are no longer stored (their dataset was replaced meanwhile): nothing was stored. */
  | { readonly kind: "bars_gone" };

export interface JobFilter {
  readonly status: JobStatus | null;
  readonly symbol: string | null;
  readonly strategy: string | null;
}

interface Listed {
  readonly id: JobId;
  readonly status: JobStatus;
  readonly symbol: string;
  readonly strategy: string;
  readonly createdAtMs: number;
}

export interface JobSummary extends Listed, Headline {}

/** A batch and what became of its jobs, in the order in which they were asked for; those that were removed are left out. */
export interface StoredBatch extends NewBatch {
  readonly items: readonly JobSummary[];
}

/** A batch in a list, with how many of its jobs are in which state. */
export interface BatchSummary extends NewBatch {
  readonly counts: Readonly<Record<JobStatus, number>>;
}

/** What a list of sweeps shows; all null before there is a result. */
export interface SweepSummary extends Listed {
  readonly trials: number | null;
  readonly skipped: number | null;
  readonly objective: TrialColumn | null;
  readonly best: number | null;
}

/** What a sweep left, without its trials. */
export interface StoredSweep {
  readonly head: string;
  readonly resultHash: string;
  readonly objective: TrialColumn;
}

/** What a walk-forward left, without its curve. */
export interface StoredWalkForward {
  readonly head: string;
  readonly resultHash: string;
}

/** A stored result without its curve. */
export interface StoredResult extends Headline {
  readonly head: string;
  readonly trades: string;
  readonly resultHash: string;
}

/**
 * Where jobs are kept. Every method takes the user first, and another user's job looks like a missing one. The rules of the states are those
 * of machine.ts, applied in one transaction each. A promise resolves when its writes are committed; it rejects when the store is broken.
 */
export interface JobStore {
  /** Job, idempotency key and bars (when given, by their hash) in one transaction. */
  accept(user: UserId, job: NewJob, key: IdempotencyKey | null, bars: StoredBars | null): Promise<Acceptance>;
  /**
   * All jobs of a batch, in this order, with their idempotency key and bars (when given), in one transaction; `replayed` names the first job of the batch that the key stands for.
   * @param jobs at least one, with rising ids
   */
  acceptBatch(
    user: UserId,
    batch: NewBatch,
    jobs: readonly NewJob[],
    key: IdempotencyKey | null,
    bars: readonly StoredBars[],
  ): Promise<Acceptance>;
  /** The batch that a job belongs to. */
  batchOf(user: UserId, id: JobId): Promise<BatchId | undefined>;
  batch(user: UserId, id: BatchId): Promise<StoredBatch | undefined>;
  /** Newest first, `after` excluded. */
  listBatches(user: UserId, limit: number, after: BatchId | null): Promise<readonly BatchSummary[]>;
  /** The job that a key stands for, or "mismatch" when its body was another, or undefined. Writes nothing. */
  replay(user: UserId, key: IdempotencyKey): Promise<JobId | "mismatch" | undefined>;
  find(user: UserId, id: JobId): Promise<Job | undefined>;
  /** Backtests, newest first, `after` excluded. */
  list(user: UserId, filter: JobFilter, limit: number, after: JobId | null): Promise<readonly JobSummary[]>;
  /** Sweeps, newest first, `after` excluded. */
  listSweeps(user: UserId, filter: JobFilter, limit: number, after: JobId | null): Promise<readonly SweepSummary[]>;
  /** Walk-forwards, newest first, `after` excluded. */
  listWalkForwards(user: UserId, filter: JobFilter, limit: number, after: JobId | null): Promise<readonly JobSummary[]>;
  /** What a backtest left. */
  result(user: UserId, id: JobId): Promise<StoredResult | undefined>;
  /** Of a backtest or a walk-forward. @throws when checksum or version do not hold */
  curve(user: UserId, id: JobId): Promise<Curve | undefined>;
  /** At most 500 points of the curve, stored beside it. */
  preview(user: UserId, id: JobId): Promise<Curve | undefined>;
  sweep(user: UserId, id: JobId): Promise<StoredSweep | undefined>;
  /** Every trial of a sweep. @throws when checksum or version do not hold */
  trials(user: UserId, id: JobId): Promise<TrialTable | undefined>;
  walkForward(user: UserId, id: JobId): Promise<StoredWalkForward | undefined>;

  /** Undefined when it is not there to be taken. */
  take(user: UserId, id: JobId, worker: string, leaseMs: number): Promise<Job | undefined>;
  /** False when the attempt is no longer the present one. */
  renew(user: UserId, id: JobId, attempt: number, leaseMs: number): Promise<boolean>;
  /** Stores the bars a running job was found to need and notes their hash in the job; false, and nothing is written, for a stale attempt. */
  attach(user: UserId, id: JobId, attempt: number, bars: StoredBars): Promise<boolean>;
  /** The output and the state in one transaction; false, and nothing is written, when the attempt is no longer the present one. */
  finish(user: UserId, id: JobId, attempt: number, output: JobOutput): Promise<boolean>;
  /** The job failed. With `again` it is queued once more while attempts are left. The new state, or undefined for a stale attempt. */
  giveUp(user: UserId, id: JobId, attempt: number, problem: AppError, again: boolean): Promise<JobState | undefined>;
  /** Handed back unfinished, for another to take at once; the attempt does not count against the job. False for a stale attempt. */
  release(user: UserId, id: JobId, attempt: number): Promise<boolean>;
  cancel(user: UserId, id: JobId): Promise<"cancelled" | "final" | "missing">;
  /** A final job with all it left. */
  remove(user: UserId, id: JobId): Promise<"removed" | "not_final" | "missing">;

  /**
   * Queued jobs whose time has come and running ones whose lease is over, oldest first; those whose lease is over are queued again or,
   * after the last try, failed (and named here once, so that whoever waits can be told).
   */
  due(limit: number): Promise<readonly FoundJob[]>;
  /** Ends the leases of workers for which `isDead` says so, as `due` does with those that are over. How many there were. */
  releaseDead(isDead: (worker: string) => boolean): Promise<number>;
  /** Throws away idempotency keys older than this. */
  forgetKeys(olderThanMs: number): Promise<number>;
  /** Rejects when the store does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Where sweeps are kept that are run in parts, by the promises of JobStore; what that does with a job it does with a part as well, by its id. */
export interface PartStore {
  /**
   * The sweep that this attempt holds is run in these parts from now on: it stays running, held by them, and is queued again, to be collected, when the last of them is finished. False, and
   * nothing is written, for a stale attempt and for a sweep that has parts.
   */
  split(user: UserId, sweep: JobId, attempt: number, parts: readonly NewPart[]): Promise<boolean>;
  /** As `take`. */
  takePart(user: UserId, id: JobId, worker: string, leaseMs: number): Promise<SweepPart | undefined>;
  /** As `finish`; `last`: the sweep is queued to be collected. */
  finishPart(user: UserId, id: JobId, attempt: number, output: PartOutput): Promise<"stale" | "finished" | "last">;
  /** The parts of a sweep in order, and whether each is finished; none for a sweep that was not split. They go when the sweep is finished. */
  partsOf(user: UserId, sweep: JobId): Promise<readonly (NewPart & { readonly finished: boolean })[]>;
}

/** For the process that collects a sweep. */
export interface PartReader {
  /** What a finished part left. */
  partOutput(user: UserId, id: JobId): Promise<PartOutput | undefined>;
}

/** Bars as encoded by data/raw-bars-codec.ts, named by the SHA-256 of those bytes ("sha256:" + hex). */
export interface StoredBars {
  readonly hash: string;
  readonly bytes: Uint8Array;
}

/** Stored bars by content; they are not secret: who knows the hash has the bars. */
export interface BarReader {
  get(hash: string): Promise<Uint8Array | undefined>;
}

/** Bars go with the last job or dataset that names them. Those put here and named by none stay until one that names them goes. */
export interface BarVault extends BarReader {
  put(bars: StoredBars): Promise<void>;
}

/** What a user knows of an uploaded dataset. */
export interface Dataset {
  readonly symbol: string;
  readonly interval: string;
  readonly adjusted: boolean;
  readonly rows: number;
  readonly from: string;
  readonly to: string;
  /** Hash of the bars after the gate, as answers show it in `data.hash`. */
  readonly hash: string;
  /** Names the stored rows. */
  readonly barsHash: string;
  /** JSON text of the gate's warnings. */
  readonly warnings: string;
  readonly createdAtMs: number;
}

export interface DatasetStore {
  /** Replaces in one step. True when there was none before. */
  put(user: UserId, dataset: Dataset, bars: StoredBars): Promise<boolean>;
  find(user: UserId, symbol: string): Promise<Dataset | undefined>;
  /** By symbol, ascending, after `after`. */
  list(user: UserId, limit: number, after: string | null): Promise<readonly Dataset[]>;
  remove(user: UserId, symbol: string): Promise<boolean>;
}
