import type { Curve } from "../../core/jobs/job.ts";
import { drawdownsFrom } from "../../core/run/curve-text.ts";

/** Points as columns: what a query gives, times in epoch ms. */
export interface Points {
  readonly timeMs: ArrayLike<number>;
  readonly equity: ArrayLike<number>;
  readonly drawdown: ArrayLike<number>;
}

export interface Month {
  readonly fromMs: number;
  readonly mean: number;
  readonly points: number;
}

/** The points of a curve that come after a time. */
export function pointsAfter(curve: Curve, afterMs: number): Points {
  const first = curve.timeMs.findIndex((time) => time > afterMs);
  const from = first === -1 ? curve.timeMs.length : first;
  const drawdown = drawdownsFrom(curve.initialCash, curve.equity);
  return { timeMs: curve.timeMs.subarray(from), equity: curve.equity.subarray(from), drawdown: drawdown.subarray(from) };
}

/** The curve in buckets of equally many points, one more or less: the last time and equity of each and its lowest drawdown. */
export function inBuckets(curve: Curve, buckets: number): Points {
  const n = curve.equity.length;
  const falls = drawdownsFrom(curve.initialCash, curve.equity);
  const timeMs: number[] = [];
  const equity: number[] = [];
  const drawdown: number[] = [];
  let lowest = 0;
  for (let i = 0; i < n; i++) {
    lowest = Math.min(lowest, falls[i]!);
    if (Math.floor(((i + 1) * buckets) / n) === Math.floor((i * buckets) / n)) continue;
    timeMs.push(curve.timeMs[i]!);
    equity.push(curve.equity[i]!);
    drawdown.push(lowest);
    lowest = 0;
  }
  return { timeMs, equity, drawdown };
}

/** The mean equity over all points of some curves in each month of UTC. */
export function monthsOf(curves: Iterable<Curve>): readonly Month[] {
  const sums = new Map<number, { sum: number; points: number }>();
  for (const { timeMs, equity } of curves) {
    let [from, to] = [Number.NaN, Number.NaN];
    let month = { sum: 0, points: 0 };
    for (let i = 0; i < timeMs.length; i++) {
      if (!(timeMs[i]! >= from && timeMs[i]! < to)) {
        const day = new Date(timeMs[i]!);
        from = Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), 1);
        to = Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 1);
        month = sums.get(from) ?? month;
        if (!sums.has(from)) {
          month = { sum: 0, points: 0 };
          sums.set(from, month);
        }
      }
      month.sum += equity[i]!;
      month.points++;
    }
  }
  return [...sums].sort(([a], [b]) => a - b).map(([fromMs, { sum, points }]) => ({ fromMs, mean: sum / points, points }));
}

/** @throws {Error} telling the first point that differs; numbers must be equal to the last bit */
export function samePoints(what: string, want: Points, got: Points): void {
  if (want.timeMs.length !== got.timeMs.length)
    throw new Error(`${what}: ${got.timeMs.length} points, not ${want.timeMs.length}`);
  for (const name of ["timeMs", "equity", "drawdown"] as const) {
    for (let i = 0; i < want[name].length; i++) {
      if (want[name][i] !== got[name][i]) throw new Error(`${what}: ${name} ${i} is ${got[name][i]}, not ${want[name][i]}`);
    }
  }
}

/** @throws {Error} telling the first month that differs; means must be equal within 1e-9, since their sums may be made in another order */
export function sameMonths(what: string, want: readonly Month[], got: readonly Month[]): void {
  if (want.length !== got.length) throw new Error(`${what}: ${got.length} months, not ${want.length}`);
  for (const [k, { fromMs, mean, points }] of want.entries()) {
    const other = got[k]!;
    if (other.fromMs !== fromMs || other.points !== points || Math.abs(other.mean / mean - 1) > 1e-9)
      throw new Error(`${what}: month ${k} is ${JSON.stringify(other)}, not ${JSON.stringify(want[k])}`);
  }
}
