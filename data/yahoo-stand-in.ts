import { parseArgs } from "node:util";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../core/time.ts";
import { STAND_IN_EXCHANGE } from "./yahoo.ts";
import { FAULTS } from "./yahoo-stand-in-faults.ts";
import { localDays } from "./yahoo-zone.ts";
import { zoneOffsets } from "./zone.ts";

/** A server that answers as Yahoo's chart address does, with made-up prices that say so, and misbehaves for the symbols of FAULTS. */
export interface StandIn {
  readonly url: string;
  /** What was asked, in order: the path and its parameters. */
  readonly asked: URL[];
  stop(): Promise<void>;
}

export interface StandInSettings {
  /** 0 picks a free one. */
  readonly port: number;
  readonly nowMs: () => number;
  /** Days (UTC midnight) before which adjusted closes are 2 % lower each, as after a dividend. */
  readonly dividendDays: readonly number[];
  /** Answers in place of the stand-in where it gives something; `times` is how often the symbol was asked for, this time included. */
  readonly answer: (symbol: string, times: number, good: () => object) => Response | Promise<Response> | undefined;
}

const ZONE = "America/New_York";
const FIRST_DAY = Date.UTC(2000, 0, 3);
const STEP_MS: Readonly<Record<string, number>> = {
  "1m": MINUTE_MS,
  "5m": 5 * MINUTE_MS,
  "15m": 15 * MINUTE_MS,
  "30m": 30 * MINUTE_MS,
  "1h": HOUR_MS,
};
const SESSION = { openMs: 9.5 * HOUR_MS, closeMs: 16 * HOUR_MS };
const offsetAt = zoneOffsets(ZONE) ?? (() => -300);

/** Sessions are 09:30 to 16:00 in New York on every weekday since 2000-01-03. Symbols that begin with NOSUCH do not exist. */
export function startStandIn(settings: Partial<StandInSettings> = {}): StandIn {
  const { port = 0, nowMs = Date.now, answer = () => undefined } = settings;
  const asked: URL[] = [];
  const counts = new Map<string, number>();
  const server = Bun.serve({
    port,
    hostname: "127.0.0.1",
    idleTimeout: 60,
    fetch(request) {
      const url = new URL(request.url);
      asked.push(url);
      const symbol = decodeURIComponent(/^\/v8\/finance\/chart\/([^/]+)$/.exec(url.pathname)?.[1] ?? "");
      if (symbol === "" || symbol.startsWith("NOSUCH")) return failure(404, "Not Found", "No data found, symbol may be delisted");
      const times = (counts.get(symbol) ?? 0) + 1;
      counts.set(symbol, times);
      const good = () => chart(symbol, url.searchParams, nowMs(), settings.dividendDays ?? []);
      return answer(symbol, times, good) ?? FAULTS[symbol]?.(times, good) ?? Response.json(good());
    },
  });
  return { url: `http://127.0.0.1:${server.port}`, asked, stop: () => server.stop(true) };
}

function failure(status: number, code: string, description: string): Response {
  return Response.json({ chart: { result: null, error: { code, description } } }, { status });
}

interface Row {
  readonly timeMs: number;
  readonly dayMs: number;
}

