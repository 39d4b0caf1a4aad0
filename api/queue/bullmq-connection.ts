import { createBunRedisClient } from "bullmq";
import { RedisClient } from "bun";
import { within } from "../within.ts";
import { REDIS_MS } from "./redis.ts";

/** Connections for BullMQ, which leaves those that it was given open when it is closed itself. */
export class Connections {
  private readonly clients: ReturnType<typeof createBunRedisClient>[] = [];

  constructor(
    private readonly url: string,
    private readonly trouble: (cause: unknown) => void,
  ) {}

  open(): ReturnType<typeof createBunRedisClient> {
    const client = createBunRedisClient(new RedisClient(this.url));
    // Without one that listens, an error that comes after BullMQ stopped listening would end the process.
    client.on("error", this.trouble);
    this.clients.push(client);
    return client;
  }

  /** Closes what works on them first, then these; what does not close in time is left. */
  async close(users: readonly { close(): Promise<unknown> }[]): Promise<void> {
    await within(REDIS_MS, "Redis", Promise.allSettled(users.map((user) => user.close()))).catch(this.trouble);
    for (const client of this.clients) client.disconnect();
  }
}
