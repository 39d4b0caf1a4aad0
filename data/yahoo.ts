import { type AppError, fail } from "../core/errors.ts";
import type { BarOrigin, BarProvider, BarQuery } from "../core/ports.ts";
import { err, ok, type Result } from "../core/result.ts";
import { isDailyOrLonger } from "../core/time.ts";
import { barsOfChart } from "./yahoo-chart.ts";
import { type ChartClient, loadChartClient } from "./yahoo-client.ts";
import { askYahoo, unknownSymbol, WHAT_ELSE, YahooFailure, type YahooHttpSettings } from "./yahoo-fetch.ts";
import { Limiter } from "./yahoo-limiter.ts";
import { periodOf } from "./yahoo-range.ts";

export interface YahooSettings extends YahooHttpSettings {
  /** Requests at a time. */
  readonly concurrency: number;
  /** The present, in epoch ms. */
  readonly nowMs: () => number;
}

/** Every answer, also that there is none, within 25 s. */
export const YAHOO_SETTINGS: YahooSettings = {
  baseUrl: null,
  connectMs: 8000,
  readMs: 8000,
  totalMs: 22_000,
  maxBytes: 32 * 2 ** 20,
  retries: 3,
  backoffMs: 500,
  longestPauseMs: 600_000,
  concurrency: 4,
  nowMs: Date.now,
};

/** The exchange that the stand-in for Yahoo names, so that its prices are never taken for real ones. */
export const STAND_IN_EXCHANGE = "STAND-IN";

/**
 * Bars of Yahoo Finance, 1d where no interval is asked for. All calls of one provider share one limiter.
 *
 * @param load the client library's loader
 * Errors: `not_found` for a symbol that Yahoo does not know, `no_data` for a range without bars, `provider` for 429, 5xx and answers that make
 * no sense, `provider_timeout`, `unavailable` without a connection.
 */
export function yahooProvider(settings: Partial<YahooSettings> = {}, load = loadChartClient): BarProvider {
  const all = { ...YAHOO_SETTINGS, ...settings };
  const limiter = new Limiter(all.concurrency);
  let client: Promise<ChartClient> | null = null;
  return {
    async bars(query) {
      const interval = query.interval ?? "1d";
      const nowMs = all.nowMs();
      const period = periodOf(query, interval, nowMs);
      const named = JSON.stringify(query.symbol);
      // A URL takes these for steps through folders, in any encoding.
      if (/^\.{0,2}$/.test(query.symbol)) return fail("not_found", unknownSymbol(named, null));
      if (period.fromMs >= period.toMs) return fail("no_data", `there are no bars of ${named} yet: the range is in the future`);
      client ??= load();
      const chartOf = await client.catch(() => null);
      if (chartOf === null) {
        client = null;
        return fail("unavailable", 'the client library for Yahoo does not load; run "bun install", or use source "sample"');
      }
      try {
        const ask = (url: string, headers: RequestInit["headers"]) =>
          askYahoo(url, headers, query.symbol, all, limiter, all.nowMs);
        const chart = await chartOf(encodeURIComponent(query.symbol), interval, period, ask);
        const raw = barsOfChart(chart, { query, interval, period, nowMs });
        if (!raw.ok) return raw;
        return ok({ raw: raw.value, origin: originOf(query, chart.meta.exchangeName, isDailyOrLonger(interval), all.baseUrl) });
      } catch (cause) {
        return failureOf(cause, named);
      }
    },
  };
}

function originOf({ symbol, adjusted }: BarQuery, exchange: string, daily: boolean, baseUrl: string | null): BarOrigin {
  const scaled = "adjusted for splits and dividends: open, high, low and close are scaled by adjusted close / close";
  const form = !adjusted
    ? "as Yahoo gives them: adjusted for splits, not for dividends"
    : daily
      ? scaled
      : "adjusted for splits; Yahoo adjusts bars within a day for nothing else";
  const synthetic = exchange === STAND_IN_EXCHANGE;
  const from = synthetic
    ? "; made-up prices of a stand-in for Yahoo"
    : baseUrl === null
      ? ""
      : `; asked at ${baseUrl} instead of Yahoo`;
  return { source: "yahoo", symbol, adjusted, synthetic, note: `prices are ${form}${from}` };
}

/** What the client library throws of its own is about an answer that is not what it should be. */
function failureOf(cause: unknown, named: string): Result<never, AppError> {
  if (cause instanceof YahooFailure) return err(cause.error);
  const said = cause instanceof Error ? cause.message.replace(/[^\x20-\x7e]/g, " ").slice(0, 120) : "";
  if (/no data found|may be delisted/i.test(said)) return fail("not_found", unknownSymbol(named, said));
  return fail("provider", `Yahoo's answer about ${named} does not have the expected form (${said}); ${WHAT_ELSE}`);
}