/** An answer in the shape of Yahoo's. */
function chart(symbol: string, params: URLSearchParams, nowMs: number, dividendDays: readonly number[]): object {
  const fromMs = 1000 * Number(params.get("period1"));
  const toMs = Math.min(1000 * Number(params.get("period2")), nowMs);
  const interval = params.get("interval") ?? "1d";
  const step = STEP_MS[interval];
  const rows = step === undefined ? dayRows(interval, fromMs, toMs) : minuteRows(step, fromMs, toMs);
  const today = dayOf(nowMs);
  const session = {
    start: seconds(at(today, SESSION.openMs)),
    end: seconds(at(today, SESSION.closeMs)),
    timezone: "EST",
    gmtoffset: 60 * offsetAt(nowMs),
  };
  const price = pricesOf(symbol);
  const bars = rows.map((row) => price(row.timeMs / DAY_MS));
  const factor = (dayMs: number) => 0.98 ** dividendDays.filter((day) => day > dayMs).length;
  const meta = {
    currency: "USD",
    symbol,
    exchangeName: STAND_IN_EXCHANGE,
    fullExchangeName: "made-up prices",
    instrumentType: "EQUITY",
    firstTradeDate: seconds(at(FIRST_DAY, SESSION.openMs)),
    regularMarketTime: seconds(lastTrade(nowMs)),
    hasPrePostMarketData: true,
    gmtoffset: 60 * offsetAt(nowMs),
    timezone: "EST",
    exchangeTimezoneName: ZONE,
    regularMarketPrice: bars.at(-1)?.close ?? 0,
    priceHint: 2,
    currentTradingPeriod: { pre: session, regular: session, post: session },
    dataGranularity: interval,
    range: "",
    validRanges: ["1d", "max"],
  };
  if (rows.length === 0) return { chart: { result: [{ meta, indicators: { quote: [{}], adjclose: [{}] } }], error: null } };
  const quote = Object.fromEntries(
    (["open", "high", "low", "close", "volume"] as const).map((name) => [name, bars.map((bar) => bar[name])]),
  );
  const adjclose = rows.map((row, i) => (bars[i]?.close ?? 0) * factor(row.dayMs));
  const indicators = step === undefined ? { quote: [quote], adjclose: [{ adjclose }] } : { quote: [quote] };
  return { chart: { result: [{ meta, timestamp: rows.map((row) => seconds(row.timeMs)), indicators }], error: null } };
}

/** Sessions, or the first of each week or month, that began in a period. */
function dayRows(interval: string, fromMs: number, toMs: number): Row[] {
  const rows: Row[] = [];
  for (let day = Math.max(FIRST_DAY, Math.floor(fromMs / DAY_MS) * DAY_MS); day <= toMs; day += DAY_MS) {
    const wanted =
      interval === "1d"
        ? isWeekday(day)
        : interval === "1wk"
          ? new Date(day).getUTCDay() === 1
          : new Date(day).getUTCDate() === 1;
    const timeMs = at(day, interval === "1d" ? SESSION.openMs : 0);
    if (wanted && timeMs >= fromMs && timeMs < toMs) rows.push({ timeMs, dayMs: day });
  }
  return rows;
}

function minuteRows(step: number, fromMs: number, toMs: number): Row[] {
  const rows: Row[] = [];
  for (let day = Math.floor(fromMs / DAY_MS) * DAY_MS; day <= toMs; day += DAY_MS) {
    if (!isWeekday(day)) continue;
    for (let clock = SESSION.openMs; clock < SESSION.closeMs; clock += step) {
      const timeMs = at(day, clock);
      if (timeMs >= fromMs && timeMs < toMs) rows.push({ timeMs, dayMs: day });
    }
  }
  return rows;
}

/** The end of the last session that began, or now within one. */
function lastTrade(nowMs: number): number {
  let day = dayOf(nowMs);
  while (!isWeekday(day) || at(day, SESSION.openMs) > nowMs) day -= DAY_MS;
  return Math.min(nowMs, at(day, SESSION.closeMs));
}

/** The day in New York, as UTC midnight. */
function dayOf(instantMs: number): number {
  return localDays(ZONE, -300)(Float64Array.of(instantMs))[0] ?? 0;
}

/** The instant of a time of day in New York. */
function at(dayMs: number, clockMs: number): number {
  return dayMs + clockMs - offsetAt(dayMs + clockMs) * MINUTE_MS;
}

function isWeekday(dayMs: number): boolean {
  return new Date(dayMs).getUTCDay() % 6 !== 0;
}

/** Waves of several lengths, their phases by the symbol's letters: smooth, endless, always above 0. */
function pricesOf(symbol: string) {
  const phase = [...symbol].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1009, 7);
  const wave = (days: number, length: number) => Math.sin((days + phase) / length);
  const level = (days: number) =>
    100 * 1.00015 ** (days - FIRST_DAY / DAY_MS) * (1 + 0.2 * wave(days, 90) + 0.06 * wave(days, 17) + 0.02 * wave(days, 1.7));
  return (days: number) => {
    const [open, close] = [level(days - 0.5), level(days)];
    const [high, low] = [1.004 * Math.max(open, close), 0.996 * Math.min(open, close)];
    return { open, high, low, close, volume: Math.round(1e6 * (2 + wave(days, 5))) };
  };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { port: { type: "string", default: "9900" } } });
  const { url } = startStandIn({ port: Number(values.port) });
  console.log(`${url} plays Yahoo with made-up prices; symbols that misbehave: ${Object.keys(FAULTS).join(", ")}`);
}
