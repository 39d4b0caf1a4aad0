import { INTERVALS, type Interval } from "./bars.ts";
import { DAY_MS, HOUR_MS, isDailyOrLonger, MINUTE_MS } from "./time.ts";

/** The shortest a bar of each interval can be; a month is at least 28 days. */
const SHORTEST_MS: Readonly<Record<Interval, number>> = {
  "1m": MINUTE_MS,
  "5m": 5 * MINUTE_MS,
  "15m": 15 * MINUTE_MS,
  "30m": 30 * MINUTE_MS,
  "1h": HOUR_MS,
  "1d": DAY_MS,
  "1wk": 7 * DAY_MS,
  "1mo": 28 * DAY_MS,
};

/** Spacings are told in whole seconds by some sources and wander by a summer-time hour a day. */
const TOLERANCE = 0.05;
const YEAR_MS = 31_557_600_000;
/** Saturdays count as days with bars when they hold more than a tenth of an average weekday's bars; a stray bar does not open a market. */
const WEEKEND_SHARE = 0.1;

/** The spacing of bars, and how it was found: `measured`, or `assumed` from fewer than two different times. */
export interface InferredInterval {
  readonly interval: Interval;
  readonly basis: "measured" | "assumed";
}

/**
 * The interval of bars from their median spacing, so that nights, weekends and holidays do not matter: the longest known interval that is
 * not longer than it. Fewer than two different times: a day when the time is midnight UTC, else a minute.
 *
 * @param timeMs ascending, repeats allowed
 * @returns null when bars are closer than a minute
 */
export function inferInterval(timeMs: Float64Array): InferredInterval | null {
  const spacing = medianSpacing(timeMs);
  if (Number.isNaN(spacing)) {
    const midnight = timeMs.length === 0 || timeMs[0]! % DAY_MS === 0;
    return { interval: midnight ? "1d" : "1m", basis: "assumed" };
  }
  const interval = INTERVALS.findLast((candidate) => SHORTEST_MS[candidate] <= spacing * (1 + TOLERANCE));
  return interval === undefined ? null : { interval, basis: "measured" };
}

/** Median of the positive steps between times, in ms; NaN when there is none. */
export function medianSpacing(timeMs: Float64Array): number {
  const steps = new Float64Array(Math.max(timeMs.length - 1, 0));
  let count = 0;
  for (let i = 1; i < timeMs.length; i++) {
    const step = timeMs[i]! - timeMs[i - 1]!;
    if (step > 0) steps[count++] = step;
  }
  return median(steps.subarray(0, count));
}

/** True where the market never closes: bars on Saturdays and on Sundays. Bars of a week or a month tell nothing (false). */
export function isAlwaysOpen(timeMs: Float64Array, interval: Interval): boolean {
  if (interval === "1wk" || interval === "1mo") return false;
  const counts = new Float64Array(7);
  for (let i = 0; i < timeMs.length; i++) counts[weekday(timeMs[i]!)]! += 1;
  let weekdays = 0;
  for (let day = 1; day <= 5; day++) weekdays += counts[day]!;
  const least = (WEEKEND_SHARE * weekdays) / 5;
  return counts[0]! > least && counts[6]! > least;
}

/**
 * Bars in a year: 52 for weeks, 12 for months; where the market never closes, 31,557,600,000 / the median spacing in ms; else 252 for days
 * and 252 times the median number of bars a UTC day within the day.
 *
 * @param timeMs ascending
 * @see reference definitions, inputs.P
 */
export function defaultPeriodsPerYear(timeMs: Float64Array, interval: Interval): number {
  if (interval === "1wk") return 52;
  if (interval === "1mo") return 12;
  if (isAlwaysOpen(timeMs, interval)) {
    const spacing = medianSpacing(timeMs);
    return YEAR_MS / (Number.isNaN(spacing) ? SHORTEST_MS[interval] : spacing);
  }
  return isDailyOrLonger(interval) ? 252 : 252 * medianBarsADay(timeMs);
}

/** 0 is Sunday, 6 is Saturday, by the UTC day. */
export function weekday(timeMs: number): number {
  return (((Math.floor(timeMs / DAY_MS) + 4) % 7) + 7) % 7;
}

function medianBarsADay(timeMs: Float64Array): number {
  const counts: number[] = [];
  let day = Number.NaN;
  for (let i = 0; i < timeMs.length; i++) {
    const today = Math.floor(timeMs[i]! / DAY_MS);
    if (today !== day) counts.push(0);
    day = today;
    counts[counts.length - 1]! += 1;
  }
  return counts.length === 0 ? 1 : median(Float64Array.from(counts));
}

/** The middle value, or the mean of the two middle ones; NaN of nothing. Reorders its argument. */
function median(values: Float64Array): number {
  const n = values.length;
  if (n === 0) return Number.NaN;
  values.sort();
  const upper = values[n >> 1]!;
  return n % 2 === 1 ? upper : (values[(n >> 1) - 1]! + upper) / 2;
}
