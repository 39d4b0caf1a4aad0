import type { JobStore } from "../../core/jobs/store.ts";
import type { ComputePool } from "../compute/task.ts";
import { countJob, type ServiceMetrics } from "../metrics.ts";
import type { Log, Progress } from "../parts.ts";
import type { News, NewsItem } from "../queue/news.ts";
import type { ProgressBoard } from "../queue/progress.ts";
import type { JobQueue } from "../queue/queue.ts";
import { aside } from "./aside.ts";
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
    } else if (item.kind === "state" && item.status === "completed") {
      // It is final, and was written before this was told: whoever answers reads what it left.
      const state = { status: item.status, attempt: item.attempt } as const;
      watchers.finish(item.id, { state, head: null, trades: null, curveText: null });
    } else void aside(log, "look at a job", item.id, () => watchers.lookAt(jobs, item));
  });

  return {
    pool,
    ring(job) {
      void aside(log, "ring for a job, which a worker will find", job.id, () => queue.ring({ ...job, attempt: 0 }));
    },
    cancelled(ref) {
      countJob(metrics, { status: "cancelled" });
      news.tell({ kind: "cancel", ...ref });
      watchers.finish(ref.id, { state: { status: "cancelled", attempt: 0 }, head: null, trades: null, curveText: null });
    },
    get queued() {
      return waiting;
    },
    async progress({ id }) {
      let read: Progress | null = null;
      await aside(log, "read the progress of a job", id, async () => {
        read = await progress.read(id);
      });
      return read;
    },
    wait: (ref, ms, signal) =>
      watchers.wait(ref, ms, signal === undefined ? leaving.signal : AbortSignal.any([signal, leaving.signal])),
    subscribe: (ref, listener) => watchers.subscribe(ref, listener),
    async start() {
      chores.every(WATCH_MS, "looking after watched jobs", () => watchers.lookAfter(jobs, () => true));
      chores.every(COUNT_MS, "counting waiting jobs", async () => {
        waiting = await queue.waiting();
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
