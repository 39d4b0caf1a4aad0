import type { UserId } from "../../../core/jobs/job.ts";
import { ConnectionTrouble, isPassing, isUndone } from "./sql-state.ts";

/** Operations of a user that came together, or while others were under way, share one transaction. */
export interface Grouped<Op> {
  /**
   * Resolves with what the operation kept last, once that is committed. One that fails is rejected alone: the transaction is undone, and each
   * operation is carried out in one of its own. Those whose turn does not come in time are rejected and never begun.
   */
  add<T>(user: UserId, make: (keep: (value: T) => void) => Op): Promise<T>;
  /** Refuses what comes after; resolves when what came before is done. */
  close(): Promise<void>;
}

export interface GroupLimits {
  /** Transactions under way. */
  readonly atOnce: number;
  /** What comes while a transaction of its user is under way shares the next one, and waits for it so long at most: that one may be waiting itself. */
  readonly patienceMs: number;
  /** Operations of one transaction. */
  readonly most: number;
  readonly waitMs: number;
}

interface Waiting<Op> {
  readonly op: Op;
  committed(): void;
  reject(cause: unknown): void;
}

/** @param carryOut one transaction for all of these; what it rejects with an SQL state is undone */
export function grouped<Op>(
  { atOnce, patienceMs, most, waitMs }: GroupLimits,
  carryOut: (user: UserId, ops: readonly Op[]) => Promise<void>,
): Grouped<Op> {
  const queues = new Map<UserId, Waiting<Op>[]>();
  /** Users whose transaction is likely to end soon. */
  const awaited = new Set<UserId>();
  let running = 0;
  let planned = false;
  let closed = false;
  const done = Promise.withResolvers<void>();

  async function attempt(user: UserId, batch: readonly Waiting<Op>[]): Promise<void> {
    await carryOut(
      user,
      batch.map(({ op }) => op),
    );
    for (const one of batch) one.committed();
  }

  async function alone(user: UserId, one: Waiting<Op>): Promise<void> {
    try {
      await attempt(user, [one]).catch((cause: unknown) => {
        if (!isPassing(cause)) throw cause;
        return attempt(user, [one]);
      });
    } catch (cause) {
      one.reject(cause);
    }
  }

  async function all(user: UserId, batch: readonly Waiting<Op>[]): Promise<void> {
    const [first] = batch;
    if (first !== undefined && batch.length === 1) return alone(user, first);
    try {
      await attempt(user, batch);
    } catch (cause) {
      if (isUndone(cause)) for (const one of batch) await alone(user, one);
      else for (const one of batch) one.reject(cause);
    }
  }

  function plan(): void {
    if (closed && running === 0 && queues.size === 0) done.resolve();
    if (planned || running >= atOnce || queues.keys().every((user) => awaited.has(user))) return;
    planned = true;
    setImmediate(() => {
      planned = false;
      start();
    });
  }

  function start(): void {
    for (const [user, queue] of queues) {
      if (running >= atOnce) return;
      if (awaited.has(user)) continue;
      const batch = queue.splice(0, most);
      queues.delete(user);
      // Those of a user who has many more wait behind the other users'.
      if (queue.length > 0) queues.set(user, queue);
      running++;
      awaited.add(user);
      const awaitNoMore = () => {
        awaited.delete(user);
        plan();
      };
      const patience = setTimeout(awaitNoMore, patienceMs);
      all(user, batch).finally(() => {
        clearTimeout(patience);
        running--;
        awaitNoMore();
      });
    }
  }

  return {
    add: (user, make) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new Error("the store is closed"));
        let committed = () => {};
        const queue = queues.get(user) ?? [];
        const op = make((value) => {
          committed = () => resolve(value);
        });
        const late = setTimeout(() => {
          const place = queue.indexOf(waiting);
          if (place === -1) return;
          queue.splice(place, 1);
          if (queue.length === 0) queues.delete(user);
          plan();
          reject(new ConnectionTrouble(`the database did not get to this within ${waitMs} ms`));
        }, waitMs);
        const waiting = {
          op,
          committed() {
            clearTimeout(late);
            committed();
          },
          reject(cause: unknown) {
            clearTimeout(late);
            reject(cause);
          },
        };
        queue.push(waiting);
        queues.set(user, queue);
        plan();
      }),
    close() {
      closed = true;
      plan();
      return done.promise;
    },
  };
}
