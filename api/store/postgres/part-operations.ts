import type { JobId, NewPart, PartOutput, SweepPart } from "../../../core/jobs/job.ts";
import * as machine from "../../../core/jobs/machine.ts";
import type { Operation } from "./operation.ts";

/* What PartStore promises of each of its writes, as operations on a ledger. */

/** @throws {RangeError} without parts */
export function split(sweep: JobId, attempt: number, parts: readonly NewPart[]): Operation<boolean> {
  if (parts.length === 0) throw new RangeError("a sweep is split into at least one part");
  return {
    needs: { jobs: [sweep], splits: [sweep] },
    bytes: 0,
    carryOut({ jobs, split, step, changes }) {
      const entry = jobs.get(sweep);
      if (entry?.kind !== "sweep" || split.has(sweep)) return false;
      if (step(sweep, (state) => machine.split(state, attempt)) === undefined) return false;
      split.add(sweep);
      changes.parts.push({ sweep: entry, parts });
      return true;
    },
  };
}

export function takePart(id: JobId, worker: string, leaseMs: number): Operation<SweepPart | undefined> {
  return {
    needs: { parts: [id], partWork: [id] },
    bytes: 0,
    carryOut({ nowMs, jobs, partWork, step }) {
      const entry = jobs.get(id);
      const found = partWork.get(id);
      if (entry === undefined || found === undefined) return undefined;
      const state = step(id, (present) => machine.take(present, nowMs, worker, leaseMs));
      if (state === undefined) return undefined;
      const { source, ...rest } = found;
      return { id, kind: "sweep_part", ...rest, bars: { source, hash: entry.barsHash }, state };
    },
  };
}

export function finishPart(id: JobId, attempt: number, output: PartOutput): Operation<"stale" | "finished" | "last"> {
  return {
    needs: { parts: [id], sweepsOf: [id] },
    bytes: output.trials.byteLength,
    carryOut({ jobs, unfinished, step, changes }) {
      const sweep = jobs.get(id)?.sweep ?? null;
      if (sweep === null || step(id, (state) => machine.finish(state, attempt)) === undefined) return "stale";
      changes.partOutputs.push({ id, output });
      const left = (unfinished.get(sweep) ?? 0) - 1;
      unfinished.set(sweep, left);
      return left === 0 && step(sweep, machine.join) !== undefined ? "last" : "finished";
    },
  };
}
