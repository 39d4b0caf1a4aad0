import type { Metric } from "./metric.ts";
import type { Series } from "./series.ts";

export const maxDrawdown: Metric<Series> = {
  doc: "Lowest equity / running peak - 1, the starting capital being part of the peak; zero or negative; undefined without a bar.",
  unit: "fraction",
  compute: ({ statistics }) => statistics.maxDrawdown,
};

export const maxDrawdownPeakIndex: Metric<Series> = {
  doc: "Last point at the peak before the deepest drawdown, the first of equally deep ones; undefined without a drawdown.",
  unit: "index",
  compute: (series) => series.drawdowns().deepest?.peak ?? Number.NaN,
};

export const maxDrawdownTroughIndex: Metric<Series> = {
  doc: "First point at the bottom of the deepest drawdown; undefined without a drawdown.",
  unit: "index",
  compute: (series) => series.drawdowns().deepest?.trough ?? Number.NaN,
};

export const maxDrawdownRecoveryIndex: Metric<Series> = {
  doc: "First point back at the peak of the deepest drawdown; undefined while it is open and without a drawdown.",
  unit: "index",
  compute: (series) => series.drawdowns().deepest?.recovery ?? Number.NaN,
};

export const maxDrawdownBars: Metric<Series> = {
  doc: "Length of the deepest drawdown, from peak to recovery or to the last bar; 0 without a drawdown.",
  unit: "bars",
  compute: (series) => series.drawdowns().deepest?.bars ?? 0,
};

export const longestDrawdownBars: Metric<Series> = {
  doc: "Longest time from a peak to its recovery or to the last bar; 0 without a drawdown.",
  unit: "bars",
  compute: (series) => series.drawdowns().longestBars,
};

export const drawdownCount: Metric<Series> = {
  doc: "Number of drawdowns; touching the peak ends one.",
  unit: "count",
  compute: (series) => series.drawdowns().count,
};

export const avgDrawdown: Metric<Series> = {
  doc: "Mean depth of the drawdowns; undefined without one.",
  unit: "fraction",
  compute: (series) => series.drawdowns().depths / series.drawdowns().count,
};

export const avgDrawdownBars: Metric<Series> = {
  doc: "Mean length of the drawdowns; undefined without one.",
  unit: "bars",
  compute: (series) => series.drawdowns().bars / series.drawdowns().count,
};
