import { thin } from "../run/thin.ts";
import type { TrialTable } from "../sweep/table.ts";
import { countsOf } from "./batch.ts";
import {
  arePacked,
  type BatchId,
  type Curve,
  isFinal,
  isPacked,
  type Job,
  type JobId,
  type JobKind,
  type JobOutput,
  type JobState,
  type NewBatch,
  type NewJob,
  type RunOutput,
  type SweepOutput,
  type UserId,
  type WalkForwardOutput,
} from "./job.ts";
import * as machine from "./machine.ts";
import type {
  Acceptance,
  BarVault,
  Dataset,
  DatasetStore,
  FoundJob,
  IdempotencyKey,
  JobFilter,
  JobStore,
  JobSummary,
  StoredBars,
  SweepSummary,
} from "./store.ts";

const PREVIEW_POINTS = 500;

interface Entry {
  readonly user: UserId;
  readonly batch: BatchId | null;
  job: Job;
  output: JobOutput | null;
}

interface Key {
  readonly user: UserId;
  readonly key: string;
  readonly bodyHash: string;
  readonly id: JobId;
  readonly createdAtMs: number;
}

interface OwnBatch {
  readonly user: UserId;
  readonly batch: NewBatch;
}

interface Holding {
  readonly user: UserId;
  readonly dataset: Dataset;
}

export interface MemoryStores {
  readonly jobs: JobStore;
  readonly bars: BarVault;
  readonly datasets: DatasetStore;
}

/**
 * The stores in the memory of this process, for tests: the promises of the others, and gone with the process.
 * @param clock epoch ms
 */
