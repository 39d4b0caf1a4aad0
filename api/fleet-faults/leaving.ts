import { within } from "../within.ts";
import { LONG_ONE } from "./bodies.ts";
import type { Stage } from "./stage.ts";
import { inHand } from "./turns.ts";

/** What a process may take besides. */
const LEAVE_MS = 10_000;

/** How processes ended that were asked to end in order. */
export interface Leaving {
  /** The exit code, or the signal. */
  readonly worker: string;
  readonly front: string;
  /** Whether the worker had a job in hand when it was asked. */
  readonly busy: boolean;
  /** The answer to a request that waited at the HTTP process for the end of a long job. */
  readonly waited: number;
}

export interface Asked {
  readonly jobs: number;
  /** How long what runs may go on; the rest is handed back. */
  readonly graceMs: number;
  /** Whether Redis is away meanwhile. */
  readonly away: boolean;
}

/** A worker and an HTTP process are asked to end (SIGTERM) under load, which others take over. @throws when they live on */
export async function terminate(stage: Stage, { jobs, graceMs, away }: Asked): Promise<Leaving> {
  const { client, fronts, workers, ways } = stage;
  const settings = { SHUTDOWN_MS: String(graceMs) };
  const [front, worker] = await Promise.all([stage.serve(settings), stage.work(0, settings)]);
  fronts.push(front);
  workers.push(worker);
  const waiting = client.post(front.url, client.newJob(LONG_ONE), "wait=30");
  const load = client.load({ jobs, connections: 4, longIn: 3 });
  let busy = false;
  for (let looks = 0; looks < 400 && !busy; looks++) {
    busy = (await inHand(stage)).some(({ at }) => workers[at] === worker);
    await Bun.sleep(5);
  }
  fronts.pop();
  workers.pop();
  if (away) ways[0].cut();
  worker.kill("SIGTERM");
  front.kill("SIGTERM");
  const ended = Promise.all([worker.ended, front.ended]);
  const [byWorker, byFront] = await within(graceMs + LEAVE_MS, "a process that was asked to end", ended).finally(ways[0].mend);
  await load;
  return { worker: byWorker, front: byFront, busy, waited: (await waiting).status };
}
