import type { Interval } from "../core/bars.ts";
import type { BarQuery } from "../core/ports.ts";
import { DAY_MS, HOUR_MS, isDailyOrLonger, MINUTE_MS } from "../core/time.ts";

/** The length of a bar; of a month, the longest. */
export const LENGTH_MS: Readonly<Record<Interval, number>> = {
  "1m": MINUTE_MS,
  "5m": 5 * MINUTE_MS,
  "15m": 15 * MINUTE_MS,
  "30m": 30 * MINUTE_MS,
  "1h": HOUR_MS,
  "1d": DAY_MS,
  "1wk": 7 * DAY_MS,
  "1mo": 31 * DAY_MS,
};

/** How far back Yahoo gives short bars in one answer. */
const REACH_DAYS: Readonly<Partial<Record<Interval, number>>> = { "1m": 7, "5m": 59, "15m": 59, "30m": 59, "1h": 729 };
const FIRST_MS = Date.UTC(1900, 0, 1);

/** From `fromMs` to before `toMs`, as Yahoo is asked. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * What to ask Yahoo for: the range, enough before it for the warm-up, and a day more on both sides where bars are named by their local day.
 * An open start is 1970, or what one answer can hold of short bars; warm-up does not reach beyond that either.
 */
export function periodOf({ range, warmupBars }: BarQuery, interval: Interval, nowMs: number): Period {
  const daily = isDailyOrLonger(interval);
  const slack = daily ? DAY_MS : 0;
  const reach = REACH_DAYS[interval];
  const earliest = reach === undefined ? 0 : nowMs - reach * DAY_MS;
  const toMs = Math.min(range.endMs + slack + 1000, nowMs + DAY_MS);
  if (range.startMs === -Infinity) return { fromMs: earliest, toMs };
  const withWarmup = range.startMs - slack - warmupMs(warmupBars, interval);
  const fromMs = reach === undefined ? withWarmup : Math.min(range.startMs, Math.max(withWarmup, earliest));
  return { fromMs: Math.max(FIRST_MS, fromMs), toMs };
}

/** Calendar time that holds so many bars, with a margin: sessions of six hours a day, five days a week, and holidays. */
function warmupMs(bars: number, interval: Interval): number {
  if (bars === 0) return 0;
  if (!isDailyOrLonger(interval)) return Math.ceil((bars * LENGTH_MS[interval] * 24 * 7) / (6 * 5)) + 7 * DAY_MS;
  return interval === "1d" ? Math.ceil(bars * 1.5 + 10) * DAY_MS : (bars + 1) * LENGTH_MS[interval];
}
