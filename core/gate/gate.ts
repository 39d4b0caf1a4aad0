import type { Bars, Interval } from "../bars.ts";
import { inferInterval } from "../calendar.ts";
import { type AppError, fail } from "../errors.ts";
import { ok, type Result } from "../result.ts";
import { isDailyOrLonger } from "../time.ts";
import { repeatedPositions } from "./duplicates.ts";
import { byLocalDay, inOrder, type RowOrder, without } from "./order.ts";
import { cutRange } from "./range.ts";
import type { BarWarning, RawBars } from "./raw-bars.ts";
import { gateRules } from "./registry.ts";
import { FIRST_FEW, refusal, warningOf } from "./report.ts";
import type { GateSettings } from "./rule.ts";
import { barsOf, seriesOf } from "./series.ts";
import { timedRows } from "./timed-rows.ts";

/** What the gate lets through. `from` is the position of the first bar of the range; the bars before it are warm-up. */
export interface GatedBars {
  readonly bars: Bars;
  readonly from: number;
  readonly interval: Interval;
  readonly warnings: readonly BarWarning[];
  /** The raw row that a bar was given in, both counted from 0. */
  readonly rowOf: (bar: number) => number;
}

/**
 * The integrity gate: raw rows in, bars that an engine may trust out. Repairs what has one sane reading (order, repeats, blank rows), refuses
 * what has none, and says everything it did. Only rows of the range and its warm-up are judged. Inputs are not written to; the bars may be
 * views on them.
 *
 * Errors: `no_data` when nothing is in the range, `bad_data` with the first offending rows, `invalid_request` for another interval than the data's.
 */
export function gate(raw: RawBars, settings: GateSettings): Result<GatedBars, AppError> {
  const timed = timedRows(raw);
  if (!timed.ok) return timed;
  const { timeMs } = timed.value;
  if (timeMs.length === 0) return fail("no_data", "there are no bars");

  const instants = inOrder(timed.value.rows, timeMs);
  const interval = settle(raw.interval, instants.timeMs, settings.interval);
  if (!interval.ok) return interval;
  const ordered = isDailyOrLonger(interval.value) ? byLocalDay(instants, raw) : instants;
  const repeated = repeatedPositions(ordered.timeMs, ordered.rows, raw);
  const unique = without(repeated, ordered);

  const cut = cutRange(unique.timeMs, settings.range, settings.warmupBars, interval.value);
  if (!cut.ok) return cut;
  const series = seriesOf(raw, unique, cut.value, interval.value);
  const found = Object.entries(gateRules).flatMap(([code, rule]) =>
    rule.check(series, settings).map((breach) => ({ code, breach })),
  );
  const refused = found.filter(({ breach }) => breach.effect === "refuse");
  if (refused.length > 0) return refusal(refused, series);

  const repeatedRows = repeated.map((position) => (ordered.rows?.[position] ?? position) + raw.rows.first);
  const warnings = [
    ...raw.notes,
    ...timed.value.warnings,
    ...orderWarnings(ordered.order, timeMs.length),
    ...repeatWarnings(repeatedRows),
    ...(raw.volume === null ? [NO_VOLUME] : []),
    ...found.map((coded) => warningOf(coded, series)),
  ];
  const missing = found.filter(({ breach }) => breach.effect === "missing").map(({ breach }) => breach);
  const { first, start } = cut.value;
  return ok({
    bars: barsOf(series, missing),
    from: start - first,
    interval: interval.value,
    warnings,
    rowOf: (bar) => unique.rows?.[first + bar] ?? first + bar,
  });
}

/** The source's or the data's interval, or the one asked for where neither can tell. */
function settle(known: Interval | null, timeMs: Float64Array, asked: Interval | null): Result<Interval, AppError> {
  const inferred = known === null ? inferInterval(timeMs) : { interval: known, basis: "measured" };
  if (inferred === null) return fail("bad_data", "bars are less than a minute apart; the shortest interval is 1m");
  if (asked === null || asked === inferred.interval) return ok(inferred.interval);
  if (inferred.basis === "assumed") return ok(asked);
  const message = `interval is ${asked}, but the bars are ${inferred.interval}; leave it out, nothing is resampled`;
  return fail("invalid_request", message, [{ path: "interval", message }]);
}

const NO_VOLUME: BarWarning = { code: "no_volume", message: "the data has no volume; it is taken as 0", count: 1, rows: [] };

function orderWarnings(order: RowOrder, count: number): BarWarning[] {
  if (order === "ascending") return [];
  const found = order === "newest_first" ? "rows came newest first" : "rows were not in order of time";
  return [{ code: order, message: `${found}; they were put in order, oldest first`, count, rows: [] }];
}

function repeatWarnings(rows: readonly number[]): BarWarning[] {
  if (rows.length === 0) return [];
  const message = `left out ${rows.length === 1 ? "1 row that repeats another" : `${rows.length} rows that repeat others`} exactly`;
  return [{ code: "duplicate_rows", message, count: rows.length, rows: rows.slice(0, FIRST_FEW) }];
}
