import { until } from "../test-until.ts";
import { FAULTY_ONES } from "./bodies.ts";
import { ASYNC } from "./client.ts";
import type { Stage } from "./stage.ts";

/** A job that fails on purpose: with what it ended, and how often it was tried. */
export interface BadJob {
  readonly strategy: string;
  readonly code: string;
  readonly attempt: number;
}

/** Jobs that never end, always throw, end their child each time, and take all memory, among others. Resolves when those four have ended. */
export async function runBadJobs({ client, sql }: Stage, jobs: number): Promise<readonly BadJob[]> {
  const bad = await Promise.all(FAULTY_ONES.map((body) => client.send(body, ASYNC)));
  const ids = bad.flatMap((job) => [...job.ids]);
  await client.load({ jobs, connections: 2 });
  const read = () => sql<BadJob[]>`
    select strategy, problem::json ->> 'code' as code, attempt::int from backgrid.jobs where id = any(${ids}::uuid[]) and problem is not null order by strategy`;
  await until(async () => (await read()).length === ids.length, 60_000);
  return [...(await read())];
}
