import type { Metric } from "./metric.ts";
import type { Series } from "./series.ts";

export const periods: Metric<Series> = {
  doc: "Bars of the equity curve, those with a missing return included.",
  unit: "count",
  compute: ({ returns }) => returns.length,
};

export const observations: Metric<Series> = {
  doc: "Returns that exist; a return from equity at or below zero does not.",
  unit: "count",
  compute: ({ statistics }) => statistics.observations,
};

export const positivePeriods: Metric<Series> = {
  doc: "Returns above zero.",
  unit: "count",
  compute: (series) => series.sums().positive,
};

export const negativePeriods: Metric<Series> = {
  doc: "Returns below zero.",
  unit: "count",
  compute: (series) => series.sums().negative,
};
