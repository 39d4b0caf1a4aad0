import { quantile, quantilePosition } from "../statistics/quantile.ts";
import { ratio } from "../statistics/ratio.ts";
import type { Metric } from "./metric.ts";
import type { Series } from "./series.ts";

export const valueAtRisk: Metric<Series> = {
  doc: "Empirical quantile var_alpha of the returns per bar; negative for a loss; undefined without a return.",
  unit: "fraction",
  compute: (series) => quantile(series.sorted(), series.varAlpha),
};

export const conditionalValueAtRisk: Metric<Series> = {
  doc: "Mean of the floor((n - 1) x var_alpha) + 1 smallest returns; undefined without a return.",
  unit: "fraction",
  compute: (series) => {
    const sorted = series.sorted();
    if (sorted.length === 0) return Number.NaN;
    const count = Math.floor(quantilePosition(sorted.length, series.varAlpha)) + 1;
    let sum = 0;
    for (let i = 0; i < count; i++) sum += sorted[i]!;
    return sum / count;
  },
};

export const tailRatio: Metric<Series> = {
  doc: "|quantile 0.95| / |quantile 0.05| of the returns; undefined when the lower one is zero.",
  unit: "ratio",
  compute: (series) => ratio(Math.abs(quantile(series.sorted(), 0.95)), Math.abs(quantile(series.sorted(), 0.05))),
};
