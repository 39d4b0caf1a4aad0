import type { JobId } from "../../core/jobs/job.ts";
import type { Progress } from "../parts.ts";
import type { LastingRedis } from "./redis.ts";

/** How far grids are, for processes that did not hear of it as it happened. */
export interface ProgressBoard {
  /** Notes how many trials there are, before parts of them are noted. */
  begin(id: JobId, total: number): Promise<void>;
  /** Notes that so many trials of a part are done, and gives how far the whole is; null where nothing is known of the whole. */
  note(id: JobId, part: number, done: number): Promise<Progress | null>;
  read(id: JobId): Promise<Progress | null>;
  forget(id: JobId): Promise<void>;
}

const TOTAL = "total";
const KEPT_SECONDS = 3600;

/** A hash for each grid: the number of its trials, and how many of each part are done. */
export function redisProgress(redis: LastingRedis, prefix: string): ProgressBoard {
  const nameOf = (id: JobId) => `${prefix}:progress:${id}`;
  const read = async (id: JobId) => {
    const fields: Record<string, string> = await redis.ask((client) => client.hgetall(nameOf(id)));
    const total = Number(fields[TOTAL]);
    if (!(total > 0)) return null;
    const done = Object.entries(fields).reduce((sum, [name, value]) => (name === TOTAL ? sum : sum + Number(value)), 0);
    return { done: Math.min(done, total), total };
  };
  return {
    async begin(id, total) {
      await redis.ask((client) => client.send("HSET", [nameOf(id), TOTAL, `${total}`]));
      await redis.ask((client) => client.expire(nameOf(id), KEPT_SECONDS));
    },
    async note(id, part, done) {
      await redis.ask((client) => client.send("HSET", [nameOf(id), `${part}`, `${done}`]));
      return read(id);
    },
    read,
    async forget(id) {
      await redis.ask((client) => client.del(nameOf(id)));
    },
  };
}
