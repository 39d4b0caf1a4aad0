import { until } from "../test-until.ts";
import { isIdle } from "./audit.ts";
import { LONG_ONE } from "./bodies.ts";
import { ASYNC } from "./client.ts";
import type { Stage } from "./stage.ts";
import { type InHand, inHand } from "./turns.ts";

/** What was on its way to the database has arrived. */
const IN_FLIGHT_MS = 50;
const PATIENCE_MS = 20_000;

/** What became of a job that a worker had in hand when it fell silent. */
export interface Held {
  readonly status: string;
  readonly attempt: number;
  /** Whether anything was written to the job, or its result, when the worker could speak again. */
  readonly rewritten: boolean;
}

/** The second worker has a long job in hand: such are sent until it has. */
async function heldBySecond(stage: Stage): Promise<InHand> {
  for (;;) {
    await stage.client.send(LONG_ONE, ASYNC);
    for (let looks = 0; looks < 50; looks++) {
      const held = (await inHand(stage)).find(({ at }) => at === 1);
      if (held !== undefined) return held;
      await Bun.sleep(5);
    }
  }
}

/** The rows of a job and its result, and the transactions that wrote them. */
async function rowsOf(
  { sql }: Stage,
  id: string,
): Promise<{ readonly status: string; readonly attempt: number; readonly told: string }> {
  const rows = await sql`
    select status, attempt::int, concat_ws(' ', j.xmin, r.xmin, t.xmin) as told
    from backgrid.jobs j
    left join backgrid.results r on (r.user_id, r.job_id) = (j.user_id, j.id)
    left join backgrid.trials t on (t.user_id, t.job_id) = (j.user_id, j.id)
    where j.id = ${id}`;
  const [row] = rows;
  if (row === undefined) throw new Error(`the job ${id} is missing`);
  return { status: row.status, attempt: row.attempt, told: row.told };
}

async function isFinal(stage: Stage, id: string): Promise<boolean> {
  const { status } = await rowsOf(stage, id);
  return status !== "queued" && status !== "running";
}

/**
 * A worker is frozen with a job in hand for twice its lease, and woken when another has brought the job to its end. Its children are not frozen: what they
 * computed waits for it, and is late.
 */
export async function freezeWorker(stage: Stage): Promise<Held & { readonly endedElsewhereMs: number }> {
  const worker = stage.workers[1]!;
  const { id } = await heldBySecond(stage);
  worker.kill("SIGSTOP");
  const frozenMs = performance.now();
  await Bun.sleep(IN_FLIGHT_MS);
  if (await isFinal(stage, id)) {
    worker.kill("SIGCONT");
    return freezeWorker(stage);
  }
  let endedElsewhereMs = 0;
  const elsewhere = until(() => isFinal(stage, id), 2 * stage.leaseMs + PATIENCE_MS).then(() => {
    endedElsewhereMs = performance.now() - frozenMs;
  });
  await Promise.all([Bun.sleep(2 * stage.leaseMs), elsewhere]).finally(() => worker.kill("SIGCONT"));
  return { ...(await afterwards(stage, id)), endedElsewhereMs };
}

/**
 * A worker is cut off from Redis with a job in hand, for twice its lease, but not from the database: it brings the job to its end, while others bring to their
 * end those that are accepted meanwhile.
 */
export async function cutWorkerOff(stage: Stage, how: "cut" | "swallow", jobs: number): Promise<Held> {
  const { client, ways } = stage;
  const { id } = await heldBySecond(stage);
  ways[1][how]();
  const others = client.load({ jobs, connections: 2 }).then(() => until(() => isIdle(stage)));
  await Promise.all([Bun.sleep(2 * stage.leaseMs), others]).finally(ways[1].mend);
  return afterwards(stage, id);
}

/** Gives a worker that can speak again the time to do so. */
async function afterwards(stage: Stage, id: string): Promise<Held> {
  const before = await rowsOf(stage, id);
  await until(() => isIdle(stage));
  await Bun.sleep(stage.leaseMs / 3);
  const { status, attempt, told } = await rowsOf(stage, id);
  return { status, attempt, rewritten: told !== before.told };
}
