import { RedisClient } from "bun";
import { LINES } from "../queue/bullmq-queue.ts";

const LISTS = ["wait", "active", "paused"];
const SETS = ["prioritized", "delayed", "waiting-children", "failed"];

/** What is left in Redis of bells that were rung: those that wait, are being answered, or failed. */
export async function bellsLeft(url: string, prefix: string): Promise<readonly string[]> {
  const client = new RedisClient(url, { connectionTimeout: 2000, autoReconnect: false });
  try {
    const left = Object.values(LINES).flatMap((line) => [
      ...LISTS.map(async (state) => ({ line, state, count: await client.llen(`${prefix}:${line}:${state}`) })),
      ...SETS.map(async (state) => ({ line, state, count: await client.zcard(`${prefix}:${line}:${state}`) })),
    ]);
    const counted = await Promise.all(left);
    return counted.flatMap(({ line, state, count }) => (count > 0 ? [`${count} ${state} in ${line}`] : []));
  } finally {
    client.close();
  }
}
