import { emptyBars } from "../core/bars.ts";
import { fail } from "../core/errors.ts";
import type { RawBars } from "../core/gate/raw-bars.ts";
import type { BarProvider } from "../core/ports.ts";
import { normals, uniforms } from "../core/random.ts";
import { ok } from "../core/result.ts";
import { DAY_MS, daysFromDate, MINUTE_MS } from "../core/time.ts";

/**
 * Made-up prices, the same for ever on every runtime: seeded, and only + - * / and roundings on the way. Prices are whole cents.
 * Every weekday is a session; there are no holidays.
 */
interface SampleSeries {
  readonly doc: string;
  readonly build: () => RawBars;
}

const FIRST_DAY = daysFromDate(1990, 1, 2);
const LAST_DAY = daysFromDate(2024, 12, 31);
const FIRST_MINUTE_DAY = daysFromDate(2024, 10, 9);
/** 09:30, as if the exchange's clock were UTC. */
const SESSION_OPEN_MINUTE = 570;
const SESSION_MINUTES = 390;

const NOTE = "made-up prices, fixed by seed: good for trying things out, worthless as evidence about markets";

export const sampleSeries: Readonly<Record<string, SampleSeries>> = {
  "SAMPLE-TREND": {
    doc: "daily, 1990 to 2024: rises in long stretches, with drawdowns between",
    build: () =>
      regimes(470, 100, { drift: 0.0008, deviation: 0.0085, leave: 0.005 }, { drift: -0.0011, deviation: 0.0145, leave: 0.016 }),
  },
  "SAMPLE-RANGE": { doc: "daily, 1990 to 2024: swings around 50 and comes back", build: () => range(18967) },
  "SAMPLE-VOL": {
    doc: "daily, 1990 to 2024: calm and wild months take turns",
    build: () =>
      regimes(52, 40, { drift: 0.0005, deviation: 0.0135, leave: 0.012 }, { drift: 0.0003, deviation: 0.03, leave: 0.02 }),
  },
  "SAMPLE-MIN": { doc: "one minute bars, 09:30 to 16:00 UTC, 60 sessions to the end of 2024", build: () => minutes(7) },
};

/** The bundled series by name; any other name is `not_found`. */
export const sampleProvider: BarProvider = {
  async bars({ symbol }) {
    const series = Object.hasOwn(sampleSeries, symbol) ? sampleSeries[symbol] : undefined;
    if (series === undefined) {
      const known = Object.keys(sampleSeries).join(", ");
      return fail("not_found", `no sample is called ${JSON.stringify(symbol)}; there are ${known}`);
    }
    return ok({ raw: series.build(), origin: { source: "sample", symbol, adjusted: true, synthetic: true, note: NOTE } });
  },
};

/** Per bar: the mean and the standard deviation of the return, and the chance that the next bar is in the other regime. */
interface Regime {
  readonly drift: number;
  readonly deviation: number;
  readonly leave: number;
}

function regimes(seed: number, start: number, first: Regime, second: Regime): RawBars {
  const timeMs = weekdays(FIRST_DAY, LAST_DAY);
  const turn = uniforms(seed + 1);
  let regime = first;
  return walk(seed, timeMs, start, 20_000_000, (_i, open, z) => {
    if (turn() < regime.leave) regime = regime === first ? second : first;
    return { close: open * (1 + regime.drift + regime.deviation * z), deviation: regime.deviation };
  });
}

/** The distance from 50 shrinks by 1.5 % a day. */
function range(seed: number): RawBars {
  const deviation = 0.0105;
  return walk(seed, weekdays(FIRST_DAY, LAST_DAY), 50, 4_000_000, (_i, open, z) => ({
    close: open + (50 - open) * 0.015 + 50 * deviation * z,
    deviation,
  }));
}

/** Livelier near the open and the close of a session. */
function minutes(seed: number): RawBars {
  const days = weekdays(FIRST_MINUTE_DAY, LAST_DAY);
  const timeMs = new Float64Array(days.length * SESSION_MINUTES);
  for (let i = 0; i < timeMs.length; i++) {
    const minute = i % SESSION_MINUTES;
    timeMs[i] = days[(i - minute) / SESSION_MINUTES]! + (SESSION_OPEN_MINUTE + minute) * MINUTE_MS;
  }
  return walk(seed, timeMs, 250, 60_000, (i, open, z) => {
    const fromNoon = ((i % SESSION_MINUTES) - SESSION_MINUTES / 2) / (SESSION_MINUTES / 2);
    const deviation = 0.00035 + 0.0005 * fromNoon * fromNoon;
    return { close: open * (1 + deviation * z), deviation };
  });
}

/** Epoch ms of every Monday to Friday from one day to another, both included. */
function weekdays(from: number, to: number): Float64Array {
  const times: number[] = [];
  for (let day = from; day <= to; day++) if ((day + 4) % 7 !== 0 && (day + 4) % 7 !== 6) times.push(day * DAY_MS);
  return Float64Array.from(times);
}

type Step = (i: number, open: number, z: number) => { readonly close: number; readonly deviation: number };

/** Bars along a random walk: a small gap, the step to the close, and shadows in proportion to the step's deviation. */
function walk(seed: number, timeMs: Float64Array, start: number, typicalVolume: number, step: Step): RawBars {
  const n = timeMs.length;
  const { open, high, low, close, volume } = emptyBars(n);
  const normal = normals(seed);
  const uniform = uniforms(seed + 2);
  let price = start;
  let deviation = 0;
  for (let i = 0; i < n; i++) {
    const first = price * (1 + 0.35 * deviation * normal());
    const z = normal();
    const next = step(i, first, z);
    deviation = next.deviation;
    price = next.close;
    open[i] = cents(first);
    close[i] = cents(price);
    high[i] = cents(Math.max(first, price) * (1 + 0.8 * deviation * uniform()));
    low[i] = cents(Math.min(first, price) * (1 - 0.8 * deviation * uniform()));
    volume[i] = Math.round(typicalVolume * (0.4 + 0.6 * uniform() + 0.5 * z * z));
  }
  return {
    timeMs,
    open,
    high,
    low,
    close,
    volume,
    offsetMinutes: null,
    oddCells: [],
    interval: null,
    rows: { word: "bar", first: 0 },
    notes: [],
  };
}

function cents(price: number): number {
  return Math.round(price * 100) / 100;
}
