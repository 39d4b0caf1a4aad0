import type { ChartMeta } from "yahoo-finance2/modules/chart";
import type { Interval } from "../core/bars.ts";
import { DAY_MS, isDailyOrLonger, MINUTE_MS } from "../core/time.ts";
import { LENGTH_MS } from "./yahoo-range.ts";

/** Quotes may be late: after so long a bar is complete, even if no trade after it was seen. */
const GRACE_MS = 30 * MINUTE_MS;

export interface Moment {
  readonly meta: ChartMeta;
  readonly interval: Interval;
  readonly nowMs: number;
}

/**
 * How many of the last rows are not complete: their bar ends later than now, or later than the last trade seen while that may still be on
 * its way. The row that repeats the last quote beside the bars of a session counts among them.
 *
 * @param instants when each row begins
 * @param timeMs   the time of its bar: the instant, or the day
 * @param rows     the rows that count, ascending
 */
export function openRows(instants: Float64Array, timeMs: Float64Array, rows: readonly number[], moment: Moment): number {
  const { meta, interval, nowMs } = moment;
  const lastTradeMs = meta.regularMarketTime.getTime();
  let open = 0;
  for (let i = rows.length - 1; i >= 0; i--, open++) {
    const row = rows[i]!;
    if (!isDailyOrLonger(interval) && instants[row]! >= lastTradeMs) continue;
    const endMs = endOf(instants[row]!, timeMs[row]!, moment);
    if (nowMs >= endMs && (lastTradeMs >= endMs || nowMs >= endMs + GRACE_MS)) break;
  }
  return open;
}

/** When a bar ends: bars of the present session with it at the latest, days before it with the exchange's midnight. */
function endOf(instant: number, day: number, { meta, interval }: Moment): number {
  const sessionEndMs = meta.currentTradingPeriod.regular.end.getTime();
  if (!isDailyOrLonger(interval)) {
    const endMs = instant + LENGTH_MS[interval];
    return instant < sessionEndMs ? Math.min(endMs, sessionEndMs) : endMs;
  }
  const offsetMs = meta.gmtoffset * 1000;
  if (interval === "1d") {
    const sessionDay = Math.floor((sessionEndMs - 1 + offsetMs) / DAY_MS) * DAY_MS;
    return day === sessionDay ? sessionEndMs : day + DAY_MS - offsetMs;
  }
  if (interval === "1wk") return day + 7 * DAY_MS - offsetMs;
  const date = new Date(day);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) - offsetMs;
}
