import {
  type BatchId,
  isFinal,
  type Job,
  type JobBars,
  type JobId,
  type JobOutput,
  type JobState,
  type NewBatch,
  type NewJob,
  type NewPart,
  type PartOutput,
  type WorkKind,
} from "../../../core/jobs/job.ts";
import * as machine from "../../../core/jobs/machine.ts";
import type { IdempotencyKey, StoredBars } from "../../../core/jobs/store.ts";

/** A job whose row is locked. */
export interface Entry {
  readonly id: JobId;
  readonly kind: WorkKind;
  readonly batchId: BatchId | null;
  /** Of a part: its sweep. */
  readonly sweep: JobId | null;
  state: JobState;
  tries: number;
  barsHash: string | null;
}

/** What does not change of a job. */
export interface Work extends Pick<Job, "createdAtMs" | "symbol" | "strategy" | "request"> {
  readonly source: JobBars["source"];
}

export interface PartWork extends Work, Omit<NewPart, "id"> {
  readonly sweep: JobId;
}

/** What a transaction found, of one user. */
export interface Found {
  readonly nowMs: number;
  readonly jobs: Map<JobId, Entry>;
  /** Of those to be taken: what is needed to run them. */
  readonly work: ReadonlyMap<JobId, Work>;
  readonly partWork: ReadonlyMap<JobId, PartWork>;
  readonly keys: Map<string, { readonly bodyHash: string; readonly id: JobId }>;
  /** Those of the bars asked about that are stored. */
  readonly bars: Set<string>;
  /** Those of the sweeps asked about that have parts. */
  readonly split: Set<JobId>;
  /** Of a sweep in parts: how many of them are not finished. */
  readonly unfinished: Map<JobId, number>;
}

export interface AcceptedJob {
  readonly job: NewJob;
  readonly batch: BatchId | null;
}

/** What is to be written, in the order of the fields. */
export interface Changes {
  readonly bars: Map<string, StoredBars>;
  readonly batches: NewBatch[];
  readonly accepted: AcceptedJob[];
  readonly keys: { readonly key: IdempotencyKey; readonly job: NewJob }[];
  readonly changed: Set<Entry>;
  readonly parts: { readonly sweep: Entry; readonly parts: readonly NewPart[] }[];
  readonly outputs: { readonly id: JobId; readonly output: JobOutput }[];
  readonly partOutputs: { readonly id: JobId; readonly output: PartOutput }[];
  /** Sweeps that are final: their parts go. */
  readonly partless: Set<JobId>;
  readonly removed: Set<JobId>;
  /** Batches that lost a job. */
  readonly lessened: Set<BatchId>;
  /** Bars that fewer name than before. */
  readonly lessNamed: Set<string>;
}

/** The rows that a transaction has locked, changed in memory by one operation after the other, and what that comes to. */
export interface Ledger extends Found {
  readonly changes: Changes;
  /** Carries out one step of the machine: the new state, or undefined where nothing changed. */
  step<S extends JobState>(id: JobId, next: (state: JobState) => S | undefined): S | undefined;
  /** The job now runs on these bars; those it named before go, unless something else names them. */
  nameBars(entry: Entry, hash: string): void;
  putBars(bars: StoredBars): void;
  remove(entry: Entry): void;
}

export function openLedger(found: Found): Ledger {
  const changes: Changes = {
    ...{ bars: new Map(), batches: [], accepted: [], keys: [], changed: new Set(), parts: [], outputs: [], partOutputs: [] },
    ...{ partless: new Set(), removed: new Set(), lessened: new Set(), lessNamed: new Set() },
  };

  function setState(entry: Entry, state: JobState): void {
    if ("tries" in state) entry.tries = state.tries;
    entry.state = state;
    changes.changed.add(entry);
    if (entry.kind === "sweep" && isFinal(state)) changes.partless.add(entry.id);
    if (entry.sweep !== null && state.status === "failed") {
      const { problem } = state;
      step(entry.sweep, (present) => machine.failSplit(present, problem));
    }
  }

  function step<S extends JobState>(id: JobId, next: (state: JobState) => S | undefined): S | undefined {
    const entry = found.jobs.get(id);
    const state = entry && next(entry.state);
    if (entry !== undefined && state !== undefined) setState(entry, state);
    return state;
  }

  return {
    ...found,
    changes,
    step,
    nameBars(entry, hash) {
      if (entry.barsHash === hash) return;
      if (entry.barsHash !== null) changes.lessNamed.add(entry.barsHash);
      entry.barsHash = hash;
      changes.changed.add(entry);
    },
    putBars(bars) {
      if (found.bars.has(bars.hash)) return;
      found.bars.add(bars.hash);
      changes.bars.set(bars.hash, bars);
    },
    remove(entry) {
      found.jobs.delete(entry.id);
      for (const [key, { id }] of found.keys) if (id === entry.id) found.keys.delete(key);
      changes.changed.delete(entry);
      changes.removed.add(entry.id);
      if (entry.batchId !== null) changes.lessened.add(entry.batchId);
      if (entry.barsHash !== null) changes.lessNamed.add(entry.barsHash);
    },
  };
}
