import type { BarQuery } from "../core/ports.ts";

/** Pauses that a test can afford, and patience with a busy machine. */
export const QUICK = { connectMs: 4000, readMs: 4000, totalMs: 10_000, backoffMs: 5 } as const;

/** Friday, half an hour after the close in New York. */
export const FRIDAY_EVENING = Date.UTC(2024, 5, 14, 20, 30);

/** Daily bars of a year's first half. */
export function queryOf(change: Partial<BarQuery> = {}): BarQuery {
  const range = { startMs: Date.UTC(2024, 0, 1), endMs: Infinity };
  return { symbol: "ACME", interval: null, range, warmupBars: 0, adjusted: true, ...change };
}

/** From one day to another, both included; null is open. */
export function days(start: string | null, end: string | null): BarQuery["range"] {
  return {
    startMs: start === null ? -Infinity : Date.parse(start),
    endMs: end === null ? Infinity : Date.parse(end) + 86_400_000 - 1,
  };
}
