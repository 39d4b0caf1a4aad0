import { type Job as Bell, DelayedError, Worker } from "bullmq";
import { z } from "zod";
import { JOB_KINDS, type JobId, type UserId, type WorkKind } from "../../core/jobs/job.ts";
import { Connections } from "./bullmq-connection.ts";
import { LINES, type QueueOptions } from "./bullmq-queue.ts";
import type { CarryOut, QueueListener } from "./queue.ts";
import { rareLog } from "./rare-log.ts";

export interface ListenerOptions extends QueueOptions {
  /** Backtests, and what runs grids, that are carried out at a time. */
  readonly backtests: number;
  readonly grids: number;
  /** A bell whose process fell silent for so long rings again. */
  readonly lockMs: number;
}

const KINDS = [...JOB_KINDS, "sweep_part"] as const satisfies readonly WorkKind[];
const bellData = z.object({
  user: z.custom<UserId>((id) => typeof id === "string"),
  id: z.custom<JobId>((id) => typeof id === "string"),
  kind: z.enum(KINDS),
});
/** Redis notices within this time that a process fell silent. */
const STALLED_MS = 5000;
/** The store says how often a job is tried; a bell may ring as often as it likes. */
const RINGS_MOST = 1000;

/** Hears BullMQ's bells in this process. Comes back by itself when Redis was away. */
export function bullmqListener(
  { url, prefix, log, backtests, grids, lockMs }: ListenerOptions,
  carryOut: CarryOut,
): QueueListener {
  const trouble = rareLog(log, "Redis (worker)");
  const connections = new Connections(url, trouble);
  let paused = false;
  const answer = async (bell: Bell, token?: string) => {
    if (!paused) return carryOut(bellData.parse(bell.data));
    // It was on its way: for others to hear.
    await bell.moveToDelayed(Date.now(), token);
    throw new DelayedError();
  };
  const listen = (line: string, concurrency: number) => {
    const worker = new Worker(line, answer, {
      ...{ connection: connections.open(), prefix, concurrency },
      ...{ lockDuration: lockMs, stalledInterval: Math.min(STALLED_MS, lockMs / 2), maxStalledCount: RINGS_MOST },
    });
    worker.on("error", trouble);
    return worker;
  };
  const workers = [listen(LINES.backtests, backtests), listen(LINES.grids, grids)] as const;
  return {
    setBacktests(count) {
      workers[0].concurrency = count;
    },
    async pause() {
      paused = true;
      await Promise.allSettled(workers.map((worker) => worker.pause(true)));
    },
    close: () => connections.close(workers.map((worker) => ({ close: () => worker.close(true) }))),
  };
}
