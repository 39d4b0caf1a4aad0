import type { ErrorCode } from "../../core/errors.ts";
import { isFinal, type JobId, type JobState } from "../../core/jobs/job.ts";
import type { DueJob, JobRef, JobStore } from "../../core/jobs/store.ts";
import type { BarProvider } from "../../core/ports.ts";
import { type ComputePool, runsGrids } from "../compute/task.ts";
import { countJob, type ServiceMetrics } from "../metrics.ts";
import type { Log, Runner } from "../parts.ts";
import { Chores } from "./chores.ts";
import { FETCHING_MOST, Hands, type Left } from "./hands.ts";
import { Line } from "./line.ts";
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

/** How often the store is asked for jobs that nobody rang for, and for the end of watched jobs that run elsewhere. */
const DUE_MS = 1000;
const WATCH_MS = 100;
const DUE_LIMIT = 1000;
/** Bars that are refused, time and memory that run out would be so again; who waits for bars is told at once that they cannot be had. */
const MAY_PASS: { readonly run: readonly ErrorCode[]; readonly fetch: readonly ErrorCode[] } = {
  run: ["crash", "unavailable"],
  fetch: [],
};
export const KEYS_KEPT_MS = 48 * 3_600_000;
export const FORGET_MS = 600_000;

/** One process that accepts jobs and runs them. */
export function createRunner(parts: RunnerParts): RunningRunner {
  const { jobs, pool, leaseMs, log, metrics } = parts;
  const line = new Line();
  const watchers = new Watchers();
  const chores = new Chores(log);
  /** Jobs whose curve somebody wants as text. */
  const wanted = new Set<JobId>();
  const hands = new Hands({
    ...parts,
    splitting: null,
    mayPass: MAY_PASS,
    insistMs: 0,
    wanted,
    listener: {
      began: ({ id }, attempt) => watchers.tell(id, { kind: "state", status: "running", attempt }),
      progressed: ({ id }, progress) => watchers.tell(id, { kind: "progress", ...progress }),
      settled: settle,
      // It is found due when its time has come.
      paused: () => {},
      wasSplit: () => {},
      room: pump,
    },
  });
  /** Jobs that run grids take long: none has to be at hand when another ends, and others shall find a place beside them. */
  let grids = 0;
  /** Not before a child can take a task: what is taken while none can would be lost on a process that dies young. */
  let pumping = false;
  let stopped = false;
  // Two tasks a child: one runs while the next one's way through the store and the channel is under way.
  const most = pool.size * 2;

  function pump(): void {
    while (pumping && hands.busy - hands.fetching < most && hands.fetching < FETCHING_MOST) {
      const next = line.next(grids < pool.size);
      if (next === undefined) return;
      void startOne(next);
    }
  }

  async function startOne(job: DueJob): Promise<void> {
    const isGrid = runsGrids(job.kind);
    if (isGrid) grids++;
    await hands.carryOut(job);
    wanted.delete(job.id);
    if (isGrid) grids--;
    pump();
  }

  /** Tells everybody what a job has come to; one that is queued again is rung for when it is found due, when its time has come. */
  function settle(ref: JobRef, state: JobState, output: Left | null): void {
    countJob(metrics, state);
    const { trades, curveText } = output?.kind === "backtest" ? output : { trades: null, curveText: null };
    const texts = { head: output?.head ?? null, trades, curveText };
    if (isFinal(state)) watchers.finish(ref.id, { state, ...texts });
    else watchers.tell(ref.id, { kind: "state", status: state.status, attempt: state.attempt });
  }

  function ring(job: DueJob, waiting: boolean): void {
    if (waiting) wanted.add(job.id);
    if (hands.has(job.id) || !line.join(job)) return;
    pump();
  }

  async function lookForDue(): Promise<void> {
    for (const job of await jobs.due(DUE_LIMIT)) ring(job, false);
  }

  /** Jobs that somebody here watches may end in another process, or by another's hand. */
  const isElsewhere = (id: JobId) => !hands.has(id) && !line.has(id);

  void pool.ready.then(() => {
    pumping = !stopped;
    pump();
  });

  return {
    pool,
    ring,
    cancelled(ref) {
      line.leave(ref.id);
      const attempt = hands.attemptOf(ref.id) ?? 0;
      hands.abort(ref.id);
      settle(ref, { status: "cancelled", attempt }, null);
    },
    get queued() {
      return line.length;
    },
    progress: async ({ id }) => hands.progressOf(id),
    wait: (ref, ms, signal) => watchers.wait(ref, ms, signal),
    subscribe: (ref, listener) => watchers.subscribe(ref, listener),
    async start() {
      const freed = await jobs.releaseDead(parts.isDead);
      if (freed > 0) log({ level: "info", message: `${freed} jobs of processes that died are queued again` });
      await lookForDue();
      chores.every(DUE_MS, "looking for waiting jobs", async () => {
        await jobs.releaseDead(parts.isDead);
        await lookForDue();
      });
      chores.every(WATCH_MS, "looking after watched jobs", () => watchers.lookAfter(jobs, isElsewhere));
      chores.every(Math.max(20, leaseMs / 3), "renewing leases", () => hands.renew());
      chores.every(FORGET_MS, "forgetting idempotency keys", () => jobs.forgetKeys(KEYS_KEPT_MS));
    },
    async stop(graceMs) {
      pumping = false;
      stopped = true;
      await hands.drain(graceMs);
      chores.stop();
      await pool.close(0);
    },
  };
}
