import type { Database } from "bun:sqlite";
import {
  type BatchId,
  isFinal,
  type JobId,
  type JobKind,
  type JobOutput,
  type JobState,
  type NewBatch,
  type NewJob,
  type UserId,
} from "../../core/jobs/job.ts";
import * as machine from "../../core/jobs/machine.ts";
import type { Acceptance, FoundJob, IdempotencyKey, JobStore, StoredBars, StoredBatch } from "../../core/jobs/store.ts";
import type { GroupCommit } from "./group-commit.ts";
import { jobLists } from "./job-lists.ts";
import { jobRows } from "./job-rows.ts";
import { outputRows } from "./output-rows.ts";
import type { BarRows } from "./sqlite-bars.ts";
import { batchRows } from "./sqlite-batches.ts";

interface KeyRow {
  readonly body_hash: string;
  readonly job_id: JobId;
}

interface OpenRow {
  readonly user_id: UserId;
  readonly id: JobId;
  readonly kind: JobKind;
  readonly attempt: number;
  readonly worker: string | null;
}

/**
 * @param clock   epoch ms; leases and pauses are counted by it
 * @param onPoint is told inside of the transaction of `finish`, when the result is written and the curve, or the trials of a sweep, are not
 */
export function sqliteJobs(
  db: Database,
  bars: BarRows,
  commits: GroupCommit,
  clock: () => number,
  onPoint: (point: "mid_equity") => void = () => {},
): Omit<JobStore, "close"> {
  const jobs = jobRows(db);
  const batches = batchRows(db);
  const outputs = outputRows(db, () => onPoint("mid_equity"));
  const lists = jobLists(db);
  const findKey = db.prepare<KeyRow, [UserId, string]>(
    "SELECT body_hash, job_id FROM idempotency_keys WHERE user_id = ? AND key = ?",
  );
  const insertKey = db.prepare<null, [UserId, string, string, JobId, number]>(
    "INSERT INTO idempotency_keys (user_id, key, body_hash, job_id, created_at_ms) VALUES (?, ?, ?, ?, ?)",
  );
  const forgetKeys = db.prepare<null, [number]>("DELETE FROM idempotency_keys WHERE created_at_ms < ?");
  const due = db.prepare<OpenRow, [number, number]>(
    "SELECT user_id, id, kind, attempt, worker FROM jobs INDEXED BY jobs_open WHERE due_at_ms <= ? ORDER BY id LIMIT ?",
  );
  const running = db.prepare<OpenRow, []>(
    "SELECT user_id, id, kind, attempt, worker FROM jobs INDEXED BY jobs_open WHERE due_at_ms IS NOT NULL AND status = 'running' ORDER BY id",
  );
  const ping = db.prepare<null, []>("SELECT 1 FROM users LIMIT 1");

  function replay(user: UserId, { key, bodyHash }: IdempotencyKey): JobId | "mismatch" | undefined {
    const row = findKey.get(user, key);
    if (row === null) return undefined;
    return row.body_hash === bodyHash ? row.job_id : "mismatch";
  }

  /** All of these jobs, or none. */
  function accept(
    user: UserId,
    batch: NewBatch | null,
    given: readonly NewJob[],
    key: IdempotencyKey | null,
    stored: readonly StoredBars[],
  ): Acceptance {
    const before = key === null ? undefined : replay(user, key);
    if (before === "mismatch") return { kind: "mismatch" };
    if (before !== undefined) return { kind: "replayed", id: before };
    const brought = new Set(stored.map(({ hash }) => hash));
    const isThere = (hash: string) => brought.has(hash) || bars.has(hash);
    if (given.some((job) => job.bars.hash !== null && !isThere(job.bars.hash))) return { kind: "bars_gone" };
    for (const one of stored) bars.put(one);
    if (batch !== null) batches.insert(user, batch);
    for (const job of given) jobs.insert(user, { ...job, state: machine.accept() }, batch?.id ?? null);
    const [first] = given;
    if (key !== null && first !== undefined) insertKey.run(user, key.key, key.bodyHash, first.id, first.createdAtMs);
    return { kind: "accepted" };
  }

  function batch(user: UserId, id: BatchId): StoredBatch | undefined {
    const found = batches.find(user, id);
    return found && { ...found, items: lists.ofBatch(user, id) };
  }

  /** Carries out one step of the machine: the new state, or undefined where nothing changed. */
  function step<S extends JobState>(user: UserId, id: JobId, next: (state: JobState) => S | undefined): S | undefined {
    const present = jobs.state(user, id);
    if (present === undefined) return undefined;
    const state = next(present.state);
    if (state !== undefined) jobs.setState(user, id, state, present.tries);
    return state;
  }

  /** The job now runs on these bars; those it named before go, unless something else names them. */
  function nameBars(user: UserId, id: JobId, hash: string): void {
    const before = jobs.state(user, id)?.barsHash ?? null;
    if (before === hash) return;
    jobs.setBars(user, id, hash);
    if (before !== null) bars.drop(before);
  }

  function finish(user: UserId, id: JobId, attempt: number, output: JobOutput): boolean {
    if (step(user, id, (state) => machine.finish(state, attempt)) === undefined) return false;
    outputs.insert(user, id, output);
    if (output.barsHash !== null) nameBars(user, id, output.barsHash);
    return true;
  }

  function attach(user: UserId, id: JobId, attempt: number, stored: StoredBars): boolean {
    const present = jobs.state(user, id)?.state;
    if (present?.status !== "running" || present.attempt !== attempt) return false;
    bars.put(stored);
    nameBars(user, id, stored.hash);
    return true;
  }

  function remove(user: UserId, id: JobId): "removed" | "not_final" | "missing" {
    const present = jobs.state(user, id);
    if (present === undefined) return "missing";
    if (!isFinal(present.state)) return "not_final";
    const batchId = batches.of(user, id);
    jobs.remove(user, id);
    if (batchId !== undefined) batches.drop(user, batchId);
    if (present.barsHash !== null) bars.drop(present.barsHash);
    return "removed";
  }

  function expireDue(limit: number): readonly FoundJob[] {
    const now = clock();
    return due.all(now, limit).map(({ user_id: user, id, kind, attempt }) => {
      step(user, id, (state) => machine.expire(state, now));
      return { user, id, kind, attempt };
    });
  }

  function releaseDead(isDead: (worker: string) => boolean): number {
    const lost = running.all().filter(({ worker }) => worker !== null && isDead(worker));
    for (const { user_id: user, id } of lost) step(user, id, machine.orphan);
    return lost.length;
  }

  return {
    accept: (user, job, key, stored) => commits.write(() => accept(user, null, [job], key, stored === null ? [] : [stored])),
    acceptBatch: (...given) => commits.write(() => accept(...given)),
    batchOf: async (user, id) => batches.of(user, id),
    batch: async (user, id) => batch(user, id),
    listBatches: async (user, limit, after) => batches.list(user, limit, after),
    replay: async (user, key) => replay(user, key),
    find: async (user, id) => jobs.find(user, id),
    list: async (user, filter, limit, after) => lists.backtests(user, filter, limit, after),
    listSweeps: async (user, filter, limit, after) => lists.sweeps(user, filter, limit, after),
    listWalkForwards: async (user, filter, limit, after) => lists.walkForwards(user, filter, limit, after),
    result: async (user, id) => outputs.result(user, id),
    curve: async (user, id) => outputs.curve(user, id),
    preview: async (user, id) => outputs.preview(user, id),
    sweep: async (user, id) => outputs.sweep(user, id),
    trials: async (user, id) => outputs.trials(user, id),
    walkForward: async (user, id) => outputs.walkForward(user, id),
    take: (user, id, worker, leaseMs) =>
      commits.write(() => {
        const job = jobs.find(user, id);
        const state = job && machine.take(job.state, clock(), worker, leaseMs);
        if (job === undefined || state === undefined) return undefined;
        jobs.setState(user, id, state, state.tries);
        return { ...job, state };
      }),
    renew: (user, id, attempt, leaseMs) =>
      commits.write(() => step(user, id, (state) => machine.renew(state, attempt, clock(), leaseMs)) !== undefined),
    attach: (user, id, attempt, stored) => commits.write(() => attach(user, id, attempt, stored)),
    finish: (user, id, attempt, output) => commits.write(() => finish(user, id, attempt, output)),
    giveUp: (user, id, attempt, problem, again) =>
      commits.write(() =>
        step(user, id, (state) => machine.giveUp(state, attempt, clock(), problem, again, machine.jitterOf(id, attempt))),
      ),
    release: (user, id, attempt) => commits.write(() => step(user, id, (state) => machine.release(state, attempt)) !== undefined),
    cancel: (user, id) =>
      commits.write(() => {
        if (step(user, id, machine.cancel) !== undefined) return "cancelled";
        return jobs.state(user, id) === undefined ? "missing" : "final";
      }),
    remove: (user, id) => commits.write(() => remove(user, id)),
    due: (limit) => commits.write(() => expireDue(limit)),
    releaseDead: (isDead) => commits.write(() => releaseDead(isDead)),
    forgetKeys: (olderThanMs) => commits.write(() => forgetKeys.run(clock() - olderThanMs).changes),
    ping: async () => {
      ping.get();
    },
  };
}
