import type { JobStore } from "../../core/jobs/store.ts";
import type { ComputePool } from "../compute/task.ts";
import { countJob, type ServiceMetrics } from "../metrics.ts";
import type { Log } from "../parts.ts";
import type { News, NewsItem } from "../queue/news.ts";
import type { ProgressBoard } from "../queue/progress.ts";
import type { JobQueue } from "../queue/queue.ts";
import { Chores } from "./chores.ts";
import type { RunningRunner } from "./runner.ts";
import { Watchers } from "./watchers.ts";

export interface DeskParts {
  readonly jobs: JobStore;
  /** For imports and for jobs that are run again; jobs themselves are run elsewhere. */
  readonly pool: ComputePool;
  readonly queue: JobQueue;
  readonly progress: ProgressBoard;
  /** News from here on are given to this. */
  readonly listen: (onItem: (item: NewsItem) => void) => News;
  readonly log: Log;
  readonly metrics: ServiceMetrics;
}

/** News may be lost: what is watched is looked at as often as this. */
const WATCH_MS = 1000;
const COUNT_MS = 1000;

/** One process that accepts jobs, which others run. */
export function createDesk({ jobs, pool, queue, progress, listen, log, metrics }: DeskParts): RunningRunner {
  const watchers = new Watchers();
  const chores = new Chores(log);
  /** Who waits for a job that others run is told at once that it goes on. */
  const leaving = new AbortController();
  let waiting = 0;
  const news = listen((item) => {
    if (!watchers.isWatched(item.id)) return;
    if (item.kind === "progress") watchers.tell(item.id, { kind: "progress", done: item.done, total: item.total });
    else if (item.kind === "state" && (item.status === "queued" || item.status === "running")) {
      watchers.tell(item.id, { kind: "state", status: item.status, attempt: item.attempt });
    } else
      watchers
        .lookAt(jobs, item)
        .catch((cause: unknown) => log({ level: "error", message: `looking at a job failed: ${cause}`, job_id: item.id }));
  });

  return {
    pool,
    ring(job) {
      queue.ring({ ...job, attempt: 0 }).catch((cause: unknown) => {
        log({ level: "warn", message: `could not ring for a job, a worker will find it: ${cause}`, job_id: job.id });
      });
    },
    cancelled(ref) {
      countJob(metrics, { status: "cancelled" });
      news.tell({ kind: "cancel", ...ref });
      watchers.finish(ref.id, { state: { status: "cancelled", attempt: 0 }, head: null, trades: null, curveText: null });
    },
    get queued() {
      return waiting;
    },
    progress: ({ id }) => progress.read(id).catch(() => null),
    wait: (ref, ms, signal) =>
      watchers.wait(ref, ms, signal === undefined ? leaving.signal : AbortSignal.any([signal, leaving.signal])),
    subscribe: (ref, listener) => watchers.subscribe(ref, listener),
    async start() {
      chores.every(WATCH_MS, "looking after watched jobs", () => watchers.lookAfter(jobs, () => true));
      chores.every(COUNT_MS, "counting waiting jobs", async () => {
        waiting = await queue.waiting().catch(() => waiting);
      });
    },
    async stop(graceMs) {
      leaving.abort();
      chores.stop();
      news.close();
      await pool.close(graceMs);
    },
  };
}
