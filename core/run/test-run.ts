import { type Bars, emptyBars } from "../bars.ts";
import type { Engine } from "../engine/contract.ts";
import type { AppError } from "../errors.ts";
import type { BarProvider } from "../ports.ts";
import { parseBacktest } from "../requests/backtest.ts";
import { ok } from "../result.ts";
import { type Answer, answerOf } from "./answer.ts";
import { type Run, runBacktest } from "./backtest.ts";

/** Open, high, low, close and, where it matters, volume; null is a missing bar. */
export type PriceRow = readonly [open: number, high: number, low: number, close: number, volume?: number] | null;

/** Bars of the given times. */
export function barsAt(timeMs: readonly number[], rows: readonly PriceRow[]): Bars {
  const bars = emptyBars(rows.length);
  rows.forEach((row, i) => {
    bars.timeMs[i] = timeMs[i]!;
    [bars.open[i], bars.high[i], bars.low[i], bars.close[i]] = row ?? [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
    bars.volume[i] = row?.[4] ?? 1000;
  });
  return bars;
}

/** Daily bars on the weekdays from Thursday, 2020-01-02 on. */
export function weekdayBars(rows: readonly PriceRow[]): Bars {
  const times: number[] = [];
  for (let day = Date.UTC(2020, 0, 2); times.length < rows.length; day += 86_400_000)
    if (new Date(day).getUTCDay() % 6 !== 0) times.push(day);
  return barsAt(times, rows);
}

/** Bars whose four prices are all the given one. */
export function pricedAt(prices: readonly (number | null)[]): PriceRow[] {
  return prices.map((price) => (price === null ? null : [price, price, price, price]));
}

export function providerOf(bars: Bars, adjusted = true): BarProvider {
  const raw = { ...bars, interval: null, offsetMinutes: null, oddCells: [], rows: { word: "row", first: 0 }, notes: [] };
  const origin = { source: "inline", symbol: "TEST", adjusted, synthetic: false, note: null };
  return { bars: async () => ok({ raw, origin }) };
}

async function attempt(bars: Bars, fields: object, engine: Engine) {
  const request = parseBacktest({ symbol: "TEST", strategy: "buy_and_hold", ...fields });
  if (!request.ok) throw new Error(request.error.detail);
  const provider = providerOf(bars, request.value.adjusted);
  return runBacktest(request.value, { provider, engine, nowMs: Date.UTC(2030, 0, 1) });
}

/** A run that must succeed; `fields` as in the API, of which strategy defaults to `buy_and_hold`. */
export async function runOf(bars: Bars, fields: object, engine: Engine): Promise<Run> {
  const run = await attempt(bars, fields, engine);
  if (!run.ok) throw new Error(run.error.detail);
  return run.value;
}

/** The error of a run that must fail. */
export async function failureOf(bars: Bars, fields: object, engine: Engine): Promise<AppError> {
  const run = await attempt(bars, fields, engine);
  if (run.ok) throw new Error("the run did not fail");
  return run.error;
}

export async function answerTo(bars: Bars, fields: object, engine: Engine): Promise<Answer> {
  const receipt = { jobId: null, createdAtMs: Date.UTC(2025, 0, 2, 3, 4, 5), runtimeSeconds: 0.25, fallbackReason: null };
  return answerOf(await runOf(bars, fields, engine), receipt);
}
