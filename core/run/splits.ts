import type { Split } from "../engine/contract.ts";
import type { ListedSplit } from "../gate/rule.ts";

/**
 * The bars that listed splits fall on: the first bar at or after each time. One before the first bar or after the last
 * changes nothing here; two on one bar multiply.
 *
 * @param timeMs ascending, the bars of the run
 * @param listed ascending by time
 */
export function splitBars(timeMs: Float64Array, listed: readonly ListedSplit[]): Split[] {
  const splits: Split[] = [];
  for (const { timeMs: at, ratio } of listed) {
    if (timeMs.length === 0 || at < timeMs[0]!) continue;
    const bar = timeMs.findIndex((time) => time >= at);
    if (bar === -1) continue;
    const last = splits.at(-1);
    if (last?.bar === bar) splits[splits.length - 1] = { bar, ratio: last.ratio * ratio };
    else splits.push({ bar, ratio });
  }
  return splits;
}
