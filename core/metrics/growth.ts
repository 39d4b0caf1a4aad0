import type { Metric } from "./metric.ts";
import type { Series, SeriesSettings } from "./series.ts";

/** Milliseconds of a mean Julian year, 365.25 days. */
const YEAR_MS = 31557600000;

/**
 * Growth over a span: to / from - 1, a fraction.
 *
 * @returns NaN when `from` is not positive
 */
export function growth(from: number, to: number): number {
  return from > 0 ? to / from - 1 : Number.NaN;
}

/**
 * Compound annual growth rate: (1 + totalReturn)^(1 / years) - 1.
 *
 * @param totalReturn fraction; at or below -1 nothing is left and the answer is -1
 * @returns fraction; NaN when years <= 0 or when the rate is too large for a double
 */
export function annualGrowth(totalReturn: number, years: number): number {
  if (Number.isNaN(totalReturn) || !(years > 0)) return Number.NaN;
  if (totalReturn <= -1) return -1;
  const rate = Math.expm1(Math.log1p(totalReturn) / years);
  return Number.isFinite(rate) ? rate : Number.NaN;
}

/** Years from the first to the last of some times in epoch ms; 0 for fewer than two. */
export function calendarYears(timeMs: Float64Array): number {
  const first = timeMs[0];
  const last = timeMs[timeMs.length - 1];
  return first === undefined || last === undefined ? 0 : (last - first) / YEAR_MS;
}

/**
 * Length of a run: calendar time from the first to the last of its times, or periods over periods per year.
 *
 * @param timeMs null where times are not known: then periods are counted
 */
export function yearsOf(
  { yearBasis, periodsPerYear }: Pick<SeriesSettings, "yearBasis" | "periodsPerYear">,
  timeMs: Float64Array | null,
  periods: number,
): number {
  return yearBasis === "calendar" && timeMs !== null ? calendarYears(timeMs) : periods / periodsPerYear;
}

export const totalReturn: Metric<Series> = {
  doc: "Final equity over starting capital, minus 1; undefined without a bar.",
  unit: "fraction",
  compute: ({ equity, returns }) => (returns.length === 0 ? Number.NaN : growth(equity[0]!, equity[equity.length - 1]!)),
};

export const years: Metric<Series> = {
  doc: "Length of the run: bars over periods per year, or calendar time over 365.25 days, as year_basis says.",
  unit: "years",
  compute: (series) => yearsOf(series, series.timeMs, series.returns.length),
};

export const cagr: Metric<Series> = {
  doc: "Compound annual growth rate: (1 + total_return)^(1 / years) - 1; -1 when nothing is left; undefined when years is 0.",
  unit: "fraction",
  compute: (series) => annualGrowth(totalReturn.compute(series), years.compute(series)),
};

export const finalEquity: Metric<Series> = {
  doc: "Equity at the last close; the starting capital without a bar.",
  unit: "money",
  compute: ({ equity }) => equity[equity.length - 1]!,
};
