import type { Metric } from "./metric.ts";
import type { Series } from "./series.ts";

export const volatility: Metric<Series> = {
  doc: "Sample standard deviation (n - 1) of the returns per bar; undefined below 2 returns.",
  unit: "fraction",
  compute: ({ statistics }) => statistics.volatility,
};

/** A deviation of returns per bar as one of a year. */
export function annualVolatility(perBar: number, periodsPerYear: number): number {
  return perBar * Math.sqrt(periodsPerYear);
}

export const volatilityAnn: Metric<Series> = {
  doc: "volatility x sqrt(periods per year).",
  unit: "fraction",
  compute: ({ statistics, periodsPerYear }) => annualVolatility(statistics.volatility, periodsPerYear),
};
