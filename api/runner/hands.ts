import { type AppError, appError, type ErrorCode } from "../../core/errors.ts";
import type { Job, JobId, JobOutput, JobState, SweepPart } from "../../core/jobs/job.ts";
import type { DueJob, FoundJob, JobRef, JobStore, PartStore, StoredBars } from "../../core/jobs/store.ts";
import type { BarProvider } from "../../core/ports.ts";
import { ok, type Result } from "../../core/result.ts";
import type { BacktestOutput, ComputePool, SplitOutput, SweptOutput, TaskBars, WalkedOutput } from "../compute/task.ts";
import type { ServiceMetrics } from "../metrics.ts";
import type { Log, Progress } from "../parts.ts";
import { insisting } from "./insist.ts";
import { fetchedBarsOf, keptBarsOf } from "./task-bars.ts";

/** What the run of a job leaves. */
export type Left = BacktestOutput | SweptOutput | WalkedOutput;

/** Where sweeps are run in parts. */
export interface Splitting {
  readonly store: PartStore;
  /** A sweep of more trials x bars is split. */
  readonly above: number;
  readonly newId: () => JobId;
}

/** What is told of the work, as it happens. */
export interface WorkListener {
  began(ref: JobRef, attempt: number): void;
  /** Of a part of a sweep: of how many of its own trials are done; `sweep` is then that sweep. */
  progressed(ref: JobRef, progress: Progress, part: SweepPart | null): void;
  /** The job came into this state, by the hand of this process. */
  settled(ref: JobRef, state: JobState, output: Left | null): void;
  /** The job waits for another try. */
  paused(job: FoundJob, readyAtMs: number): void;
  /** The sweep is run in these parts, which wait to be taken. */
  wasSplit(sweep: FoundJob, parts: readonly FoundJob[], trials: number): void;
  /** Fewer jobs are under way, or one waits for its bars and leaves its child to others. */
  room(): void;
}

export interface HandsParts {
  readonly jobs: JobStore;
  /** Null where sweeps are run whole. */
  readonly splitting: Splitting | null;
  readonly pool: ComputePool;
  readonly yahoo: BarProvider;
  readonly faults: readonly string[];
  /** Under which name leases are held. */
  readonly worker: string;
  readonly leaseMs: number;
  readonly nowMs: () => number;
  readonly log: Log;
  readonly metrics: ServiceMetrics;
  /** Failures that may be gone next time; those of fetching bars are told apart, as somebody may wait for the answer. */
  readonly mayPass: { readonly run: readonly ErrorCode[]; readonly fetch: readonly ErrorCode[] };
  /** How long a write is tried again that the store rejects. */
  readonly insistMs: number;
  /** Jobs of which the text of the curve is wanted beside the stored one. */
  readonly wanted: ReadonlySet<JobId>;
  readonly listener: WorkListener;
}

interface Work {
  readonly ref: JobRef;
  readonly attempt: number;
  readonly abort: AbortController;
  /** The sweep that it is a part of. */
  readonly sweep: JobId | null;
  progress: Progress | null;
}

/** Jobs whose bars are being fetched do not occupy a child; so many may be under way besides those in the pool. */
export const FETCHING_MOST = 32;

/** Carries out jobs: takes them from the store, runs them in the pool under a lease that is renewed, and writes what they leave. */
export class Hands {
  private readonly work = new Map<JobId, Work>();
  private taking = 0;
  private waitingForBars = 0;

  constructor(private readonly parts: HandsParts) {}

  /** Jobs being taken or under way. */
  get busy(): number {
    return this.taking + this.work.size;
  }

  /** Those of them that wait for their bars. */
  get fetching(): number {
    return this.waitingForBars;
  }

  has(id: JobId): boolean {
    return this.work.has(id);
  }

  attemptOf(id: JobId): number | undefined {
    return this.work.get(id)?.attempt;
  }

  progressOf(id: JobId): Progress | null {
    return this.work.get(id)?.progress ?? null;
  }

