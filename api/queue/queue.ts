import type { DueJob, FoundJob } from "../../core/jobs/store.ts";

/**
 * Tells worker processes that there is something to take. A bell only: the job is in the store, what the queue forgets is found there, and what it tells
 * twice is taken once.
 */
export interface JobQueue {
  /**
   * Rings for a job; for the same attempt of a job that waits already, nothing changes. Rejects when that could not be told in time.
   * @param afterMs not before so long
   */
  ring(job: FoundJob, afterMs?: number): Promise<void>;
  /** Rings for the parts of a sweep, and for the sweep when all of them were carried out. */
  ringParts(sweep: FoundJob, parts: readonly FoundJob[]): Promise<void>;
  /** Jobs that were rung for and that nobody took. */
  waiting(): Promise<number>;
  /** Rejects when the queue does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Hears the bell in a worker process. */
export interface QueueListener {
  /** Hears so many backtests at a time from now on. */
  setBacktests(count: number): void;
  /** Hears nothing new. */
  pause(): Promise<void>;
  close(): Promise<void>;
}

/** What carries out a job that was rung for; never rejects. */
export type CarryOut = (job: DueJob) => Promise<void>;
