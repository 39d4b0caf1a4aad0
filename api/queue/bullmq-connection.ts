import { createBunRedisClient } from "bullmq";
import { RedisClient } from "bun";
import { within } from "../within.ts";
import { REDIS_MS } from "./redis.ts";

/** How often a connection is asked whether it is alive, and for how long it may say nothing: it may wait for a bell for up to 10 s. */
const ASK_MS = 5000;
const SILENT_MS = 15_000;
/** One that had no connection for so long was replaced: a client tries with the same one for half a minute. */
const REPLACED_MS = 120_000;

type Client = ReturnType<typeof createBunRedisClient>;

/** Connections for BullMQ, which leaves those that it was given open when it is closed itself. */
export class Connections {
  private readonly clients: Client[] = [];
  /** What the clients work on, and what they made of that; when each was last seen connected. */
  private readonly raws = new Map<RedisClient, number>();
  private readonly asked = new Set<RedisClient>();
  private readonly timer: Timer;
  private closed = false;

  constructor(
    private readonly url: string,
    private readonly trouble: (cause: unknown) => void,
    silentMs = SILENT_MS,
    askMs = ASK_MS,
  ) {
    this.timer = setInterval(() => {
      const now = performance.now();
      for (const [raw, seenMs] of this.raws) {
        if (raw.connected) {
          this.raws.set(raw, now);
          void this.ask(raw, silentMs);
        } else if (now - seenMs > REPLACED_MS) this.raws.delete(raw);
      }
    }, askMs);
    this.timer.unref();
  }

  open(): Client {
    const client = this.insistent(createBunRedisClient(this.noted(new RedisClient(this.url, { connectionTimeout: REDIS_MS }))));
    // Without one that listens, an error that comes after BullMQ stopped listening would end the process.
    client.on("error", this.trouble);
    this.clients.push(client);
    return client;
  }

  /** Closes what works on them first, then these; what does not close in time is left. */
  async close(users: readonly { close(): Promise<unknown> }[]): Promise<void> {
    this.closed = true;
    clearInterval(this.timer);
    await within(REDIS_MS, "Redis", Promise.allSettled(users.map((user) => user.close()))).catch(this.trouble);
    for (const client of this.clients) client.disconnect();
    // BullMQ leaves those that have no connection now: they would try to get one for half a minute, and the process with them.
    for (const raw of this.raws.keys()) raw.close();
  }

  /** BullMQ's client takes itself for connected after a try that failed, and would never try again. */
  private insistent(client: Client): Client {
    const [connect, duplicate] = [client.connect.bind(client), client.duplicate.bind(client)];
    client.connect = async () => {
      try {
        await connect();
      } catch (cause) {
        if (!this.closed) client.disconnect(true);
        throw cause;
      }
    };
    client.duplicate = (...options) => this.insistent(duplicate(...options));
    // The try that it began by itself counts as well.
    client.connect().catch(() => {});
    return client;
  }

  private noted(raw: RedisClient): RedisClient {
    this.raws.set(raw, performance.now());
    const duplicate = raw.duplicate.bind(raw);
    raw.duplicate = async () => this.noted(await duplicate());
    return raw;
  }

  /** A connection whose other end is gone without a word would be waited for as long as the system likes: it is closed, upon which BullMQ makes another. */
  private async ask(raw: RedisClient, silentMs: number): Promise<void> {
    if (this.asked.has(raw)) return;
    this.asked.add(raw);
    const heard = raw.ping().catch(() => {});
    await within(silentMs, "Redis", heard).catch((cause: unknown) => {
      this.trouble(cause);
      raw.close();
    });
    this.asked.delete(raw);
  }
}
