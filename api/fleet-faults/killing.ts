import type { FaultPoint } from "../faults.ts";
import { until } from "../test-until.ts";
import { isIdle } from "./audit.ts";
import { USUAL } from "./bodies.ts";
import { ASYNC, type Load } from "./client.ts";
import type { Stage } from "./stage.ts";
import { type InHand, inHand, watched } from "./turns.ts";

const LOOKS = 100;

export interface Storm extends Load {
  readonly everyMs: number;
  /** As many, and jobs are sent as long as that takes; null: until all that was sent has come to its end. */
  readonly kills: number | null;
}

export interface StormReport {
  readonly kills: number;
  /** Those of them that hit a worker with a job in hand. */
  readonly inMidJob: number;
}

/**
 * Kills a worker every so often while jobs are sent, where there is one that has a job in hand.
 * @param besides what happens after the first kill, the second, …
 */
export async function killWorkers(
  stage: Stage,
  { everyMs, kills, ...load }: Storm,
  besides: readonly (() => Promise<unknown>)[] = [],
): Promise<StormReport> {
  const rest = [...besides];
  const report = { kills: 0, inMidJob: 0 };
  const sending = watched(stage.client.load(load, () => report.kills >= (kills ?? 0)));
  const isEnough = async () => (kills === null ? sending.isOver() && (await isIdle(stage)) : report.kills >= kills);
  const startedMs = performance.now();
  while (!(await isEnough())) {
    await Bun.sleep(Math.max(0, startedMs + (report.kills + 1) * everyMs - performance.now()));
    const busy = await someInHand(stage, report.kills);
    await stage.replaceWorker(busy?.at ?? report.kills % stage.workers.length);
    report.kills++;
    if (busy !== undefined) report.inMidJob++;
    await rest.shift()?.();
  }
  await sending.promise;
  return report;
}

/** A job that a worker has in hand, or is to have soon: of the workers by turns. */
async function someInHand(stage: Stage, turn: number): Promise<InHand | undefined> {
  for (let looks = 0; looks < LOOKS; looks++) {
    const [first, ...others] = await heldNow(stage);
    if (first !== undefined) return [first, ...others].find(({ at }) => at === turn % stage.workers.length) ?? first;
    await Bun.sleep(5);
  }
  return undefined;
}

/** What workers have in hand; nothing while the database does not say. */
async function heldNow(stage: Stage): Promise<readonly InHand[]> {
  try {
    return await inHand(stage);
  } catch {
    return [];
  }
}

/** A worker more, killed where it comes by a point; jobs are sent until it has. @throws when it lives on */
export async function killWorkerAt(stage: Stage, point: FaultPoint): Promise<void> {
  const worker = await stage.work(0, { BG_FAULT: point });
  const life = watched(worker.ended);
  await until(async () => {
    if (!life.isOver()) await stage.client.load({ jobs: 4, connections: 4 });
    return life.isOver();
  });
  await endedBy(worker.ended, "SIGKILL");
}

/**
 * An HTTP process more, killed where it comes by a point while it accepts a job, which nobody sends again before it has come to its end.
 * @throws when it lives on, or the job does not end within 60 s
 */
export async function killFrontAt(stage: Stage, point: FaultPoint): Promise<void> {
  const { client, sql } = stage;
  const front = await stage.serve({ BG_FAULT: point });
  const job = client.newJob(USUAL[0]!);
  const answer = await client.post(front.url, job, ASYNC).catch(() => null);
  if (answer !== null) throw new Error(`killed at ${point}, it answered ${answer.status}`);
  await endedBy(front.ended, "SIGKILL");
  await until(async () => {
    const [row] = await sql`
      select status from backgrid.jobs j join backgrid.idempotency_keys k on (k.user_id, k.job_id) = (j.user_id, j.id)
      where k.key = ${job.key}`;
    return row?.status === "completed";
  }, 60_000);
  await client.sendAgain(job);
}

/** HTTP processes more, each killed as soon as its 202 has come. @throws when one of the jobs does not end within 60 s */
export async function killFrontsAfter202(stage: Stage, times: number): Promise<void> {
  const { client } = stage;
  for (let k = 0; k < times; k++) {
    const front = await stage.serve();
    const answer = await client.post(front.url, client.newJob(USUAL[k % USUAL.length]!), ASYNC);
    front.kill("SIGKILL");
    if (answer.status !== 202) throw new Error(`a new job is answered with ${answer.status}`);
    await endedBy(front.ended, "SIGKILL");
  }
  await until(() => isIdle(stage), 60_000);
}

async function endedBy(ended: Promise<string>, wanted: string): Promise<void> {
  const how = await ended;
  if (how !== wanted) throw new Error(`a process ended with ${how} in place of ${wanted}`);
}