export function memoryStores(clock: () => number): MemoryStores {
  const entries = new Map<JobId, Entry>();
  const batches = new Map<BatchId, OwnBatch>();
  const keys = new Map<string, Key>();
  const bars = new Map<string, Uint8Array>();
  const holdings = new Map<string, Holding>();

  const own = (user: UserId, id: JobId) => {
    const entry = entries.get(id);
    return entry?.user === user ? entry : undefined;
  };
  const nameIn = (user: UserId, name: string) => JSON.stringify([user, name]);
  const putBars = ({ hash, bytes }: StoredBars) => {
    if (!bars.has(hash)) bars.set(hash, bytes.slice());
  };
  const dropBars = (hash: string) => {
    const jobs = [...entries.values()].some(({ job }) => job.bars.hash === hash);
    if (!jobs && ![...holdings.values()].some(({ dataset }) => dataset.barsHash === hash)) bars.delete(hash);
  };
  const nameBars = (entry: Entry, hash: string) => {
    const before = entry.job.bars.hash;
    entry.job = { ...entry.job, bars: { ...entry.job.bars, hash } };
    if (before !== null && before !== hash) dropBars(before);
  };
  const oldestFirst = () => [...entries.values()].sort((a, b) => (a.job.id < b.job.id ? -1 : 1));

  function replay(user: UserId, { key, bodyHash }: IdempotencyKey): JobId | "mismatch" | undefined {
    const known = keys.get(nameIn(user, key));
    if (known === undefined) return undefined;
    return known.bodyHash === bodyHash ? known.id : "mismatch";
  }

  /** All of these jobs, or none. */
  function acceptAll(
    user: UserId,
    batch: NewBatch | null,
    given: readonly NewJob[],
    key: IdempotencyKey | null,
    stored: readonly StoredBars[],
  ): Acceptance {
    const before = key === null ? undefined : replay(user, key);
    if (before === "mismatch") return { kind: "mismatch" };
    if (before !== undefined) return { kind: "replayed", id: before };
    for (const { id } of given) if (entries.has(id)) throw new RangeError(`a job ${id} exists`);
    if (batch !== null && batches.has(batch.id)) throw new RangeError(`a batch ${batch.id} exists`);
    const isThere = (hash: string) => bars.has(hash) || stored.some((brought) => brought.hash === hash);
    if (given.some(({ bars: { hash } }) => hash !== null && !isThere(hash))) return { kind: "bars_gone" };
    stored.forEach(putBars);
    if (batch !== null) batches.set(batch.id, { user, batch });
    for (const job of given) {
      entries.set(job.id, { user, batch: batch?.id ?? null, job: { ...job, state: machine.accept() }, output: null });
    }
    const [first] = given;
    if (key !== null && first !== undefined) {
      keys.set(nameIn(user, key.key), { user, ...key, id: first.id, createdAtMs: first.createdAtMs });
    }
    return { kind: "accepted" };
  }

  const inBatch = (user: UserId, id: BatchId) => oldestFirst().filter((entry) => entry.user === user && entry.batch === id);

  function step<S extends JobState>(entry: Entry | undefined, next: (state: JobState) => S | undefined): S | undefined {
    const state = entry && next(entry.job.state);
    if (entry === undefined || state === undefined) return undefined;
    entry.job = { ...entry.job, state };
    return state;
  }

  function listed(kind: JobKind, user: UserId, filter: JobFilter, limit: number, after: JobId | null) {
    const { status, symbol, strategy } = filter;
    const wanted = oldestFirst().filter(
      ({ user: owner, job }) =>
        owner === user &&
        job.kind === kind &&
        (status === null || job.state.status === status) &&
        (symbol === null || job.symbol === symbol) &&
        (strategy === null || job.strategy === strategy) &&
        (after === null || job.id < after),
    );
    return wanted.reverse().slice(0, limit);
  }

  function sweepOf(user: UserId, id: JobId): SweepOutput | undefined {
    const output = own(user, id)?.output;
    return output?.kind === "sweep" ? output : undefined;
  }

  function curveOf(user: UserId, id: JobId): Curve | undefined {
    const output = own(user, id)?.output ?? null;
    return output === null || output.kind === "sweep" ? undefined : plain(output.curve);
  }

  const jobs: JobStore = {
    accept: async (user, job, key, stored) => acceptAll(user, null, [job], key, stored === null ? [] : [stored]),
    acceptBatch: async (...given) => acceptAll(...given),
    batchOf: async (user, id) => own(user, id)?.batch ?? undefined,
    async batch(user, id) {
      const found = batches.get(id);
      return found?.user === user ? { ...found.batch, items: inBatch(user, id).map(withFigures) } : undefined;
    },
    async listBatches(user, limit, after) {
      const wanted = [...batches.values()].filter(
        ({ user: owner, batch }) => owner === user && (after === null || batch.id < after),
      );
      const page = wanted.sort((a, b) => (a.batch.id > b.batch.id ? -1 : 1)).slice(0, limit);
      return page.map(({ batch }) => ({ ...batch, counts: countsOf(inBatch(user, batch.id).map(({ job }) => job.state)) }));
    },
    replay: async (...given) => replay(...given),
    find: async (user, id) => own(user, id)?.job,
    list: async (...given) => listed("backtest", ...given).map(withFigures),
    listSweeps: async (...given) =>
      listed("sweep", ...given).map(({ job, output }): SweepSummary => {
        const shown = summaryOf(job);
        if (output?.kind !== "sweep") return { ...shown, trials: null, skipped: null, objective: null, best: null };
        const { trials, skipped } = plainTrials(output.trials).grid;
        return { ...shown, trials, skipped, objective: output.objective, best: output.best };
      }),
    listWalkForwards: async (...given) => listed("walk_forward", ...given).map(withFigures),
    async result(user, id) {
      const output = own(user, id)?.output;
      if (output?.kind !== "backtest") return undefined;
      return { ...output.headline, head: output.head, trades: output.trades, resultHash: output.resultHash };
    },
    async curve(user, id) {
      const curve = curveOf(user, id);
      return curve && pointsOf(curve, null);
    },
    async preview(user, id) {
      const curve = curveOf(user, id);
      return curve && pointsOf(curve, thin(curve.equity, PREVIEW_POINTS));
    },
    async sweep(user, id) {
      const output = sweepOf(user, id);
      return output && { head: output.head, resultHash: output.resultHash, objective: output.objective };
    },
    async trials(user, id) {
      const output = sweepOf(user, id);
      return output && structuredClone(plainTrials(output.trials));
    },
    async walkForward(user, id) {
      const output = own(user, id)?.output;
      return output?.kind === "walk_forward" ? { head: output.head, resultHash: output.resultHash } : undefined;
    },

    async take(user, id, worker, leaseMs) {
      const entry = own(user, id);
      return step(entry, (state) => machine.take(state, clock(), worker, leaseMs)) && entry?.job;
    },
    renew: async (user, id, attempt, leaseMs) =>
      step(own(user, id), (state) => machine.renew(state, attempt, clock(), leaseMs)) !== undefined,
    async attach(user, id, attempt, stored) {
      const entry = own(user, id);
      if (entry?.job.state.status !== "running" || entry.job.state.attempt !== attempt) return false;
      putBars(stored);
      nameBars(entry, stored.hash);
      return true;
    },
    async finish(user, id, attempt, output) {
      const entry = own(user, id);
      if (entry === undefined || step(entry, (state) => machine.finish(state, attempt)) === undefined) return false;
      entry.output =
        output.kind === "sweep"
          ? { ...output, trials: structuredClone(plainTrials(output.trials)) }
          : { ...output, curve: pointsOf(plain(output.curve), null) };
      if (output.barsHash !== null) nameBars(entry, output.barsHash);
      return true;
    },
    giveUp: async (user, id, attempt, problem, again) =>
      step(own(user, id), (state) => machine.giveUp(state, attempt, clock(), problem, again, machine.jitterOf(id, attempt))),
    release: async (user, id, attempt) => step(own(user, id), (state) => machine.release(state, attempt)) !== undefined,
    async cancel(user, id) {
      const entry = own(user, id);
      if (entry === undefined) return "missing";
      return step(entry, machine.cancel) === undefined ? "final" : "cancelled";
    },
    async remove(user, id) {
      const entry = own(user, id);
      if (entry === undefined) return "missing";
      if (!isFinal(entry.job.state)) return "not_final";
      entries.delete(id);
      for (const [name, key] of keys) if (key.id === id) keys.delete(name);
      if (entry.job.bars.hash !== null) dropBars(entry.job.bars.hash);
      if (entry.batch !== null && inBatch(user, entry.batch).length === 0) batches.delete(entry.batch);
      return "removed";
    },

    async due(limit) {
      const now = clock();
      const found: FoundJob[] = [];
      for (const entry of oldestFirst()) {
        const { state, id, kind } = entry.job;
        const dueAtMs =
          state.status === "queued" ? state.readyAtMs : state.status === "running" ? state.leaseUntilMs : Number.NaN;
        if (found.length === limit || !(dueAtMs <= now)) continue;
        step(entry, (present) => machine.expire(present, now));
        found.push({ user: entry.user, id, kind, attempt: state.attempt });
      }
      return found;
    },
    async releaseDead(isDead) {
      const lost = oldestFirst().filter(({ job: { state } }) => state.status === "running" && isDead(state.worker));
      for (const entry of lost) step(entry, machine.orphan);
      return lost.length;
    },
    async forgetKeys(olderThanMs) {
      const old = [...keys].filter(([, { createdAtMs }]) => createdAtMs < clock() - olderThanMs);
      for (const [name] of old) keys.delete(name);
      return old.length;
    },
    async ping() {},
    async close() {},
  };

  const datasets: DatasetStore = {
    async put(user, dataset, stored) {
      const name = nameIn(user, dataset.symbol);
      const before = holdings.get(name);
      putBars(stored);
      holdings.set(name, { user, dataset: { ...dataset, barsHash: stored.hash } });
      if (before !== undefined) dropBars(before.dataset.barsHash);
      return before === undefined;
    },
    find: async (user, symbol) => holdings.get(nameIn(user, symbol))?.dataset,
    async list(user, limit, after) {
      const all = [...holdings.values()].filter((held) => held.user === user).map(({ dataset }) => dataset);
      const wanted = all.filter(({ symbol }) => after === null || symbol > after);
      return wanted.sort((a, b) => (a.symbol < b.symbol ? -1 : 1)).slice(0, limit);
    },
    async remove(user, symbol) {
      const before = holdings.get(nameIn(user, symbol));
      holdings.delete(nameIn(user, symbol));
      if (before !== undefined) dropBars(before.dataset.barsHash);
      return before !== undefined;
    },
  };

  return {
    jobs,
    bars: { put: async (stored) => putBars(stored), get: async (hash) => bars.get(hash)?.slice() },
    datasets,
  };
}