  /** Takes the job, where it is there to be taken, and carries it through. Resolves when it is no longer this process's; never rejects. */
  async carryOut({ user, id, kind }: DueJob): Promise<void> {
    const { jobs, splitting, worker, leaseMs, listener } = this.parts;
    const ref = { user, id };
    let taken: Job | SweepPart | undefined;
    this.taking++;
    try {
      taken =
        kind === "sweep_part"
          ? await splitting?.store.takePart(user, id, worker, leaseMs)
          : await jobs.take(user, id, worker, leaseMs);
    } catch (cause) {
      this.trouble("take", ref, cause);
    }
    this.taking--;
    if (taken?.state.status !== "running") return;
    const sweep = taken.kind === "sweep_part" ? taken.sweep : null;
    const mine: Work = { ref, attempt: taken.state.attempt, abort: new AbortController(), sweep, progress: null };
    this.work.set(id, mine);
    if (sweep === null) listener.began(ref, mine.attempt);
    try {
      await (taken.kind === "sweep_part" ? this.runPart(taken, mine) : this.runJob(taken, mine));
    } catch (cause) {
      this.trouble("run", ref, cause);
      const problem = appError("internal", `the job failed in the service: ${reasonOf(cause)}`);
      await this.giveUp(taken, mine, problem, true).catch((again) => this.trouble("give up", ref, again));
    } finally {
      if (this.work.get(id) === mine) this.work.delete(id);
    }
  }

  /** Ends the work on a job, and on the parts of a sweep. */
  abort(id: JobId): void {
    for (const mine of this.work.values()) if (mine.ref.id === id || mine.sweep === id) mine.abort.abort();
  }

  /** Prolongs the leases of what is under way; what is no longer this process's is ended. */
  async renew(): Promise<void> {
    const { jobs, leaseMs } = this.parts;
    await Promise.all(
      [...this.work.values()].map(async ({ ref, attempt, abort }) => {
        if (!(await jobs.renew(ref.user, ref.id, attempt, leaseMs))) abort.abort();
      }),
    );
  }

  /** Lets what is under way end for so long, and hands back the rest, which it names. */
  async drain(graceMs: number): Promise<readonly JobRef[]> {
    const until = performance.now() + graceMs;
    while (this.busy > 0 && performance.now() < until) await Bun.sleep(10);
    const left = [...this.work.values()];
    await Promise.all(
      left.map(async ({ ref, attempt, abort }) => {
        abort.abort();
        await this.parts.jobs.release(ref.user, ref.id, attempt);
      }),
    );
    return left.map(({ ref }) => ref);
  }

  private async runJob(job: Job, mine: Work): Promise<void> {
    const { jobs, insistMs, listener } = this.parts;
    const { ref, attempt, abort } = mine;
    const bars = await this.barsFor(job, mine);
    if (abort.signal.aborted) return;
    const output = bars.ok ? await this.compute(job, mine, bars.value) : bars;
    if (abort.signal.aborted) return;
    if (!output.ok) return this.giveUp(job, mine, output.error, this.mayPass(bars.ok ? "run" : "fetch", output.error));
    if ("blocks" in output.value) return this.split(job, mine, output.value);
    const stored = storedOf(output.value, bars.ok && bars.value.kind === "stored" ? bars.value.hash : null);
    const written = await insisting(
      () => jobs.finish(ref.user, ref.id, attempt, stored),
      () => this.isMine(ref, "completed", attempt),
      insistMs,
    );
    if (written) listener.settled(ref, { status: "completed", attempt }, output.value);
  }

  private async runPart(part: SweepPart, mine: Work): Promise<void> {
    const { splitting, insistMs } = this.parts;
    const { ref, attempt, abort } = mine;
    const bars = keptBarsOf({ ...part, kind: "sweep" });
    if (splitting === null || bars === null) throw new TypeError("a part of a sweep without bars");
    const { kind, first, count, createdAtMs, request } = part;
    const task = { kind, first, count, createdAtMs, nowMs: this.parts.nowMs(), request, bars };
    const output = await this.parts.pool.run(task, abort.signal, this.onProgress(mine, part));
    if (abort.signal.aborted) return;
    if (!output.ok) return this.giveUp(part, mine, output.error, this.mayPass("run", output.error));
    await insisting(
      async () => (await splitting.store.finishPart(ref.user, ref.id, attempt, output.value)) !== "stale",
      null,
      insistMs,
    );
    this.parts.listener.progressed(ref, { done: count, total: count }, part);
  }

