import { FlowProducer, type JobsOptions, Queue } from "bullmq";
import type { FoundJob } from "../../core/jobs/store.ts";
import { runsGrids } from "../compute/task.ts";
import type { Log } from "../parts.ts";
import { within } from "../within.ts";
import { Connections } from "./bullmq-connection.ts";
import type { JobQueue } from "./queue.ts";
import { rareLog } from "./rare-log.ts";
import { REDIS_MS } from "./redis.ts";

/** Backtests, and what runs grids: in lines of their own, so that no backtest waits behind a sweep. */
export const LINES = { backtests: "backtests", grids: "grids" } as const;

export interface QueueOptions {
  readonly url: string;
  /** Before the names of everything in Redis. */
  readonly prefix: string;
  readonly log: Log;
}

/** Among grids: those to be collected first, then whole ones, then the parts of large ones. The least is the first. */
const PRIORITY = { collect: 1, whole: 5, part: 10 } as const;
const DONE: JobsOptions = { removeOnComplete: true, removeOnFail: true, attempts: 1 };

/** The queue on Redis, through BullMQ. Nothing is asked of Redis before the first call. */
export function bullmqQueue({ url, prefix, log }: QueueOptions): JobQueue {
  const trouble = rareLog(log, "Redis (queue)");
  const connections = new Connections(url, trouble);
  const make = (name: string) => {
    const queue = new Queue(name, { connection: connections.open(), prefix, defaultJobOptions: DONE, skipMetasUpdate: true });
    queue.on("error", trouble);
    return queue;
  };
  const backtests = make(LINES.backtests);
  const grids = make(LINES.grids);
  const flows = new FlowProducer({ connection: connections.open(), prefix });
  flows.on("error", trouble);
  const bulk = bulks(backtests);

  return {
    async ring(job, afterMs = 0) {
      if (!runsGrids(job.kind) && afterMs <= 0) return bulk(job);
      const line = runsGrids(job.kind) ? grids : backtests;
      const delay = afterMs > 0 ? { delay: Math.ceil(afterMs) } : {};
      await within(REDIS_MS, "Redis", line.add(job.kind, dataOf(job), { ...bellOf(job), ...delay }));
    },
    async ringParts(sweep, parts) {
      const children = parts.map((part) => ({
        name: part.kind,
        data: dataOf(part),
        queueName: LINES.grids,
        opts: { ...DONE, ...bellOf(part) },
      }));
      const opts = { ...DONE, jobId: `${sweep.id}_collect`, priority: PRIORITY.collect };
      await told(() => flows.add({ name: "collect", data: dataOf(sweep), queueName: LINES.grids, opts, children }));
    },
    async waiting() {
      const counts = await within(
        REDIS_MS,
        "Redis",
        Promise.all([backtests, grids].map((line) => line.getJobCounts("waiting", "prioritized", "delayed"))),
      );
      return counts.flatMap((count) => Object.values(count)).reduce((sum, count) => sum + count, 0);
    },
    async ping() {
      await within(REDIS_MS, "Redis", backtests.getJobCounts("waiting"));
    },
    close: () => connections.close([backtests, grids, flows]),
  };
}

function dataOf({ user, id, kind }: FoundJob) {
  return { user, id, kind };
}

/** One bell an attempt: while that of a dead attempt is still in Redis, the next one is another. */
function bellOf({ id, kind, attempt }: FoundJob): JobsOptions {
  const jobId = `${id}_${attempt}`;
  if (kind === "backtest") return { jobId };
  return { jobId, priority: kind === "sweep_part" ? PRIORITY.part : PRIORITY.whole };
}

/** A Redis that was restarted has forgotten BullMQ's scripts; those of a transaction are sent with the next try. Telling twice rings once. */
async function told(tell: () => Promise<unknown>): Promise<void> {
  try {
    await within(REDIS_MS, "Redis", tell());
  } catch (cause) {
    if (!String(cause).includes("NOSCRIPT")) throw cause;
    await within(REDIS_MS, "Redis", tell());
  }
}

/** Jobs that are rung for in one turn of the event loop go to Redis together. */
function bulks(queue: Queue): (job: FoundJob) => Promise<void> {
  let jobs: FoundJob[] = [];
  let sent: Promise<void> | null = null;
  const send = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    const now = jobs;
    jobs = [];
    sent = null;
    const bells = now.map((job) => ({ name: job.kind, data: dataOf(job), opts: bellOf(job) }));
    await told(() => queue.addBulk(bells));
  };
  return (job) => {
    jobs.push(job);
    sent ??= send();
    return sent;
  };
}
