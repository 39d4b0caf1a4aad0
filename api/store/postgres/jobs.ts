import type { JobId, UserId, WorkKind } from "../../../core/jobs/job.ts";
import type { FoundJob, JobStore, PartReader, PartStore } from "../../../core/jobs/store.ts";
import * as operations from "./job-operations.ts";
import { batchList, batchOf, listOf, sweepList } from "./lists.ts";
import { curveOf, longCurveOf, previewOf, resultOf, sweepOf, trialsOf, walkForwardOf } from "./outputs.ts";
import * as partOperations from "./part-operations.ts";
import { batchIdOf, jobIn, partOutputIn, partsIn, replayOf } from "./reads.ts";
import type { Transactions } from "./transactions.ts";

/** How many jobs of a kind wait, and for how long the oldest has been there. */
export interface QueueDepth {
  readonly kind: WorkKind;
  readonly queued: number;
  readonly oldestMs: number;
}

export type PostgresJobs = JobStore & PartStore & PartReader & { depth(): Promise<readonly QueueDepth[]> };

interface DueRow {
  readonly user_id: UserId;
  readonly id: JobId;
  readonly kind: WorkKind;
  readonly status: "queued" | "running";
  readonly attempt: number;
}

interface RunningRow {
  readonly user_id: UserId;
  readonly id: JobId;
  readonly worker: string;
}

interface DepthRow {
  readonly kind: WorkKind;
  readonly queued: number;
  readonly oldest_ms: number;
}

const backtests = listOf("backtest");
const walkForwards = listOf("walk_forward");

/** @param clock in place of the database's, for tests */
export function postgresJobs(
  { read, write, long, acrossUsers }: Transactions,
  clock?: () => number,
): Omit<PostgresJobs, "close"> {
  async function due(limit: number): Promise<readonly FoundJob[]> {
    const rows = await acrossUsers((tx) =>
      tx.query<DueRow>("SELECT * FROM due_jobs($1::bigint, $2)", [clock === undefined ? null : clock(), limit]),
    );
    const found = await Promise.all(
      rows.map(async ({ user_id: user, id, kind, status, attempt }): Promise<readonly FoundJob[]> => {
        const job = { user, id, kind, attempt };
        if (status === "queued") return [job];
        const lost = await write(user, operations.expire(id));
        if (!lost.changed) return [];
        return lost.sweep === null ? [job] : [job, { user, ...lost.sweep, kind: "sweep" }];
      }),
    );
    return found.flat();
  }

  async function releaseDead(isDead: (worker: string) => boolean): Promise<number> {
    const rows = await acrossUsers((tx) => tx.query<RunningRow>("SELECT * FROM running_jobs()"));
    const lost = rows.filter(({ worker }) => isDead(worker));
    const ends = await Promise.all(lost.map(({ user_id: user, id, worker }) => write(user, operations.orphan(id, worker))));
    return ends.filter(({ changed }) => changed).length;
  }

  async function forgetKeys(olderThanMs: number): Promise<number> {
    return acrossUsers(async (tx) => {
      const [row] = await tx.query<{ readonly n: number }>("SELECT forget_keys($1) AS n", [(await tx.nowMs) - olderThanMs]);
      return row?.n ?? 0;
    });
  }

  return {
    accept: (user, job, key, bars) => write(user, operations.accept(null, [job], key, bars === null ? [] : [bars])),
    acceptBatch: (user, batch, jobs, key, bars) => write(user, operations.accept(batch, jobs, key, bars)),
    batchOf: (user, id) => read(user, (tx) => batchIdOf(tx, id)),
    batch: (user, id) => read(user, (tx) => batchOf(tx, id)),
    listBatches: (user, limit, after) => read(user, (tx) => batchList(tx, limit, after)),
    replay: (user, key) => read(user, (tx) => replayOf(tx, key)),
    find: (user, id) => read(user, (tx) => jobIn(tx, id)),
    list: (user, filter, limit, after) => read(user, (tx) => backtests(tx, filter, limit, after)),
    listSweeps: (user, filter, limit, after) => read(user, (tx) => sweepList(tx, filter, limit, after)),
    listWalkForwards: (user, filter, limit, after) => read(user, (tx) => walkForwards(tx, filter, limit, after)),
    result: (user, id) => read(user, (tx) => resultOf(tx, id)),
    async curve(user, id) {
      const short = await read(user, (tx) => curveOf(tx, id));
      const found = short === "long" ? await long(user, (tx) => longCurveOf(tx, id)) : short;
      return found?.();
    },
    preview: async (user, id) => (await read(user, (tx) => previewOf(tx, id)))?.(),
    sweep: (user, id) => read(user, (tx) => sweepOf(tx, id)),
    trials: async (user, id) => (await long(user, (tx) => trialsOf(tx, id)))?.(),
    walkForward: (user, id) => read(user, (tx) => walkForwardOf(tx, id)),

    take: (user, id, worker, leaseMs) => write(user, operations.take(id, worker, leaseMs)),
    renew: (user, id, attempt, leaseMs) => write(user, operations.renew(id, attempt, leaseMs)),
    attach: (user, id, attempt, bars) => write(user, operations.attach(id, attempt, bars)),
    finish: (user, id, attempt, output) => write(user, operations.finish(id, attempt, output)),
    giveUp: (user, id, attempt, problem, again) => write(user, operations.giveUp(id, attempt, problem, again)),
    release: (user, id, attempt) => write(user, operations.release(id, attempt)),
    cancel: (user, id) => write(user, operations.cancel(id)),
    remove: (user, id) => write(user, operations.remove(id)),

    split: async (user, sweep, attempt, parts) => write(user, partOperations.split(sweep, attempt, parts)),
    takePart: (user, id, worker, leaseMs) => write(user, partOperations.takePart(id, worker, leaseMs)),
    finishPart: (user, id, attempt, output) => write(user, partOperations.finishPart(id, attempt, output)),
    partsOf: (user, sweep) => read(user, (tx) => partsIn(tx, sweep)),
    partOutput: (user, id) => long(user, (tx) => partOutputIn(tx, id)),

    due,
    releaseDead,
    forgetKeys,
    async depth() {
      const rows = await acrossUsers((tx) => tx.query<DepthRow>("SELECT * FROM queue_depth()"));
      return rows.map(({ kind, queued, oldest_ms: oldestMs }) => ({ kind, queued, oldestMs }));
    },
    async ping() {
      await acrossUsers((tx) => tx.query("SELECT FROM bars LIMIT 1"));
    },
  };
}
