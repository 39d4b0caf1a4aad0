import type { CacheEntry, Series } from "./cache-entry.ts";

/** Where fetched series are kept, for every process that has the same place. Each method rejects where the place cannot be used. */
export interface SeriesStore {
  /** Names it in a message. */
  readonly place: string;
  /** What is held of a series. Undefined for nothing, and for what is damaged. */
  read(series: Series): Promise<CacheEntry | undefined>;
  /** Replaces what is held of a series in one step: whoever reads sees the old entry or the new one, whole, also after a kill at any moment. */
  write(entry: CacheEntry): Promise<void>;
  /** A new contender for the right to fetch a series. @param termMs for how long it is held when it is not renewed; the same for all contenders */
  lease(series: Series, termMs: number): Lease;
}

/** A right that one of many processes holds, for as long as it renews it. It saves work: nothing is wrong where two act at once. */
export interface Lease {
  /** True where it is held from now on, false where another holds it. */
  take(): Promise<boolean>;
  /** Holds it for another term, where it is still held. */
  renew(): Promise<void>;
  /** Gives it up, where it is still held. */
  release(): Promise<void>;
}

/** How the store is dealt with, in ms. */
export interface StoreTimes {
  /** After this much of its silence the holder of a lease is taken for dead. */
  readonly termMs: number;
  /** How long to wait for a lease at most. */
  readonly patienceMs: number;
  /** The pause between two looks at a lease, more or less. */
  readonly pollMs: number;
  /** How long the store may take for one answer. */
  readonly answerMs: number;
}

/**
 * Acts while no other process acts under the same lease. Acts all the same after waiting for long, and where the lease cannot be had at all.
 * A process that dies in the middle is followed by the next one after a term.
 */
export async function withLease<T>(lease: Lease, times: StoreTimes, act: () => Promise<T>): Promise<T> {
  if (!(await taken(lease, times))) return act();
  const renewing = setInterval(() => {
    inTime(lease.renew(), times.answerMs).catch(ignored);
  }, times.termMs / 3);
  try {
    return await act();
  } finally {
    clearInterval(renewing);
    await inTime(lease.release(), times.answerMs).catch(ignored);
  }
}

async function taken(lease: Lease, { patienceMs, pollMs, answerMs }: StoreTimes): Promise<boolean> {
  const untilMs = performance.now() + patienceMs;
  try {
    while (!(await inTime(lease.take(), answerMs))) {
      if (performance.now() >= untilMs) return false;
      await Bun.sleep(pollMs * (0.5 + Math.random()));
    }
    return true;
  } catch {
    return false;
  }
}

/** A term that is not renewed ends by itself. */
function ignored(): void {}

/** What a promise gives. @throws {Error} when it gives nothing within the limit; what comes later is ignored */
export async function inTime<T>(work: Promise<T>, limitMs: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${limitMs / 1000} s`)), limitMs);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