  private async split(job: Job, { ref, attempt }: Work, { blocks }: SplitOutput): Promise<void> {
    const { splitting, listener } = this.parts;
    if (splitting === null) throw new TypeError("a sweep was split where sweeps are run whole");
    const parts = blocks.map((block, part) => ({ ...block, part, id: splitting.newId() }));
    if (!(await splitting.store.split(ref.user, job.id, attempt, parts))) return;
    const trials = blocks.reduce((sum, { count }) => sum + count, 0);
    const found = parts.map(({ id }) => ({ user: ref.user, id, kind: "sweep_part", attempt: 0 }) as const);
    listener.wasSplit({ ...ref, kind: "sweep", attempt }, found, trials);
  }

  private async compute(job: Job, mine: Work, bars: TaskBars): Promise<Result<Left | SplitOutput, AppError>> {
    const { pool, splitting, wanted, nowMs } = this.parts;
    const { signal } = mine.abort;
    const { kind, id, createdAtMs, request } = job;
    const how = { createdAtMs, nowMs: nowMs(), request, bars };
    const onProgress = this.onProgress(mine, null);
    switch (kind) {
      case "backtest":
        return pool.run({ kind, jobId: id, curveText: wanted.has(id), ...how }, signal);
      case "sweep": {
        const ids = (await splitting?.store.partsOf(mine.ref.user, id))?.map((part) => part.id) ?? [];
        const whole = splitting === null ? {} : { splitAbove: splitting.above };
        const collected = ids.length === 0 ? whole : { parts: { user: mine.ref.user, ids } };
        return pool.run({ kind, sweepId: id, ...how, ...collected }, signal, onProgress);
      }
      case "walk_forward":
        return pool.run({ kind, walkForwardId: id, ...how }, signal, onProgress);
    }
  }

  private onProgress(mine: Work, part: SweepPart | null) {
    return (done: number, total: number) => {
      mine.progress = { done, total };
      this.parts.listener.progressed(mine.ref, mine.progress, part);
    };
  }

  private async barsFor(job: Job, { ref, attempt }: Work): Promise<Result<TaskBars, AppError>> {
    const { jobs, faults, yahoo, listener } = this.parts;
    const kept = keptBarsOf(job);
    if (kept !== null) return ok(kept);
    this.waitingForBars++;
    listener.room();
    try {
      const store = (bars: StoredBars) => jobs.attach(ref.user, job.id, attempt, bars);
      return await fetchedBarsOf(job, faults, yahoo, store);
    } finally {
      this.waitingForBars--;
    }
  }

  private async giveUp(job: Job | SweepPart, { ref, attempt }: Work, problem: AppError, again: boolean): Promise<void> {
    const { jobs, insistMs, listener } = this.parts;
    let state: JobState | undefined;
    await insisting(
      async () => {
        state = await jobs.giveUp(ref.user, ref.id, attempt, problem, again);
        return true;
      },
      null,
      insistMs,
    );
    if (state === undefined) return;
    if (state.status === "queued") {
      listener.paused({ ...ref, kind: job.kind, attempt: state.attempt }, state.readyAtMs);
    }
    const shown = job.kind === "sweep_part" ? { user: ref.user, id: job.sweep } : ref;
    if (job.kind !== "sweep_part" || state.status === "failed") listener.settled(shown, state, null);
  }

  /** Whether the job is in this state by this attempt: a write that was told to have failed may have been committed. */
  private async isMine({ user, id }: JobRef, status: JobState["status"], attempt: number): Promise<boolean> {
    const state = (await this.parts.jobs.find(user, id))?.state;
    return state?.status === status && state.attempt === attempt;
  }

  private mayPass(step: "run" | "fetch", { code }: AppError): boolean {
    return this.parts.mayPass[step].includes(code);
  }

  private trouble(step: string, ref: JobRef, cause: unknown): void {
    this.parts.log({ level: "error", message: `could not ${step} a job: ${reasonOf(cause)}`, job_id: ref.id });
  }
}

function storedOf(output: Left, barsHash: string | null): JobOutput {
  if (output.kind !== "backtest") return { ...output, barsHash };
  const { kind, headline, resultHash, head, trades, curve } = output;
  return { kind, headline, resultHash, barsHash, head, trades, curve };
}

export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
