import { type Bars, sliceBars } from "../bars.ts";
import { defaultPeriodsPerYear } from "../calendar.ts";
import type { AppError } from "../errors.ts";
import { type GatedBars, gate } from "../gate/gate.ts";
import type { RawBars } from "../gate/raw-bars.ts";
import type { GateSettings } from "../gate/rule.ts";
import { once } from "../metrics/once.ts";
import { ok, type Result } from "../result.ts";
import { barBytes, hashBars } from "./canonical.ts";
import type { Holding } from "./holding.ts";

/** Bars that passed the gate, with what every run on them needs. What takes time is computed on first use and kept. */
export interface JudgedSeries {
  readonly gated: GatedBars;
  /** The bars of the range; those of the warm-up are left out. */
  readonly bars: Bars;
  /** Bars with prices, those of the warm-up included. */
  readonly priced: number;
  /** Unless a request says otherwise. */
  readonly periodsPerYear: number;
  hash(): Promise<string>;
  /** All bars the run sees, in the form in which they are hashed. */
  bytes(): Uint8Array<ArrayBuffer>;
  /** What holding brought under these settings, in words; made when it is not known. */
  holding(settings: string, make: () => Holding): Holding;
}

export type Judge = (raw: RawBars, settings: GateSettings) => Result<JudgedSeries, AppError>;

/** How many of a kind are kept for one series. */
const MOST_KEPT = 4;
/** A longer series is judged anew each time: what would be kept of it is large, and the run itself takes far longer. */
const LONGEST_KEPT = 100_000;

/** Errors: those of the gate. */
export const judge: Judge = (raw, settings) => {
  const gated = gate(raw, settings);
  if (!gated.ok) return gated;
  const { bars: seen, from, interval } = gated.value;
  const bars = sliceBars(seen, from, seen.close.length);
  const holdings = new Map<string, Holding>();
  return ok({
    gated: gated.value,
    bars,
    priced: pricedBars(seen.close),
    periodsPerYear: defaultPeriodsPerYear(bars.timeMs, interval),
    hash: once(() => hashBars(bars)),
    bytes: once(() => barBytes(seen)),
    holding: (under, make) => holdings.get(under) ?? keep(holdings, under, make()),
  });
};

/**
 * A judge for a process that runs many requests on the same rows: it remembers what it found as long as the rows live. Rows are told apart by
 * identity and must not change.
 */
export function rememberingJudge(): Judge {
  const known = new WeakMap<RawBars, Map<string, { readonly nowMs: number; readonly series: JudgedSeries }>>();
  return (raw, settings) => {
    if (raw.timeMs.length > LONGEST_KEPT) return judge(raw, settings);
    const key = inWords(settings);
    let kept = known.get(raw);
    const before = kept?.get(key);
    // What was not in the future then is not in the future now.
    if (before !== undefined && before.nowMs <= settings.nowMs) return ok(before.series);
    const judged = judge(raw, settings);
    if (!judged.ok) return judged;
    if (kept === undefined) {
      kept = new Map();
      known.set(raw, kept);
    }
    keep(kept, key, { nowMs: settings.nowMs, series: judged.value });
    return judged;
  };
}

/** Everything but the present. */
function inWords({ dataQuality, adjusted, splits, range, warmupBars, interval }: GateSettings): string {
  const listed = splits.map(({ timeMs, ratio }) => `${timeMs}x${ratio}`);
  return [dataQuality, adjusted, range.startMs, range.endMs, warmupBars, interval, ...listed].join(" ");
}

/** Drops the first that came where there are too many. */
function keep<V>(kept: Map<string, V>, key: string, value: V): V {
  kept.delete(key);
  kept.set(key, value);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  return value;
}

function pricedBars(close: Float64Array): number {
  let count = 0;
  for (let i = 0; i < close.length; i++) if (!Number.isNaN(close[i]!)) count++;
  return count;
}
