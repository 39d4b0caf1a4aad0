import type { ErrorCode } from "../../core/errors.ts";
import type { JobId } from "../../core/jobs/job.ts";
import type { FoundJob, JobRef, JobStore, PartStore } from "../../core/jobs/store.ts";
import type { BarProvider } from "../../core/ports.ts";
import type { ComputePool } from "../compute/task.ts";
import { timeOf } from "../ids.ts";
import { countJob, type ServiceMetrics } from "../metrics.ts";
import type { Log, Progress } from "../parts.ts";
import type { News, NewsItem } from "../queue/news.ts";
import type { ProgressBoard } from "../queue/progress.ts";
import type { CarryOut, JobQueue, QueueListener } from "../queue/queue.ts";
import { Chores } from "./chores.ts";
import { FETCHING_MOST, Hands, reasonOf } from "./hands.ts";
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
  readonly busy: number;
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
  const { jobs, pool, queue, progress, leaseMs, nowMs, log, metrics } = parts;
  const chores = new Chores(log);
  // Two tasks a child: one runs while the next one's way through the store and the channel is under way.
  const most = pool.size * 2;
  let listener: QueueListener | null = null;
  let news: News | null = null;

  const quietly = (what: string, ref: JobRef, done: Promise<unknown>) => {
    done.catch((cause: unknown) => log({ level: "warn", message: `could not ${what}: ${reasonOf(cause)}`, job_id: ref.id }));
  };
  const hands = new Hands({
    ...parts,
    splitting: { store: jobs, above: parts.splitAbove, newId: parts.newJobId },
    mayPass: MAY_PASS,
    insistMs: leaseMs,
    wantsText: () => false,
    listener: {
      began(ref, attempt) {
        metrics.wait.observe(Math.max(0, nowMs() - timeOf(ref.id)) / 1000);
        news?.tell({ kind: "state", ...ref, status: "running", attempt });
        if (parts.logJobs) log({ level: "info", message: "job running", job_id: ref.id, attempt });
      },
      progressed(ref, { done, total }, part) {
        if (part === null)
          tellProgress(
            ref,
            progress.begin(ref.id, total).then(() => progress.note(ref.id, 0, done)),
          );
        else tellProgress({ user: ref.user, id: part.sweep }, progress.note(part.sweep, part.part, done));
      },
      settled(ref, state) {
        countJob(metrics, state);
        news?.tell({ kind: "state", ...ref, status: state.status, attempt: state.attempt });
        const why = state.status === "failed" ? { code: state.problem.code } : {};
        if (parts.logJobs) log({ level: "info", message: `job ${state.status}`, job_id: ref.id, attempt: state.attempt, ...why });
      },
      paused(job, readyAtMs) {
        metrics.retries.inc();
        quietly("ring for another try", job, queue.ring(job, readyAtMs - nowMs()));
      },
      wasSplit(sweep, found, trials) {
        log({ level: "info", message: `sweep is run in parts: ${found.length}`, job_id: sweep.id });
        const rung = progress.begin(sweep.id, trials).then(() => queue.ringParts(sweep, found));
        quietly("ring for the parts of a sweep", sweep, rung);
      },
      room: makeRoom,
    },
  });

  function makeRoom(): void {
    listener?.setBacktests(most + Math.min(FETCHING_MOST, hands.fetching));
  }

  function tellProgress(ref: JobRef, noted: Promise<Progress | null>): void {
    noted.then(
      (now) => now !== null && news?.tell({ kind: "progress", ...ref, ...now }),
      () => {},
    );
  }

  /** Rings for what waits in the store without a bell: it was lost, or its time has come, or its worker is gone. */
  async function lookForDue(): Promise<void> {
    const youngest = nowMs() - YOUNG_MS;
    const forgotten = (await jobs.due(DUE_LIMIT)).filter(({ id, attempt }) => attempt > 0 || timeOf(id) < youngest);
    await Promise.all(forgotten.map((job: FoundJob) => queue.ring(job)));
  }

  return {
    get busy() {
      return hands.busy;
    },
    async start() {
      news = parts.listenToNews((item) => {
        if (item.kind === "cancel") hands.abort(item.id);
      });
      await pool.ready;
      listener = parts.listenToQueue(most, pool.size, async (job) => {
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
      await hands.drain(graceMs);
      chores.stop();
      // Those that were handed back are rung for by whoever looks for forgotten jobs; here, where somebody still can, at once.
      await lookForDue().catch(() => {});
      await listener?.close();
      news?.close();
      await pool.close(0);
    },
  };
}