function summaryOf({ id, symbol, strategy, createdAtMs, state: { status } }: Job) {
  return { id, status, symbol, strategy, createdAtMs };
}

function withFigures({ job, output }: Entry): JobSummary {
  const { sharpe, totalReturn, maxDrawdown } = output?.headline ?? { sharpe: null, totalReturn: null, maxDrawdown: null };
  return { ...summaryOf(job), sharpe, totalReturn, maxDrawdown };
}

/** @throws {TypeError} for a packed curve: this store keeps no bytes */
function plain(curve: (RunOutput | WalkForwardOutput)["curve"]): Curve {
  if (isPacked(curve)) throw new TypeError("the store in memory takes curves as they are");
  return curve;
}

/** @throws {TypeError} for packed trials, likewise */
function plainTrials(trials: SweepOutput["trials"]): TrialTable {
  if (arePacked(trials)) throw new TypeError("the store in memory takes trials as they are");
  return trials;
}

/** A copy of the curve, or of the points at these positions. */
function pointsOf({ timeMs, equity, ...rest }: Curve, positions: readonly number[] | null): Curve {
  const of = (column: Float64Array) =>
    positions === null ? column.slice() : Float64Array.from(positions, (i) => column[i] ?? Number.NaN);
  return { ...rest, timeMs: of(timeMs), equity: of(equity) };
}
