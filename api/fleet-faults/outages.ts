import { uniforms } from "../../core/random.ts";
import type { Load } from "./client.ts";
import type { Stage } from "./stage.ts";
import type { Way } from "./way.ts";

/** Between one happening and the next. */
const QUIET_MS = 200;

/** Jobs are sent while these things happen, one after the other. Resolves when all jobs were accepted. */
export async function underLoad(
  { client }: Stage,
  load: Load,
  ...happenings: readonly (() => Promise<unknown>)[]
): Promise<void> {
  let isOver = false;
  const sending = client.load(load, () => isOver);
  await Bun.sleep(QUIET_MS);
  for (const happen of happenings) {
    await happen();
    await Bun.sleep(QUIET_MS);
  }
  isOver = true;
  await sending;
}

/** Redis ends in order and comes back; is killed, with its file, and comes back. */
export const restartRedis = (stage: Stage) => () => stage.redis.restart();
export const killRedis = (stage: Stage) => async () => {
  await stage.redis.kill9();
  await stage.redis.start();
};
export const restartPostgres = (stage: Stage, how: "fast" | "immediate") => () => stage.postgres.restart(how);

/** Ends single connections to the database, of any process, at random moments; the last one is killed, upon which the server ends all and recovers. */
export const killBackends = (stage: Stage, times: number, seed: number) => async () => {
  const uniform = uniforms(seed);
  for (let k = 1; k <= times; k++) {
    await Bun.sleep(100 * uniform());
    const backends = (await stage.postgres.backends()).filter(({ application }) => application.startsWith("backgrid"));
    const one = backends[Math.floor(uniform() * backends.length)];
    if (one === undefined) continue;
    if (k < times) process.kill(one.pid, "SIGTERM");
    else process.kill(one.pid, "SIGKILL");
  }
};

/** These ways to Redis lead nowhere for so long: every connection is refused, or nobody hears anything. */
export const lose = (ways: readonly Way[], how: "cut" | "swallow", ms: number) => async () => {
  for (const way of ways) way[how]();
  await Bun.sleep(ms);
  for (const way of ways) way.mend();
};
