import type { Stage } from "./stage.ts";

/** Whether a promise has settled. */
export function watched<T>(promise: Promise<T>): { readonly promise: Promise<T>; readonly isOver: () => boolean } {
  let over = false;
  const done = () => {
    over = true;
  };
  promise.then(done, done);
  return { promise, isOver: () => over };
}

/** What a worker of the stage has in hand: the worker's place, and the job. */
export interface InHand {
  readonly at: number;
  readonly id: string;
}

/** Oldest first. Rejects where the database does not say. */
export async function inHand({ sql, workers }: Pick<Stage, "sql" | "workers">): Promise<readonly InHand[]> {
  const rows = await sql<{ readonly id: string; readonly worker: string }[]>`
    select id, worker from backgrid.jobs where status = 'running' and worker like '%/%' order by id`;
  const placed = rows.map(({ id, worker }) => ({ id, at: workers.findIndex(({ pid }) => pid === pidOf(worker)) }));
  return placed.filter(({ at }) => at >= 0);
}

/** Of the name under which a worker holds leases. */
function pidOf(worker: string): number {
  return Number(worker.split("/")[1]?.split(":")[0]);
}
