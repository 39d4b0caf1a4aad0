import type { Interval } from "../core/bars.ts";
import { type AppError, appError } from "../core/errors.ts";
import type { BarProvider, BarQuery, ProvidedBars } from "../core/ports.ts";
import { err, ok, type Result } from "../core/result.ts";
import { formatTime, isDailyOrLonger, MINUTE_MS } from "../core/time.ts";
import { type CacheEntry, type Series, seriesKey } from "./cache-entry.ts";
import { cutOut, isWorthKeeping, joined, overlapStart, reachesBack, reachesEnd, widened } from "./cache-span.ts";
import { inTime, type SeriesStore, type StoreTimes, withLease } from "./series-store.ts";
import { SHORT_ANSWER } from "./yahoo-chart.ts";
import { LENGTH_MS } from "./yahoo-range.ts";

export interface CacheSettings {
  /** Shared with other processes. */
  readonly store: SeriesStore;
  /** Tells one origin of bars from another: the provider, and its address where that is not its usual one. */
  readonly name: string;
  readonly nowMs: () => number;
  /** How long bars up to the present are taken for up to date. */
  readonly freshMs: (interval: Interval) => number;
  /** Series held in memory beside the store. */
  readonly inMemory: number;
  readonly times: StoreTimes;
  /** Told when the store does not read or write; bars are answered all the same. */
  readonly onProblem: (message: string) => void;
}

export const CACHE_SETTINGS: Omit<CacheSettings, "store" | "name"> = {
  nowMs: Date.now,
  freshMs: (interval) => (isDailyOrLonger(interval) ? 30 * MINUTE_MS : LENGTH_MS[interval]),
  inMemory: 32,
  times: { termMs: 10_000, patienceMs: 60_000, pollMs: 100, answerMs: 5000 },
  onProblem: () => {},
};

/** An entry as it was fetched; `isKept` where later calls may be answered from it. */
interface Fetched extends CacheEntry {
  readonly isKept: boolean;
}

/**
 * Bars of another provider, kept in a store. One fetch at a time for a series serves all who ask meanwhile, in every process with that store.
 * A range that is over is fetched once; one that reaches to the present is extended, and fetched whole again where the prices of the overlap
 * have changed. Only good answers are kept; a damaged entry counts as none.
 *
 * Errors: those of the provider. Without a connection, what the cache holds completely is still answered; without the store, what is fetched.
 */
export function cachedProvider(
  inner: BarProvider,
  settings: Partial<CacheSettings> & Pick<CacheSettings, "store" | "name">,
): BarProvider {
  const cache = new Cache(inner, { ...CACHE_SETTINGS, ...settings });
  return { bars: (query) => cache.bars(query) };
}

class Cache {
  private readonly inner: BarProvider;
  private readonly settings: CacheSettings;
  private readonly memory = new Map<string, CacheEntry>();
  private readonly flights = new Map<string, Promise<Result<Fetched, AppError>>>();

  constructor(inner: BarProvider, settings: CacheSettings) {
    this.inner = inner;
    this.settings = settings;
  }

  async bars(query: BarQuery): Promise<Result<ProvidedBars, AppError>> {
    const { symbol, interval, adjusted } = query;
    const series: Series = { provider: this.settings.name, symbol, interval: interval ?? "1d", adjusted };
    const key = seriesKey(series);
    for (;;) {
      const held = await this.find(key, series, query);
      if (held !== undefined && this.answers(held, query)) return ok(provided(held, query));
      const flight = this.flights.get(key);
      if (flight === undefined) {
        const started = this.fetchAlone(key, series, query).finally(() => this.flights.delete(key));
        this.flights.set(key, started);
        const fetched = await started;
        return fetched.ok ? ok(provided(fetched.value, query)) : fetched;
      }
      const shared = await flight;
      if (!shared.ok) return shared;
      if (this.answers(shared.value, query)) return ok(provided(shared.value, query));
    }
  }

  private answers(entry: CacheEntry, query: BarQuery): boolean {
    const { nowMs, freshMs } = this.settings;
    return reachesBack(entry, query) && reachesEnd(entry, query.range.endMs, nowMs(), freshMs(entry.holding.interval));
  }

  /** From memory, or from the store, which another process may have renewed. */
  private async find(key: string, series: Series, query: BarQuery): Promise<CacheEntry | undefined> {
    const known = this.memory.get(key);
    if (known !== undefined && this.answers(known, query)) {
      this.remember(key, known);
      return known;
    }
    const { store, times } = this.settings;
    const read = await inTime(store.read(series), times.answerMs).catch((cause: unknown) => {
      this.complain(`market data kept in ${store.place} cannot be read`, cause);
    });
    const entry = read ?? known;
    if (entry !== undefined) this.remember(key, entry);
    return entry;
  }

  /** As the one used last; the one not used for longest is forgotten. */
  private remember(key: string, entry: CacheEntry): void {
    this.memory.delete(key);
    this.memory.set(key, entry);
    const [oldest] = this.memory.keys();
    if (oldest !== undefined && this.memory.size > this.settings.inMemory) this.memory.delete(oldest);
  }

