import { z } from "zod";
import { JOB_STATUSES, type JobId, type UserId } from "../../core/jobs/job.ts";
import type { Log } from "../parts.ts";
import { rareLog } from "./rare-log.ts";
import { lastingRedis } from "./redis.ts";

const ref = { user: z.custom<UserId>((id) => typeof id === "string"), id: z.custom<JobId>((id) => typeof id === "string") };
const newsItem = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("state"), ...ref, status: z.enum(JOB_STATUSES), attempt: z.number() }),
  z.object({ kind: z.literal("progress"), ...ref, done: z.number(), total: z.number() }),
  z.object({ kind: z.literal("cancel"), ...ref }),
]);

/** What processes tell each other of jobs: a state that a job came into, how far it is, and that it was cancelled. */
export type NewsItem = z.infer<typeof newsItem>;

/** News between processes, as they happen and never again: who must know for sure asks the store. */
export interface News {
  tell(item: NewsItem): void;
  close(): void;
}

/**
 * News over Redis; what is told while Redis is away is lost.
 * @param onItem is told what any process tells, this one included
 */
export function redisNews(url: string, prefix: string, log: Log, onItem: ((item: NewsItem) => void) | null): News {
  const channel = `${prefix}:news`;
  const trouble = rareLog(log, "Redis (news)");
  const mouth = lastingRedis(url, trouble);
  const hear = (text: string) => {
    const item = newsItem.safeParse(parsed(text));
    if (item.success) onItem?.(item.data);
  };
  const ear = onItem === null ? null : lastingRedis(url, trouble, (client) => client.subscribe(channel, hear));
  return {
    tell(item) {
      mouth.ask((client) => client.publish(channel, JSON.stringify(item))).catch(trouble);
    },
    close() {
      ear?.close();
      mouth.close();
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
