import type { ReservedSql, Sql } from "postgres";
import type { UserId } from "../../../core/jobs/job.ts";
import { ConnectionTrouble } from "./sql-state.ts";

export type Param = string | number | null | Uint8Array;

/** One transaction on a connection that nobody else uses meanwhile. */
export interface Tx {
  /** The connection itself, for what sends more than statements. */
  readonly sql: ReservedSql;
  /** When the transaction began by the database's clock, epoch ms; there with the first answers. */
  readonly nowMs: Promise<number>;
  /**
   * Sends a statement behind those sent before, without waiting for them. What it rejects with undoes the transaction, also where nobody looks at
   * the promise.
   * @param text a constant: it is prepared once a connection
   */
  query<Row extends object>(text: string, params?: readonly Param[]): Promise<readonly Row[]>;
}

/** How long a transaction may wait for a connection, and then last. */
export interface Limits {
  readonly waitMs: number;
  readonly runMs: number;
}

/** Some connections, each for one transaction at a time. */
export interface Lanes {
  /**
   * Carries out a transaction for a user, or for none: it is committed when `work` is done and all statements that it sent are, and undone when any
   * of them fails. The connection of one that outlasts its limits is closed, since the server may be frozen.
   */
  run<T>(user: UserId | null, limits: Limits, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** After what is under way; refuses what comes after. */
  close(): Promise<void>;
}

interface Lane {
  sql: Sql;
}

type Waiting = (lane: Lane) => void;

interface BeginRow {
  readonly now_ms: number;
}

const NOW = "floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms";
const BEGIN_FOR = `SELECT set_config('app.user_id', $1, true), ${NOW}`;
const BEGIN_FOR_NONE = `SELECT ${NOW}`;

/**
 * @param connect makes a pool of one connection
 * @param clock   in place of the database's, for tests
 */
export function openLanes(connect: () => Sql, count: number, clock?: () => number): Lanes {
  const idle: Lane[] = Array.from({ length: count }, () => ({ sql: connect() }));
  const all = [...idle];
  const waiting: Waiting[] = [];
  let closed = false;
  let drained: (() => void) | undefined;

  /** The lane of a transaction that failed is the last to be used again: its connection may have to be made anew. */
  function giveBack(lane: Lane, failed: boolean): void {
    const next = waiting.shift();
    if (next !== undefined) next(lane);
    else if (failed) idle.unshift(lane);
    else idle.push(lane);
    if (idle.length === count) drained?.();
  }

  function acquire(waitMs: number): Promise<Lane> {
    const lane = idle.pop();
    if (lane !== undefined) return Promise.resolve(lane);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(start), 1);
        reject(new ConnectionTrouble(`the database had no connection free within ${waitMs} ms`));
      }, waitMs);
      const start = (free: Lane) => {
        clearTimeout(timer);
        resolve(free);
      };
      waiting.push(start);
    });
  }

  /** Ends the connection, whatever the server does, and has another made for whoever comes next. */
  function replace(lane: Lane): void {
    const lost = lane.sql;
    lane.sql = connect();
    lost.end({ timeout: 0 }).catch(ignore);
  }

  return {
    async run(user, { waitMs, runMs }, work) {
      if (closed) throw new Error("the store is closed");
      const lane = await acquire(waitMs);
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          replace(lane);
          reject(new ConnectionTrouble(`the database did not answer within ${runMs} ms`));
        }, runMs);
      });
      const done = transaction(lane.sql, user, clock, work);
      try {
        return await Promise.race([done, late]);
      } finally {
        clearTimeout(timer);
        done.then(
          () => giveBack(lane, false),
          () => giveBack(lane, true),
        );
      }
    },
    async close() {
      if (closed) return;
      closed = true;
      if (idle.length < count) {
        await new Promise<void>((resolve) => {
          drained = resolve;
        });
      }
      await Promise.all(all.map(({ sql }) => sql.end({ timeout: 1 })));
    },
  };
}

const PREPARED = { prepare: true };
const ignore = () => {};

async function transaction<T>(
  sql: Sql,
  user: UserId | null,
  clock: (() => number) | undefined,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const session = await sql.reserve();
  const sent: Promise<unknown>[] = [];
  const follow = <R>(statement: Promise<R>): Promise<R> => {
    statement.catch(ignore);
    sent.push(statement);
    return statement;
  };
  const query = <Row extends object>(text: string, params: readonly Param[] = []) =>
    follow<readonly Row[]>(session.unsafe<Row[]>(text, [...params], PREPARED).execute());
  try {
    follow(session.unsafe("BEGIN").execute());
    const begun = user === null ? query<BeginRow>(BEGIN_FOR_NONE) : query<BeginRow>(BEGIN_FOR, [user]);
    const nowMs = clock === undefined ? begun.then(([row]) => row!.now_ms) : Promise.resolve(clock());
    nowMs.catch(ignore);
    const value = await work({ sql: session, nowMs, query });
    const ended = session.unsafe("COMMIT").execute();
    ended.catch(ignore);
    await throwFirst(sent);
    if ((await ended).command !== "COMMIT") throw new Error("the database undid a transaction without saying why");
    return value;
  } catch (cause) {
    await session.unsafe("ROLLBACK").catch(ignore);
    await throwFirst(sent);
    throw cause;
  } finally {
    session.release();
  }
}

/** Waits for all. The order of statements is that of their failures: the first that failed is why the others did. */
async function throwFirst(statements: readonly Promise<unknown>[]): Promise<void> {
  for (const end of await Promise.allSettled(statements)) if (end.status === "rejected") throw end.reason;
}
