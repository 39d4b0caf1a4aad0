import type { Interval } from "../bars.ts";
import { DAY_MS, isDailyOrLonger } from "../time.ts";
import type { ListedSplit } from "./rule.ts";

/** Splits at times as bars of the interval carry them: an instant is its UTC day where bars are named by a day alone. */
export function atBarTimes(listed: readonly ListedSplit[], interval: Interval): readonly ListedSplit[] {
  if (!isDailyOrLonger(interval)) return listed;
  return listed.map(({ timeMs, ratio }) => ({ timeMs: Math.floor(timeMs / DAY_MS) * DAY_MS, ratio }));
}
