import { RedisClient } from "bun";
import { type AppError, fail } from "../../core/errors.ts";
import { ok, type Result } from "../../core/result.ts";
import { within } from "../within.ts";

/** Every answer of Redis is waited for this long at most. */
export const REDIS_MS = 2000;

export interface RedisState {
  readonly version: string;
  readonly evictionPolicy: string;
  readonly appendOnly: boolean;
}

const RETRY_MS = 500;
/** How often a connection that nobody asks anything is asked whether it is alive. */
const ASK_MS = 5000;

/** A connection that is made anew whenever it broke. */
export interface LastingRedis {
  /** Carries out one command. Rejects when Redis is away or does not answer in time: nothing is kept to be done later. */
  ask<T>(command: (client: RedisClient) => Promise<T>): Promise<T>;
  close(): void;
}

/**
 * Keeps one connection at a time; a client of Bun that reconnects by itself forgets its subscriptions, and what it was told while it was away.
 * @param trouble is told why a connection broke or could not be made
 * @param prepare is done with each new connection before it is used
 */
export function lastingRedis(
  url: string,
  trouble: (cause: unknown) => void,
  prepare: (client: RedisClient) => Promise<unknown> = async () => {},
): LastingRedis {
  let present: { readonly client: RedisClient; readonly broke: (cause: unknown) => void } | null = null;
  let closed = false;

  async function connect(): Promise<void> {
    if (closed) return;
    const client = new RedisClient(url, { connectionTimeout: REDIS_MS, autoReconnect: false });
    let over = false;
    const broke = (cause: unknown) => {
      if (over) return;
      over = true;
      if (present?.client === client) present = null;
      client.close();
      if (closed) return;
      trouble(cause);
      setTimeout(() => void connect(), RETRY_MS).unref();
    };
    client.onclose = broke;
    try {
      await within(REDIS_MS, "Redis", client.connect());
      await within(REDIS_MS, "Redis", prepare(client));
      if (closed) client.close();
      else if (!over) present = { client, broke };
    } catch (cause) {
      broke(cause);
    }
  }
  const first = connect();

  /** One that does not answer is given up: its other end may be gone without a word. */
  async function ask<T>(command: (client: RedisClient) => Promise<T>): Promise<T> {
    if (present === null) await first;
    if (present === null) throw new Error("Redis is away");
    const { client, broke } = present;
    let answered = false;
    const done = () => {
      answered = true;
    };
    const answer = command(client);
    answer.then(done, done);
    return within(REDIS_MS, "Redis", answer).catch((cause: unknown) => {
      if (!answered) broke(cause);
      throw cause;
    });
  }
  const timer = setInterval(() => {
    if (present !== null) ask((client) => client.ping()).catch(() => {});
  }, ASK_MS);
  timer.unref();

  return {
    ask,
    close() {
      closed = true;
      clearInterval(timer);
      present?.client.close();
    },
  };
}

/** @throws when Redis does not answer in time */
export async function redisState(client: RedisClient): Promise<RedisState> {
  const info: unknown = await within(REDIS_MS, "Redis", client.send("INFO", []));
  const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(String(info))?.[1] ?? "";
  return {
    version: field("redis_version"),
    evictionPolicy: field("maxmemory_policy"),
    appendOnly: field("aof_enabled") === "1",
  };
}

/** Whether this Redis may hold a queue. Errors: `unavailable` for one that throws keys away when its memory is full, and for one that does not answer. */
export async function judgeRedis(url: string): Promise<Result<RedisState, AppError>> {
  const client = new RedisClient(url, { connectionTimeout: REDIS_MS, autoReconnect: false });
  try {
    const state = await redisState(client);
    if (state.evictionPolicy === "noeviction") return ok(state);
    const detail = `Redis throws away keys when its memory is full (maxmemory-policy ${state.evictionPolicy}), and jobs with them: set maxmemory-policy noeviction`;
    return fail("forbidden", detail);
  } catch (cause) {
    return fail("unavailable", `Redis does not answer: ${cause instanceof Error ? cause.message : String(cause)}`);
  } finally {
    client.close();
  }
}
