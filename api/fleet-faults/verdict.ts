import { livingOf } from "../kills/children.ts";
import { type Findings, findingsOf, openIn } from "./audit.ts";
import { bellsLeft } from "./bells.ts";
import { USUAL } from "./bodies.ts";
import type { Stage } from "./stage.ts";

/** What is to be said after a fault. */
export interface Verdict extends Findings {
  /** Processes that should work and do not: gone, silent, or without an end to a new job. */
  readonly dead: readonly string[];
  /** Children of killed processes that live on. */
  readonly orphans: number;
  /** Answers since the last verdict that nobody should get. */
  readonly oddities: readonly string[];
}

const FINAL_MS = 60_000;
const BELLS_MS = 30_000;
const HEALTHY_MS = 20_000;
const ANSWER_MS = 5000;
const PAUSE_MS = 50;

/** Lets everything that was accepted come to its end and new work through every process, and then looks at all there is. */
export async function verdictOn(stage: Stage): Promise<Verdict> {
  const { sql, client, redis, fleet, endings, witness, children } = stage;
  const dead = await deadOf(stage);
  await emptied(() => openIn(sql), FINAL_MS);
  const bells = await emptied(() => bellsLeft(redis.url, fleet.prefix), BELLS_MS);
  const findings = await findingsOf(sql, client.jobs, endings);
  return {
    ...findings,
    partial: [...findings.partial, ...witness.told()],
    stuck: [...findings.stuck, ...bells],
    dead,
    orphans: await livingOf(children),
    oddities: client.oddities.splice(0),
  };
}

/** A verdict without a fault, to compare with. */
export const NO_FAULTS = {
  ...{ lost: [], doubled: [], wrong: [], partial: [], stuck: [], dead: [], orphans: 0, oddities: [] },
} as const satisfies Partial<Verdict>;

/** What is left of it when it is empty, or time is over. What cannot be read is read again. */
async function emptied(read: () => Promise<readonly string[]>, ms: number): Promise<readonly string[]> {
  const until = performance.now() + ms;
  for (;;) {
    const left = await toldBy(read);
    if (left.length === 0 || performance.now() > until) return left;
    await Bun.sleep(PAUSE_MS);
  }
}

async function toldBy(read: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await read();
  } catch (cause) {
    return [String(cause)];
  }
}

/** Processes that do not say that they are well, or do not take a new job, or do not bring one to its end. */
async function deadOf({ client, fronts, workers }: Stage): Promise<readonly string[]> {
  const pages = workers.map(({ url }) => url);
  const urls = [...fronts.map(({ url }) => url), ...pages].flatMap((page) => [`${page}/health`, `${page}/ready`]);
  const ill = await emptied(async () => (await Promise.all(urls.map(troubleOf))).flat(), HEALTHY_MS);
  if (ill.length > 0) return ill;
  const before = await Promise.all(pages.map(completedBy));
  for (const { url } of fronts) {
    const job = client.newJob(USUAL[0]!);
    const unheard = await emptied(async () => {
      const { status, text } = await client.post(url, job, "wait=15");
      return status === 200 ? [] : [`${url} shows no end of a new job: ${status} ${text.slice(0, 200)}`];
    }, HEALTHY_MS);
    if (unheard.length > 0) return unheard;
  }
  return emptied(async () => {
    const after = await Promise.all(pages.map(completedBy));
    if (after.every((count, at) => count > before[at]!)) return [];
    await client.load({ jobs: 2 * pages.length, connections: 2 * pages.length });
    return [`of ${pages.join(", ")} one finishes no new jobs: ${before.join(", ")}, then ${after.join(", ")}`];
  }, HEALTHY_MS);
}

async function troubleOf(url: string): Promise<readonly string[]> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
  return response.status === 200 ? [] : [`${url}: ${response.status} ${await response.text()}`];
}

async function completedBy(page: string | null): Promise<number> {
  const text = await (await fetch(`${page}/metrics`)).text();
  return Number(/backgrid_jobs_total\{status="completed"\} (\d+)/.exec(text)?.[1] ?? 0);
}
