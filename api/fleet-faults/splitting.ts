import { until } from "../test-until.ts";
import { isIdle } from "./audit.ts";
import { SPLIT_ONE } from "./bodies.ts";
import { ASYNC } from "./client.ts";
import type { Stage } from "./stage.ts";
import { inHand } from "./turns.ts";

export interface SplitReport {
  /** Parts in which the sweep was run. */
  readonly parts: number;
  /** How many of them were finished at each kill. */
  readonly finished: readonly number[];
}

/** A sweep is run in parts, and workers that have one of them in hand are killed, up to so many, each when more of them are finished, and others are not. */
export async function killInSplitSweep(stage: Stage, most: number): Promise<SplitReport> {
  const [id = ""] = (await stage.client.send(SPLIT_ONE, ASYNC)).ids;
  const finished: number[] = [];
  let parts = 0;
  await until(async () => {
    const [held] = await inHand(stage);
    const [now] = await stage.sql<{ readonly parts: number; readonly finished: number }[]>`
      select count(*)::int as parts, count(trials)::int as finished from backgrid.sweep_parts where sweep_id = ${id}`;
    if (held === undefined || now === undefined) return isIdle(stage);
    parts = Math.max(parts, now.parts);
    if (now.finished > (finished.at(-1) ?? 0) && now.finished < now.parts && finished.length < most) {
      finished.push(now.finished);
      await stage.replaceWorker(held.at);
    }
    return false;
  });
  return { parts, finished };
}
