import { type AppError, fail } from "../core/errors.ts";
import type { JobStore } from "../core/jobs/store.ts";
import { ok, type Result } from "../core/result.ts";
import type { Runner } from "./parts.ts";

/**
 * Where a process of a test can be killed: a job is committed and nobody was told; committed and not rung for; before its outcome is written;
 * inside of the transaction that writes it; after that, with nobody told.
 */
export const FAULT_POINTS = ["after_commit", "before_enqueue", "before_finish", "mid_equity", "after_finish"] as const;
export type FaultPoint = (typeof FAULT_POINTS)[number];
/** Is told of every point that the work comes by. */
export type OnPoint = (point: FaultPoint) => void;

/**
 * Reads `point[:n]`: kills this process when it comes by that point the n-th time (1 where no n is given). Errors: `invalid_request`.
 * @param kill sends a signal to a process
 */
export function killAt(
  setting: string,
  kill: (pid: number, signal: "SIGKILL") => unknown = process.kill,
): Result<OnPoint, AppError> {
  const [name = "", times = "1", ...rest] = setting.split(":");
  const wanted = FAULT_POINTS.find((point) => point === name);
  if (wanted === undefined || rest.length > 0 || !/^[1-9]\d{0,8}$/.test(times)) {
    const message = `BG_FAULT must be one of ${FAULT_POINTS.join(", ")}, with a count such as :3 or without: got ${JSON.stringify(setting)}`;
    return fail("invalid_request", message, [{ path: "BG_FAULT", message }]);
  }
  let left = Number(times);
  return ok((point) => {
    if (point === wanted && --left === 0) kill(process.pid, "SIGKILL");
  });
}

/** The store of jobs with its points: those around its transactions; the one inside of them is the store's own. */
export function jobsWithPoints(jobs: JobStore, onPoint: OnPoint): JobStore {
  return {
    ...jobs,
    async accept(user, job, key, bars) {
      const acceptance = await jobs.accept(user, job, key, bars);
      onPoint("after_commit");
      return acceptance;
    },
    async acceptBatch(...given) {
      const acceptance = await jobs.acceptBatch(...given);
      onPoint("after_commit");
      return acceptance;
    },
    async finish(user, id, attempt, output) {
      onPoint("before_finish");
      const written = await jobs.finish(user, id, attempt, output);
      onPoint("after_finish");
      return written;
    },
  };
}

export function runnerWithPoints(runner: Runner, onPoint: OnPoint): Runner {
  return {
    pool: runner.pool,
    get queued() {
      return runner.queued;
    },
    ring(job, waiting) {
      onPoint("before_enqueue");
      runner.ring(job, waiting);
    },
    wait: runner.wait,
    cancelled: runner.cancelled,
    subscribe: runner.subscribe,
    progress: runner.progress,
  };
}
