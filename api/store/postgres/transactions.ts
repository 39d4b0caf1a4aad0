import type { UserId } from "../../../core/jobs/job.ts";
import { grouped } from "./grouped.ts";
import type { Lanes, Limits, Tx } from "./lanes.ts";
import { type Ledger, openLedger } from "./ledger.ts";
import { lockRows } from "./lock-rows.ts";
import type { Operation } from "./operation.ts";
import { isPassing } from "./sql-state.ts";
import { type Hooks, writeChanges } from "./write-changes.ts";

/** What is asked of the tables, in transactions that many share. */
export interface Transactions {
  /** Together with the other writes of this user. */
  write<T>(user: UserId, operation: Operation<T>): Promise<T>;
  /** Together with the other reads of this user. @param read may be done twice */
  read<T>(user: UserId, read: (tx: Tx) => Promise<T>): Promise<T>;
  /** In a transaction of its own, of no user. */
  acrossUsers<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** In a transaction of its own, with time for long values; once more after a conflict that passes. @param user null: of none */
  long<T>(user: UserId | null, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Ends what was asked for before, and refuses what comes after. */
  close(): Promise<void>;
}

interface WaitingWrite extends Pick<Operation<unknown>, "needs"> {
  run(ledger: Ledger): void;
}

/** What sends or reads more than this has a transaction of its own, behind which nothing small waits. */
const LARGE_BYTES = 1024 * 1024;
/** A frozen server is given up on after this. */
const LIMIT_MS = 10_000;
const LONG_STATEMENTS = "SELECT set_config('statement_timeout', '30000', true), set_config('lock_timeout', '10000', true)";
/** Operations of one transaction. */
const MOST = 64;
/** Two transactions, of two users, or where one of them waits for a lock or has much to send. */
const AT_ONCE = { atOnce: 2, patienceMs: 20 } as const;

/** @param limitMs how long a transaction without long values may last; it waits half as long for a connection */
export function transactions(lanes: Lanes, hooks: Hooks, limitMs = LIMIT_MS): Transactions {
  const short: Limits = { waitMs: limitMs / 2, runMs: limitMs };
  const long: Limits = { waitMs: 2 * limitMs, runMs: 6 * limitMs };

  async function carryOut(tx: Tx, user: UserId, ops: readonly WaitingWrite[]): Promise<void> {
    const found = await lockRows(
      tx,
      ops.map(({ needs }) => needs),
    );
    const ledger = openLedger(found);
    for (const op of ops) op.run(ledger);
    await writeChanges(tx, user, ledger.changes, hooks);
  }

  const inLong = <T>(user: UserId | null, work: (tx: Tx) => Promise<T>) =>
    lanes.run(user, long, (tx) => {
      tx.query(LONG_STATEMENTS);
      return work(tx);
    });
  const writes = grouped<WaitingWrite>({ ...AT_ONCE, most: MOST, waitMs: short.waitMs }, (user, ops) =>
    lanes.run(user, short, (tx) => carryOut(tx, user, ops)),
  );
  const longWrites = grouped<WaitingWrite>({ ...AT_ONCE, most: 1, waitMs: long.waitMs }, (user, ops) =>
    inLong(user, (tx) => carryOut(tx, user, ops)),
  );
  const reads = grouped<(tx: Tx) => Promise<void>>({ ...AT_ONCE, most: MOST, waitMs: short.waitMs }, (user, ops) =>
    lanes.run(user, short, async (tx) => {
      await Promise.all(ops.map((read) => read(tx)));
    }),
  );

  return {
    write: (user, { needs, bytes, carryOut: act }) =>
      (bytes > LARGE_BYTES ? longWrites : writes).add(user, (keep) => ({ needs, run: (ledger) => keep(act(ledger)) })),
    read: (user, read) => reads.add(user, (keep) => async (tx) => keep(await read(tx))),
    acrossUsers: (work) => lanes.run(null, short, work),
    long: (user, work) =>
      inLong(user, work).catch((cause: unknown) => {
        if (!isPassing(cause)) throw cause;
        return inLong(user, work);
      }),
    async close() {
      await Promise.all([writes.close(), longWrites.close(), reads.close()]);
      await lanes.close();
    },
  };
}
