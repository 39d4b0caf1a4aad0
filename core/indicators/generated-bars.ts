import { type Bars, emptyBars } from "../bars.ts";
import { uniforms } from "../random.ts";

/** A random walk in whole cents; every field but `n` and `seed` is in cents or units. */
export interface BarsGenerator {
  readonly seed: number;
  readonly n: number;
  readonly startCents: number;
  readonly gap: number;
  readonly body: number;
  readonly wick: number;
  readonly volumeMax: number;
  readonly minCents: number;
}

/** Bars for tests, one a day from 1970 on, from five uniforms a bar. Source: reference definitions, "generators". */
export function generatedBars(generator: BarsGenerator): Bars {
  const { n, gap, body, wick, minCents } = generator;
  const next = uniforms(generator.seed);
  const bars = emptyBars(n);
  let previous = generator.startCents;
  for (let i = 0; i < n; i++) {
    const open = Math.max(minCents, previous + Math.floor(next() * (2 * gap + 1)) - gap);
    const close = Math.max(minCents, open + Math.floor(next() * (2 * body + 1)) - body);
    const high = Math.max(open, close) + Math.floor(next() * (wick + 1));
    const low = Math.max(minCents, Math.min(open, close) - Math.floor(next() * (wick + 1)));
    bars.timeMs[i] = i * 86_400_000;
    bars.open[i] = open / 100;
    bars.high[i] = high / 100;
    bars.low[i] = low / 100;
    bars.close[i] = close / 100;
    bars.volume[i] = Math.floor(next() * generator.volumeMax);
    previous = close;
  }
  return bars;
}

/** A walk around 100 with moves of up to a percent: what a test takes that needs no special bars. */
export function someBars(seed: number, n: number): Bars {
  return generatedBars({ seed, n, startCents: 10000, gap: 20, body: 100, wick: 40, volumeMax: 5000, minCents: 500 });
}

/** A copy of the bars in which bar i has no prices. */
export function withoutBars(bars: Bars, missing: readonly number[]): Bars {
  const copy = { ...bars, open: bars.open.slice(), high: bars.high.slice(), low: bars.low.slice(), close: bars.close.slice() };
  for (const i of missing) for (const name of ["open", "high", "low", "close"] as const) copy[name][i] = Number.NaN;
  return copy;
}

/** A copy of the bars in which every bar after `last` is drawn anew, a tenth of them missing. */
export function withFutureChanged(bars: Bars, last: number, seed: number): Bars {
  const n = bars.close.length;
  const next = uniforms(seed);
  const other = generatedBars({ seed, n, startCents: 7000, gap: 300, body: 400, wick: 90, volumeMax: 900, minCents: 100 });
  const changed = emptyBars(n);
  for (const name of ["timeMs", "open", "high", "low", "close", "volume"] as const) {
    changed[name].set(bars[name]);
    if (name !== "timeMs") changed[name].set(other[name].subarray(last + 1), last + 1);
  }
  const missing: number[] = [];
  for (let i = last + 1; i < n; i++) if (next() < 0.1) missing.push(i);
  return withoutBars(changed, missing);
}

/** The positions at which two columns differ, NaN being equal to NaN; -1 when their lengths do. */
export function differences(a: ArrayLike<number> | undefined, b: ArrayLike<number> | undefined): number[] {
  if (a === undefined || b === undefined || a.length !== b.length) return [-1];
  return Array.from({ length: a.length }, (_, i) => i).filter((i) => !Object.is(a[i], b[i]));
}
