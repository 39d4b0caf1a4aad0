import type { Metric } from "./metric.ts";
import type { Series } from "./series.ts";

export const meanReturn: Metric<Series> = {
  doc: "Arithmetic mean of the returns per bar; undefined without one.",
  unit: "fraction",
  compute: ({ statistics }) => statistics.meanReturn,
};

export const bestReturn: Metric<Series> = {
  doc: "Largest return of a bar; undefined without one.",
  unit: "fraction",
  compute: (series) => series.sums().best,
};

export const worstReturn: Metric<Series> = {
  doc: "Smallest return of a bar; undefined without one.",
  unit: "fraction",
  compute: (series) => series.sums().worst,
};