  /** What another process has fetched meanwhile counts as fetched. */
  private fetchAlone(key: string, series: Series, query: BarQuery): Promise<Result<Fetched, AppError>> {
    const { store, times } = this.settings;
    return withLease(store.lease(series, times.termMs), times, async () => {
      const held = await this.find(key, series, query);
      if (held !== undefined && this.answers(held, query)) return ok({ ...held, isKept: true });
      if (held !== undefined && reachesBack(held, query)) {
        const extended = await this.extend(series, query, held);
        if (extended !== null) return extended;
      }
      return this.fetchWhole(series, query, held);
    });
  }

  /** Null where an extension does not fit what is held. */
  private async extend(series: Series, query: BarQuery, held: CacheEntry): Promise<Result<Fetched, AppError> | null> {
    const { range } = widened(query, series);
    const asked = { ...query, interval: series.interval, range: { ...range, startMs: overlapStart(held) }, warmupBars: 0 };
    const fetchedAtMs = this.settings.nowMs();
    const answer = await this.inner.bars(asked);
    if (!answer.ok) return answer.error.code === "no_data" ? null : withHint(answer.error, held);
    const raw = joined(held.raw, answer.value.raw);
    if (raw === null) return null;
    const toMs = range.endMs === Infinity ? null : range.endMs;
    return ok(await this.keep({ holding: { ...held.holding, toMs, fetchedAtMs, origin: answer.value.origin }, raw }));
  }

  private async fetchWhole(series: Series, query: BarQuery, held: CacheEntry | undefined): Promise<Result<Fetched, AppError>> {
    const asked = this.wholeOf(series, query, held);
    const fetchedAtMs = this.settings.nowMs();
    const answer = await this.inner.bars(asked);
    if (!answer.ok) return held === undefined ? answer : withHint(answer.error, held);
    const { startMs, endMs } = asked.range;
    const holding = {
      ...series,
      fromMs: startMs === -Infinity ? null : startMs,
      warmupBars: asked.warmupBars,
      toMs: endMs === Infinity ? null : endMs,
      fetchedAtMs,
      origin: answer.value.origin,
    };
    return ok(await this.keep({ holding, raw: withoutLoss(answer.value.raw, asked, held) }));
  }

  /** The query made wider, and as wide as what is held already where one answer can be. */
  private wholeOf(series: Series, query: BarQuery, held: CacheEntry | undefined): BarQuery {
    const wide = widened(query, series);
    if (held === undefined || !isDailyOrLonger(series.interval)) return wide;
    const startMs = Math.min(wide.range.startMs, held.holding.fromMs ?? -Infinity);
    return { ...wide, range: { ...wide.range, startMs }, warmupBars: Math.max(wide.warmupBars, held.holding.warmupBars) };
  }

  private async keep(entry: CacheEntry): Promise<Fetched> {
    const { store, times, nowMs } = this.settings;
    if (!isWorthKeeping(entry.raw, nowMs())) return { ...entry, isKept: false };
    this.remember(seriesKey(entry.holding), entry);
    await inTime(store.write(entry), times.answerMs).catch((cause: unknown) => {
      this.complain(`market data cannot be kept in ${store.place}`, cause);
    });
    return { ...entry, isKept: true };
  }

  private complain(what: string, cause: unknown): void {
    this.settings.onProblem(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** An answer that begins later than what is held of the same range lacks bars: a note says so. */
function withoutLoss(raw: ProvidedBars["raw"], asked: BarQuery, held: CacheEntry | undefined): ProvidedBars["raw"] {
  const before = held?.raw.timeMs[0] ?? Infinity;
  const first = raw.timeMs[0] ?? Infinity;
  if (held === undefined || asked.range.startMs > before || first <= before || !isDailyOrLonger(held.holding.interval))
    return raw;
  const [now, then] = [first, before].map((ms) => formatTime(ms, held.holding.interval));
  const message = `the bars begin with ${now}; an earlier answer began with ${then}`;
  return { ...raw, notes: [...raw.notes, { code: SHORT_ANSWER, message, count: 1, rows: [] }] };
}

/** A failure to fetch newer bars, with what there is instead. */
function withHint({ code, detail, findings }: AppError, { holding, raw }: CacheEntry): Result<never, AppError> {
  const last = raw.timeMs.at(-1);
  if (last === undefined || code === "not_found" || code === "no_data") return err({ code, detail, findings });
  const hint = `bars up to ${formatTime(last, holding.interval)} are at hand: they can be used with that as end`;
  return err(appError(code, `${detail}; ${hint}`, findings));
}

function provided(entry: CacheEntry | Fetched, query: BarQuery): ProvidedBars {
  const { symbol, adjusted } = query;
  const isSorted = !("isKept" in entry) || entry.isKept;
  const raw = cutOut(entry.raw, isSorted ? query : { ...query, range: { startMs: -Infinity, endMs: Infinity } });
  return { raw, origin: { ...entry.holding.origin, symbol, adjusted } };
}
