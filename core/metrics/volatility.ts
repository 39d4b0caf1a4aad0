import type { Metric } from "./metric.ts";
import type { Series } from "./series.ts";

export const volatility: Metric<Series> = {
  doc: "Sample standard deviation (n - 1) of the returns per bar; undefined below 2 returns.",
  unit: "fraction",
  compute: ({ statistics }) => statistics.volatility,
};

export const volatilityAnn: Metric<Series> = {
  doc: "volatility x sqrt(periods per year).",
  unit: "fraction",
  compute: ({ statistics, periodsPerYear }) => statistics.volatility * Math.sqrt(periodsPerYear),
};
