import type { AppError } from "../../../core/errors.ts";
import {
  arePacked,
  isFinal,
  isPacked,
  type Job,
  type JobId,
  type JobOutput,
  type JobState,
  type NewBatch,
  type NewJob,
} from "../../../core/jobs/job.ts";
import * as machine from "../../../core/jobs/machine.ts";
import type { Acceptance, IdempotencyKey, StoredBars } from "../../../core/jobs/store.ts";
import { TRIAL_COLUMNS } from "../../../core/sweep/table.ts";
import type { Operation } from "./operation.ts";

/* What JobStore promises of each of its writes, as operations on a ledger. */

/** All of these jobs, or none. */
export function accept(
  batch: NewBatch | null,
  jobs: readonly NewJob[],
  key: IdempotencyKey | null,
  stored: readonly StoredBars[],
): Operation<Acceptance> {
  const named = [...jobs.flatMap(({ bars }) => bars.hash ?? []), ...stored.map(({ hash }) => hash)];
  return {
    needs: { keys: key === null ? [] : [key.key], bars: named },
    bytes: sum(stored, ({ bytes }) => bytes.byteLength) + sum(jobs, ({ request }) => request.length),
    carryOut({ keys, bars, putBars, changes }) {
      const before = key === null ? undefined : keys.get(key.key);
      if (before !== undefined && before.bodyHash !== key?.bodyHash) return { kind: "mismatch" };
      if (before !== undefined) return { kind: "replayed", id: before.id };
      const brought = new Set(stored.map(({ hash }) => hash));
      if (jobs.some((job) => job.bars.hash !== null && !brought.has(job.bars.hash) && !bars.has(job.bars.hash)))
        return { kind: "bars_gone" };
      for (const one of stored) putBars(one);
      if (batch !== null) changes.batches.push(batch);
      for (const job of jobs) changes.accepted.push({ job, batch: batch?.id ?? null });
      const [first] = jobs;
      if (key !== null && first !== undefined) {
        keys.set(key.key, { bodyHash: key.bodyHash, id: first.id });
        changes.keys.push({ key, job: first });
      }
      return { kind: "accepted" };
    },
  };
}

export function take(id: JobId, worker: string, leaseMs: number): Operation<Job | undefined> {
  return {
    needs: { jobs: [id], work: [id] },
    bytes: 0,
    carryOut({ nowMs, jobs, work, step }) {
      const entry = jobs.get(id);
      const found = work.get(id);
      if (entry === undefined || found === undefined || entry.kind === "sweep_part") return undefined;
      const state = step(id, (present) => machine.take(present, nowMs, worker, leaseMs));
      if (state === undefined) return undefined;
      const { source, ...rest } = found;
      return { id, kind: entry.kind, ...rest, bars: { source, hash: entry.barsHash }, state };
    },
  };
}

export function renew(id: JobId, attempt: number, leaseMs: number): Operation<boolean> {
  return {
    needs: { jobs: [id], parts: [id] },
    bytes: 0,
    carryOut: ({ nowMs, step }) => step(id, (state) => machine.renew(state, attempt, nowMs, leaseMs)) !== undefined,
  };
}

export function attach(id: JobId, attempt: number, stored: StoredBars): Operation<boolean> {
  return {
    needs: { jobs: [id], bars: [stored.hash] },
    bytes: stored.bytes.byteLength,
    carryOut({ jobs, putBars, nameBars }) {
      const entry = jobs.get(id);
      if (entry?.state.status !== "running" || entry.state.attempt !== attempt || machine.isSplit(entry.state)) return false;
      putBars(stored);
      nameBars(entry, stored.hash);
      return true;
    },
  };
}

export function finish(id: JobId, attempt: number, output: JobOutput): Operation<boolean> {
  return {
    needs: { jobs: [id] },
    bytes: sizeOf(output),
    carryOut({ jobs, step, nameBars, changes }) {
      if (step(id, (state) => machine.finish(state, attempt)) === undefined) return false;
      changes.outputs.push({ id, output });
      const entry = jobs.get(id);
      if (entry !== undefined && output.barsHash !== null) nameBars(entry, output.barsHash);
      return true;
    },
  };
}

export function giveUp(id: JobId, attempt: number, problem: AppError, again: boolean): Operation<JobState | undefined> {
  return {
    needs: { jobs: [id], parts: [id], sweepsOf: [id] },
    bytes: 0,
    carryOut: ({ nowMs, step }) =>
      step(id, (state) => machine.giveUp(state, attempt, nowMs, problem, again, machine.jitterOf(id, attempt))),
  };
}

export function release(id: JobId, attempt: number): Operation<boolean> {
  return {
    needs: { jobs: [id], parts: [id] },
    bytes: 0,
    carryOut: ({ step }) => step(id, (state) => machine.release(state, attempt)) !== undefined,
  };
}

export function cancel(id: JobId): Operation<"cancelled" | "final" | "missing"> {
  return {
    needs: { jobs: [id] },
    bytes: 0,
    carryOut({ jobs, step }) {
      if (!jobs.has(id)) return "missing";
      return step(id, machine.cancel) === undefined ? "final" : "cancelled";
    },
  };
}

export function remove(id: JobId): Operation<"removed" | "not_final" | "missing"> {
  return {
    needs: { jobs: [id] },
    bytes: 0,
    carryOut(ledger) {
      const entry = ledger.jobs.get(id);
      if (entry === undefined) return "missing";
      if (!isFinal(entry.state)) return "not_final";
      ledger.remove(entry);
      return "removed";
    },
  };
}

/** What became of a job whose worker fell silent or died. */
export interface Lost {
  readonly changed: boolean;
  /** The sweep that failed with its part, and how often it was taken. */
  readonly sweep: { readonly id: JobId; readonly attempt: number } | null;
}

/** Queues the job again, or fails it, when its lease is over. */
export function expire(id: JobId): Operation<Lost> {
  return ofLost(id, (state, nowMs) => machine.expire(state, nowMs));
}

/** As `expire`, for a job whose worker is dead. */
export function orphan(id: JobId, worker: string): Operation<Lost> {
  return ofLost(id, (state) => (state.status === "running" && state.worker === worker ? machine.orphan(state) : undefined));
}

function ofLost(id: JobId, next: (state: JobState, nowMs: number) => JobState | undefined): Operation<Lost> {
  return {
    needs: { jobs: [id], parts: [id], sweepsOf: [id] },
    bytes: 0,
    carryOut({ jobs, nowMs, step }) {
      const state = step(id, (present) => next(present, nowMs));
      const sweep = jobs.get(jobs.get(id)?.sweep ?? id);
      const failed = state?.status === "failed" && sweep !== undefined && sweep.id !== id;
      return { changed: state !== undefined, sweep: failed ? { id: sweep.id, attempt: sweep.state.attempt } : null };
    },
  };
}

function sizeOf(output: JobOutput): number {
  const text = output.head.length + (output.kind === "backtest" ? output.trades.length : 0);
  if (output.kind !== "sweep") {
    const { curve } = output;
    return text + (isPacked(curve) ? curve.times.byteLength + curve.equity.byteLength : 16 * curve.equity.length);
  }
  const { trials } = output;
  if (arePacked(trials)) return text + trials.choices.byteLength + trials.figures.byteLength;
  return text + 8 * TRIAL_COLUMNS.length * trials.grid.trials + trials.grid.choices.byteLength;
}

function sum<T>(list: readonly T[], size: (one: T) => number): number {
  return list.reduce((total, one) => total + size(one), 0);
}
