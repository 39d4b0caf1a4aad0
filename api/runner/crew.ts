import type { ErrorCode } from "../../core/errors.ts";
import type { JobId } from "../../core/jobs/job.ts";
import type { JobStore, PartStore } from "../../core/jobs/store.ts";
import type { BarProvider } from "../../core/ports.ts";
import type { ComputePool } from "../compute/task.ts";
import { timeOf } from "../ids.ts";
import { countJob, type ServiceMetrics } from "../metrics.ts";
import type { Log } from "../parts.ts";
import type { News, NewsItem } from "../queue/news.ts";
import type { ProgressBoard } from "../queue/progress.ts";
import type { CarryOut, JobQueue, QueueListener } from "../queue/queue.ts";
import { aside } from "./aside.ts";
import { Chores } from "./chores.ts";
import { FETCHING_MOST, Hands } from "./hands.ts";
import { pacedPool } from "./paced-pool.ts";
import { FORGET_MS, KEYS_KEPT_MS } from "./runner.ts";

export interface CrewParts {
  readonly jobs: JobStore & PartStore;
  readonly pool: ComputePool;
  readonly yahoo: BarProvider;
  readonly faults: readonly string[];
  readonly worker: string;
  readonly isDead: (worker: string) => boolean;
  readonly leaseMs: number;
  readonly splitAbove: number;
  readonly newJobId: () => JobId;
  readonly nowMs: () => number;
  readonly queue: JobQueue;
  readonly progress: ProgressBoard;
  /** News from here on are given to this. */
  readonly listenToNews: (onItem: (item: NewsItem) => void) => News;
  /** What the store wants done now and then. */
  readonly tend: () => Promise<unknown>;
  /** Bells from here on are answered by this, so many backtests and grids at a time. */
  readonly listenToQueue: (backtests: number, grids: number, carryOut: CarryOut) => QueueListener;
  readonly log: Log;
  /** Whether each job has its lines in the log. */
  readonly logJobs: boolean;
  readonly metrics: ServiceMetrics;
}

/** What runs jobs that others accepted, and how it starts and stops. */
export interface Crew {
  start(): Promise<void>;
  /** Takes nothing new; what runs may end within `graceMs`, the rest is handed back. */
  stop(graceMs: number): Promise<void>;
}

const DUE_MS = 1000;
const DUE_LIMIT = 1000;
const TEND_MS = 60_000;
/** Whoever accepted a job rings for it; one that is younger than this and was not tried is left to them. */
const YOUNG_MS = 3000;
/** A crash, a store or a provider that is away may be gone next time; bars that are refused, time and memory that run out would be so again. */
const MAY_PASS: { readonly run: readonly ErrorCode[]; readonly fetch: readonly ErrorCode[] } = {
  run: ["crash", "unavailable"],
  fetch: ["provider", "provider_timeout", "unavailable"],
};

/** One process that runs jobs which others accepted. */
export function createCrew(parts: CrewParts): Crew {
  const { jobs, queue, progress, leaseMs, nowMs, log, metrics } = parts;
  const chores = new Chores(log);
  const pool = pacedPool(parts.pool);
  let listener: QueueListener | null = null;
  let news: News | null = null;

  const hands = new Hands({
    ...parts,
    pool,
    splitting: { store: jobs, above: parts.splitAbove, newId: parts.newJobId },
    mayPass: MAY_PASS,
    insistMs: leaseMs,
    wanted: new Set(),
    listener: {
      began(ref, attempt) {
        metrics.wait.observe(Math.max(0, nowMs() - timeOf(ref.id)) / 1000);
        news?.tell({ kind: "state", ...ref, status: "running", attempt });
        if (parts.logJobs) log({ level: "info", message: "job running", job_id: ref.id, attempt });
      },
      progressed(ref, { done, total }, part) {
        const id = part?.sweep ?? ref.id;
        void aside(log, "tell the progress of a job", id, async () => {
          if (part === null) await progress.begin(id, total);
          const now = await progress.note(id, part?.part ?? 0, done);
          if (now !== null) news?.tell({ kind: "progress", user: ref.user, id, ...now });
        });
      },
      settled(ref, state) {
        countJob(metrics, state);
        news?.tell({ kind: "state", ...ref, status: state.status, attempt: state.attempt });
        const why = state.status === "failed" ? { code: state.problem.code } : {};
        if (parts.logJobs) log({ level: "info", message: `job ${state.status}`, job_id: ref.id, attempt: state.attempt, ...why });
      },
      paused(job, readyAtMs) {
        metrics.retries.inc();
        void aside(log, "ring for another try", job.id, () => queue.ring(job, readyAtMs - nowMs()));
      },
      wasSplit(sweep, found, trials) {
        log({ level: "info", message: `sweep is run in parts: ${found.length}`, job_id: sweep.id });
        void aside(log, "ring for the parts of a sweep", sweep.id, async () => {
          await progress.begin(sweep.id, trials);
          await queue.ringParts(sweep, found);
        });
      },
      room: makeRoom,
    },
  });

  function makeRoom(): void {
    listener?.setBacktests(pool.size * pool.ahead + Math.min(FETCHING_MOST, hands.fetching));
  }

  /** Rings for what waits in the store without a bell: it was lost, or its time has come, or its worker is gone. */
  async function lookForDue(): Promise<void> {
    const youngest = nowMs() - YOUNG_MS;
    const rung: Promise<void>[] = [];
    for (const job of await jobs.due(DUE_LIMIT)) {
      if (job.attempt > 0 || timeOf(job.id) < youngest) rung.push(queue.ring(job));
    }
    await Promise.all(rung);
  }

  return {
    async start() {
      news = parts.listenToNews((item) => {
        if (item.kind === "cancel") hands.abort(item.id);
      });
      await pool.ready;
      listener = parts.listenToQueue(pool.size * pool.ahead, pool.size, async (job) => {
        const startedMs = performance.now();
        await hands.carryOut(job);
        makeRoom();
        metrics.run.observe((performance.now() - startedMs) / 1000);
      });
      chores.every(DUE_MS, "looking for forgotten jobs", async () => {
        const freed = await jobs.releaseDead(parts.isDead);
        if (freed > 0) log({ level: "info", message: `${freed} jobs of workers that died are queued again` });
        await lookForDue();
      });
      chores.every(Math.max(20, leaseMs / 3), "renewing leases", () => hands.renew());
      chores.every(FORGET_MS, "forgetting idempotency keys", () => jobs.forgetKeys(KEYS_KEPT_MS));
      chores.every(TEND_MS, "tending the store", parts.tend);
    },
    async stop(graceMs) {
      await listener?.pause();
      const left = await hands.drain(graceMs);
      chores.stop();
      // Those that were handed back are found by whoever looks for forgotten jobs; where somebody still can, they are rung for at once.
      const [first] = left;
      if (first !== undefined) await aside(log, "ring for jobs that were handed back", first.id, lookForDue);
      await listener?.close();
      news?.close();
      await pool.close(0);
    },
  };
}
