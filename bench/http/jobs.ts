import { WHOLE_RANGE } from "../../core/gate/range.ts";
import type { RawBars } from "../../core/gate/raw-bars.ts";
import { uniforms } from "../../core/random.ts";
import { parseBacktest } from "../../core/requests/backtest.ts";
import { runBacktest } from "../../core/run/backtest.ts";
import { readCsv } from "../../data/csv.ts";
import { sampleProvider } from "../../data/sample.ts";
import { loadEngineWasm } from "../../engine-wasm/load.ts";
import type { BenchServer } from "./server.ts";
import type { Call } from "./spec.ts";

export const TEN_YEARS = 2520;
export const MILLION = 1_000_000;

/** A dataset to upload. */
export interface Upload {
  readonly symbol: string;
  readonly csv: string;
}

/** Ten years of daily bars: the last rows of a bundled series, as somebody would upload them. */
export async function tenYears(): Promise<Upload> {
  const query = { symbol: "SAMPLE-TREND", interval: null, range: WHOLE_RANGE, warmupBars: 0, adjusted: true };
  const provided = await sampleProvider.bars(query);
  if (!provided.ok) throw new Error(provided.error.detail);
  const { timeMs, open, high, low, close, volume } = provided.value.raw;
  const lines = ["date,open,high,low,close,volume"];
  for (let i = timeMs.length - TEN_YEARS; i < timeMs.length; i++) {
    const day = new Date(timeMs[i]!).toISOString().slice(0, 10);
    lines.push([day, open[i]!, high[i]!, low[i]!, close[i]!, volume?.[i] ?? 0].join(","));
  }
  return { symbol: "TENYEARS", csv: lines.join("\n") };
}

/** A million one-minute bars of a market that never closes: a random walk in whole cents. */
export function millionMinutes(): Upload {
  const next = uniforms(11);
  const lines = ["time,open,high,low,close,volume"];
  let cents = 10_000;
  for (let minute = 0; minute < MILLION; minute++) {
    const open = cents;
    cents = Math.max(100, cents + Math.floor(next() * 41) - 20);
    const row = [open, Math.max(open, cents) + 5, Math.min(open, cents) - 5, cents].map((value) => value / 100);
    lines.push(`${Date.UTC(2020, 0, 1) + minute * 60_000},${row.join(",")},${Math.floor(next() * 1e5)}`);
  }
  return { symbol: "MINUTES", csv: lines.join("\n") };
}

/** @throws {Error} when it is refused */
export async function upload({ url }: Pick<BenchServer, "url">, { symbol, csv }: Upload): Promise<void> {
  const response = await fetch(`${url}/api/v1/datasets/${symbol}`, {
    method: "PUT",
    body: csv,
    headers: { "content-type": "text/csv" },
  });
  if (response.status !== 201) throw new Error(await response.text());
}

/** The rows of an upload, as the service reads them. */
export function rowsOf({ csv }: Upload): RawBars {
  const raw = readCsv(new TextEncoder().encode(csv), true);
  if (!raw.ok) throw new Error(raw.error.detail);
  return raw.value;
}

/** Fields of a job request beside symbol, source and strategy. */
export type More = Readonly<Record<string, unknown>>;

export function bodyOf({ symbol }: Upload, more: More = {}): Readonly<Record<string, unknown>> {
  return { symbol, source: "dataset", strategy: "ma_crossover", ...more };
}

/** A job as a call, with the result hash of the same request run in this process, without a server. */
export async function jobCall({ url }: Pick<BenchServer, "url">, data: Upload, more: More = {}): Promise<Call> {
  return {
    url: `${url}/api/v1/jobs`,
    method: "POST",
    body: JSON.stringify(bodyOf(data, more)),
    resultHash: await resultHashOf(data, more),
  };
}

async function resultHashOf(data: Upload, more: More): Promise<string> {
  const { source: _source, ...fields } = { source: "", ...bodyOf(data, more) };
  const request = parseBacktest(fields);
  if (!request.ok) throw new Error(request.error.detail);
  const origin = { source: "dataset", symbol: data.symbol, adjusted: true, synthetic: false, note: null };
  const raw = rowsOf(data);
  const provider = { bars: async () => ({ ok: true, value: { raw, origin } }) as const };
  const run = await runBacktest(request.value, { provider, engine: await loadEngineWasm(), nowMs: Date.now() });
  if (!run.ok) throw new Error(run.error.detail);
  return run.value.resultHash;
}
