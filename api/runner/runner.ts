import { type AppError, appError, type ErrorCode } from "../../core/errors.ts";
import { isFinal, type Job, type JobId, type JobKind, type JobOutput, type JobState } from "../../core/jobs/job.ts";
import type { DueJob, JobRef, JobStore } from "../../core/jobs/store.ts";
import type { BarProvider } from "../../core/ports.ts";
import { ok, type Result } from "../../core/result.ts";
import { type ComputePool, type OutputOf, runsGrids, type TaskBars } from "../compute/task.ts";
import { countJob, type ServiceMetrics } from "../metrics.ts";
import type { Log, Progress, Runner } from "../parts.ts";
import { Line } from "./line.ts";
import { fetchedBarsOf, keptBarsOf } from "./task-bars.ts";
import { Watchers } from "./watchers.ts";

export interface RunnerParts {
  readonly jobs: JobStore;
  readonly pool: ComputePool;
  readonly yahoo: BarProvider;
  readonly faults: readonly string[];
  /** Under which name leases are held. */
  readonly worker: string;
  readonly isDead: (worker: string) => boolean;
  readonly leaseMs: number;
  readonly nowMs: () => number;
  readonly log: Log;
  readonly metrics: ServiceMetrics;
}

/** What runs jobs in this process, and how it starts and stops. */
export interface RunningRunner extends Runner {
  /** Frees what dead processes held and rings for every job that waits in the store. */
  start(): Promise<void>;
  /** Takes nothing new; what runs may end within `graceMs`, the rest is handed back. */
  stop(graceMs: number): Promise<void>;
}

/** What the run of a job leaves. */
type Left = OutputOf[JobKind];

interface Work {
  readonly ref: JobRef;
  readonly attempt: number;
  readonly abort: AbortController;
  progress: Progress | null;
}

/** How often the store is asked for jobs that nobody rang for, and for the end of watched jobs that run elsewhere. */
const DUE_MS = 1000;
const WATCH_MS = 100;
const DUE_LIMIT = 1000;
/** Jobs whose bars are being fetched do not occupy a child; so many may be under way besides those in the pool. */
const FETCHING_MOST = 32;
/** Failures that may be gone next time. Bars that are refused, time and memory that run out would be so again. */
const MAY_PASS: readonly ErrorCode[] = ["crash", "unavailable"];
const KEYS_KEPT_MS = 48 * 3_600_000;
const FORGET_MS = 600_000;

