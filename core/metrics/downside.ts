import type { Metric } from "./metric.ts";
import type { Series } from "./series.ts";

export const downsideDeviation: Metric<Series> = {
  doc: "sqrt(sum(min(return - mar per bar, 0)^2) / n), n counting all returns; undefined without one.",
  unit: "fraction",
  compute: ({ statistics }) => statistics.downsideDeviation,
};

export const downsideDeviationAnn: Metric<Series> = {
  doc: "downside_deviation x sqrt(periods per year).",
  unit: "fraction",
  compute: ({ statistics, periodsPerYear }) => statistics.downsideDeviation * Math.sqrt(periodsPerYear),
};

export const sortino: Metric<Series> = {
  doc: "(mean return - mar per bar) x periods per year / downside_deviation_ann; undefined below 2 returns or without a shortfall.",
  unit: "ratio",
  compute: ({ statistics }) => statistics.sortino,
};
