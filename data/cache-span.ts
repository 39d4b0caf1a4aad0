import { gate } from "../core/gate/gate.ts";
import { type BarRange, WHOLE_RANGE } from "../core/gate/range.ts";
import type { RawBars } from "../core/gate/raw-bars.ts";
import type { BarQuery } from "../core/ports.ts";
import { DAY_MS, HOUR_MS, isDailyOrLonger, MINUTE_MS } from "../core/time.ts";
import type { CacheEntry, Series } from "./cache-entry.ts";
import { NOTES_ON_THE_END, SHORT_ANSWER } from "./yahoo-chart.ts";
import { LENGTH_MS } from "./yahoo-range.ts";

/** The first exchange of a day (Sydney) closes five hours into its date as UTC has it. */
const FIRST_CLOSE_MS = 5 * HOUR_MS;
/** How long after its end a bar may still change. */
const SETTLING_MS = 30 * MINUTE_MS;
/** By how much the clocks of processes that share a cache may differ. */
const CLOCKS_DIFFER_MS = 10_000;
const WARMUP_STEP = 100;
/** Rows fetched again to see whether the prices are still the same. */
const OVERLAP_ROWS = 5;
/** Sources tell prices to about seven digits. */
const SAME_PRICE = 1e-6;

/** Days and longer bars before this are not part of a range without a start. */
const OPEN_START_MS = 0;

/** What to fetch for a query, so that similar ones find it: the whole year or day of its start, and to the present where bars are few. */
export function widened(query: BarQuery, { interval }: Series): BarQuery {
  const { startMs, endMs } = query.range;
  const daily = isDailyOrLonger(interval);
  const year = new Date(Math.max(startMs, OPEN_START_MS)).getUTCFullYear();
  const from = daily ? Math.min(Date.UTC(year, 0, 1), startOf(query, daily)) : Math.floor(startMs / DAY_MS) * DAY_MS;
  const range: BarRange = {
    startMs: from,
    endMs: daily ? Infinity : endMs === Infinity ? endMs : (Math.floor(endMs / DAY_MS) + 1) * DAY_MS - 1,
  };
  return { ...query, interval, range, warmupBars: Math.ceil(query.warmupBars / WARMUP_STEP) * WARMUP_STEP };
}

function startOf({ range }: BarQuery, daily: boolean): number {
  return daily && range.startMs === -Infinity ? OPEN_START_MS : range.startMs;
}

/** True where an entry goes back as far as a query does, warm-up included. */
export function reachesBack({ holding, raw }: CacheEntry, query: BarQuery): boolean {
  const startMs = startOf(query, isDailyOrLonger(holding.interval));
  const { fromMs } = holding;
  if (fromMs === null ? startMs !== -Infinity && startMs < (raw.timeMs[0] ?? Infinity) : startMs < fromMs) return false;
  return query.warmupBars <= holding.warmupBars || countBefore(raw.timeMs, startMs) >= query.warmupBars;
}

/** True where an entry holds every bar up to a query's end that is complete by now, or was when it was fetched a moment ago. */
export function reachesEnd({ holding, raw }: CacheEntry, endMs: number, nowMs: number, freshMs: number): boolean {
  const last = raw.timeMs.at(-1) ?? -Infinity;
  const length = LENGTH_MS[holding.interval];
  const daily = isDailyOrLonger(holding.interval);
  const settledMs = holding.fetchedAtMs - length - (daily ? DAY_MS : SETTLING_MS);
  if (endMs <= Math.max(last, Math.min(holding.toMs ?? Infinity, settledMs))) return true;
  if (holding.toMs !== null && holding.toMs < Math.min(endMs, holding.fetchedAtMs)) return false;
  const ageMs = nowMs - holding.fetchedAtMs;
  return ageMs >= -CLOCKS_DIFFER_MS && (ageMs < freshMs || nowMs < last + length + (daily ? FIRST_CLOSE_MS : length));
}

/** Where to begin a fetch that only extends an entry. */
export function overlapStart({ raw }: CacheEntry): number {
  return raw.timeMs[Math.max(0, raw.timeMs.length - OVERLAP_ROWS)] ?? -Infinity;
}

/** Old rows up to where the new ones begin, then the new ones; null where the rows that both have are not the same, or are none. */
export function joined(old: RawBars, fresh: RawBars): RawBars | null {
  const n = old.timeMs.length;
  const from = countBefore(old.timeMs, fresh.timeMs[0] ?? Infinity);
  if (from >= n || fresh.timeMs.length < n - from) return null;
  for (let i = from; i < n; i++) {
    const k = i - from;
    if (old.timeMs[i] !== fresh.timeMs[k]) return null;
    for (const name of ["open", "high", "low", "close"] as const) if (!isSame(old[name][i]!, fresh[name][k]!)) return null;
  }
  const column = (a: Float64Array, b: Float64Array) => {
    const all = new Float64Array(from + b.length);
    all.set(a.subarray(0, from));
    all.set(b, from);
    return all;
  };
  return {
    ...fresh,
    timeMs: column(old.timeMs, fresh.timeMs),
    open: column(old.open, fresh.open),
    high: column(old.high, fresh.high),
    low: column(old.low, fresh.low),
    close: column(old.close, fresh.close),
    volume: old.volume === null || fresh.volume === null ? null : column(old.volume, fresh.volume),
  };
}

function isSame(a: number, b: number): boolean {
  return Number.isNaN(a) ? Number.isNaN(b) : Math.abs(a - b) <= SAME_PRICE * Math.abs(a);
}

/** False for bars that have to be fetched again next time: refused by the gate, in disorder, with odd cells or offsets, or fewer than there should be. */
export function isWorthKeeping(raw: RawBars, nowMs: number): boolean {
  if (raw.oddCells.length > 0 || raw.offsetMinutes !== null || raw.notes.some(({ code }) => code === SHORT_ANSWER)) return false;
  for (let i = 1; i < raw.timeMs.length; i++) if (!(raw.timeMs[i]! > raw.timeMs[i - 1]!)) return false;
  const settings = {
    dataQuality: "warn",
    adjusted: true,
    splits: [],
    range: WHOLE_RANGE,
    warmupBars: 0,
    interval: null,
  } as const;
  return gate(raw, { ...settings, nowMs }).ok;
}

/** The rows of a query and its warm-up, copied; all of them where the range holds none. @param raw ascending */
export function cutOut(raw: RawBars, { range, warmupBars }: BarQuery): RawBars {
  const start = countBefore(raw.timeMs, range.startMs);
  const end = countBefore(raw.timeMs, range.endMs + 0.5);
  const [from, to] = start < end ? [Math.max(0, start - warmupBars), end] : [0, raw.timeMs.length];
  const isWhole = to === raw.timeMs.length;
  return {
    ...raw,
    timeMs: raw.timeMs.slice(from, to),
    open: raw.open.slice(from, to),
    high: raw.high.slice(from, to),
    low: raw.low.slice(from, to),
    close: raw.close.slice(from, to),
    volume: raw.volume?.slice(from, to) ?? null,
    notes:
      isWhole && range.endMs >= (raw.timeMs.at(-1) ?? 0)
        ? raw.notes
        : raw.notes.filter(({ code }) => !NOTES_ON_THE_END.includes(code)),
  };
}

function countBefore(timeMs: Float64Array, ms: number): number {
  let low = 0;
  let high = timeMs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeMs[middle]! < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