export function createRunner(parts: RunnerParts): RunningRunner {
  const { jobs, pool, yahoo, faults, worker, leaseMs, nowMs, log, metrics } = parts;
  const line = new Line();
  const watchers = new Watchers();
  const work = new Map<JobId, Work>();
  /** Jobs whose curve somebody wants as text. */
  const wanted = new Set<JobId>();
  /** Jobs that are or were watched, to be looked after when they end elsewhere. */
  const watchedRefs = new Map<JobId, JobRef>();
  const timers: Timer[] = [];
  let fetching = 0;
  let taking = 0;
  /** Those of them that run grids, which takes long: none has to be at hand when another ends, and others shall find a place beside them. */
  let grids = 0;
  /** Not before a child can take a task: what is taken while none can would be lost on a process that dies young. */
  let pumping = false;
  let stopped = false;
  // Two tasks a child: one runs while the next one's way through the store and the channel is under way.
  const most = pool.size * 2;

  function pump(): void {
    while (pumping && taking + work.size - fetching < most && fetching < FETCHING_MOST) {
      const next = line.next(grids < pool.size);
      if (next === undefined) return;
      taking++;
      void startOne(next);
    }
  }

  async function startOne({ kind, ...ref }: DueJob): Promise<void> {
    if (runsGrids(kind)) grids++;
    await start(ref);
    if (runsGrids(kind)) grids--;
    pump();
  }

  async function start(ref: JobRef): Promise<void> {
    let job: Job | undefined;
    try {
      job = await jobs.take(ref.user, ref.id, worker, leaseMs);
    } catch (cause) {
      trouble("take", ref, cause);
    }
    taking--;
    if (job === undefined || job.state.status !== "running") {
      wanted.delete(ref.id);
      return;
    }
    const mine: Work = { ref, attempt: job.state.attempt, abort: new AbortController(), progress: null };
    work.set(ref.id, mine);
    watchers.tell(ref.id, { kind: "state", status: "running", attempt: mine.attempt });
    try {
      await runTaken(job, mine);
    } catch (cause) {
      trouble("run", ref, cause);
      await jobs
        .giveUp(ref.user, ref.id, mine.attempt, appError("internal", `the job failed in the service: ${reasonOf(cause)}`), true)
        .then((state) => state && settle(ref, state, null))
        .catch((again) => trouble("give up", ref, again));
    } finally {
      if (work.get(ref.id) === mine) work.delete(ref.id);
      wanted.delete(ref.id);
    }
  }

  async function runTaken(job: Job, mine: Work): Promise<void> {
    const { ref, attempt, abort } = mine;
    const bars = await barsFor(job, mine);
    if (abort.signal.aborted) return;
    const output = bars.ok ? await compute(job, mine, bars.value) : bars;
    if (abort.signal.aborted) return;
    if (output.ok) {
      const hash = bars.ok && bars.value.kind === "stored" ? bars.value.hash : null;
      const done = await jobs.finish(ref.user, ref.id, attempt, storedOf(output.value, hash));
      if (done) settle(ref, { status: "completed", attempt }, output.value);
      return;
    }
    const again = bars.ok && MAY_PASS.includes(output.error.code);
    const state = await jobs.giveUp(ref.user, ref.id, attempt, output.error, again);
    if (state !== undefined) settle(ref, state, null);
  }

  function compute(job: Job, mine: Work, bars: TaskBars): Promise<Result<Left, AppError>> {
    const { signal } = mine.abort;
    const { kind, id, createdAtMs, request } = job;
    const how = { createdAtMs, nowMs: nowMs(), request, bars };
    const onProgress = (done: number, total: number) => {
      mine.progress = { done, total };
      watchers.tell(id, { kind: "progress", done, total });
    };
    switch (kind) {
      case "backtest":
        return pool.run({ kind, jobId: id, curveText: wanted.has(id), ...how }, signal);
      case "sweep":
        return pool.run({ kind, sweepId: id, ...how }, signal, onProgress);
      case "walk_forward":
        return pool.run({ kind, walkForwardId: id, ...how }, signal, onProgress);
    }
  }

  async function barsFor(job: Job, { ref, attempt }: Work): Promise<Result<TaskBars, AppError>> {
    const kept = keptBarsOf(job);
    if (kept !== null) return ok(kept);
    fetching++;
    pump();
    try {
      return await fetchedBarsOf(job, faults, yahoo, (bars) => jobs.attach(ref.user, job.id, attempt, bars));
    } finally {
      fetching--;
    }
  }

  /** Tells everybody what a job has come to; one that is queued again is rung for when it is found due, when its time has come. */
  function settle(ref: JobRef, state: JobState, output: Left | null): void {
    countJob(metrics, state.status);
    const { trades, curveText } = output?.kind === "backtest" ? output : { trades: null, curveText: null };
    const texts = { head: output?.head ?? null, trades, curveText };
    if (isFinal(state)) watchers.finish(ref.id, { state, ...texts });
    else watchers.tell(ref.id, { kind: "state", status: state.status, attempt: state.attempt });
  }

  function ring(job: DueJob, waiting: boolean): void {
    if (waiting) wanted.add(job.id);
    if (work.has(job.id) || !line.join(job)) return;
    pump();
  }

  function cancelled(ref: JobRef): void {
    line.leave(ref.id);
    work.get(ref.id)?.abort.abort();
    settle(ref, { status: "cancelled", attempt: work.get(ref.id)?.attempt ?? 0 }, null);
  }

  async function lookForDue(): Promise<void> {
    for (const job of await jobs.due(DUE_LIMIT)) ring(job, false);
  }

  async function renew(): Promise<void> {
    await Promise.all(
      [...work.values()].map(async ({ ref, attempt, abort }) => {
        if (!(await jobs.renew(ref.user, ref.id, attempt, leaseMs))) abort.abort();
      }),
    );
  }

  /** Jobs that somebody here watches may end in another process, or by another's hand. */
  async function watchElsewhere(): Promise<void> {
    for (const [id, ref] of watchedRefs) {
      if (!watchers.isWatched(id)) watchedRefs.delete(id);
      else if (!work.has(id) && !line.has(id)) {
        const job = await jobs.find(ref.user, id);
        if (job !== undefined && isFinal(job.state))
          watchers.finish(id, { state: job.state, head: null, trades: null, curveText: null });
      }
    }
  }
  function every(ms: number, name: string, act: () => Promise<unknown>): void {
    let busy = false;
    const timer = setInterval(async () => {
      if (busy) return;
      busy = true;
      try {
        await act();
      } catch (cause) {
        log({ level: "error", message: `${name} failed: ${reasonOf(cause)}` });
      } finally {
        busy = false;
      }
    }, ms);
    timer.unref();
    timers.push(timer);
  }

  function trouble(step: string, ref: JobRef, cause: unknown): void {
    log({ level: "error", message: `could not ${step} a job: ${reasonOf(cause)}`, job_id: ref.id });
  }

  void pool.ready.then(() => {
    pumping = !stopped;
    pump();
  });

  return {
    pool,
    ring,
    cancelled,
    get queued() {
      return line.length;
    },
    progress: (id) => work.get(id)?.progress ?? null,
    wait(ref, ms, signal) {
      watchedRefs.set(ref.id, ref);
      return watchers.wait(ref.id, ms, signal);
    },
    subscribe(ref, listener) {
      watchedRefs.set(ref.id, ref);
      return watchers.subscribe(ref.id, listener);
    },
    async start() {
      const freed = await jobs.releaseDead(parts.isDead);
      if (freed > 0) log({ level: "info", message: `${freed} jobs of processes that died are queued again` });
      await lookForDue();
      every(DUE_MS, "looking for waiting jobs", async () => {
        await jobs.releaseDead(parts.isDead);
        await lookForDue();
      });
      every(WATCH_MS, "looking after watched jobs", watchElsewhere);
      every(Math.max(20, leaseMs / 3), "renewing leases", renew);
      every(FORGET_MS, "forgetting idempotency keys", () => jobs.forgetKeys(KEYS_KEPT_MS));
    },
    async stop(graceMs) {
      pumping = false;
      stopped = true;
      const until = performance.now() + graceMs;
      while (taking + work.size > 0 && performance.now() < until) await Bun.sleep(10);
      await Promise.all(
        [...work.values()].map(async ({ ref, attempt, abort }) => {
          abort.abort();
          await jobs.release(ref.user, ref.id, attempt);
        }),
      );
      for (const timer of timers) clearInterval(timer);
      await pool.close(0);
    },
  };
}

function storedOf(output: Left, barsHash: string | null): JobOutput {
  if (output.kind !== "backtest") return { ...output, barsHash };
  const { kind, headline, resultHash, head, trades, curve } = output;
  return { kind, headline, resultHash, barsHash, head, trades, curve };
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
