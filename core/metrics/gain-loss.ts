import { ratio } from "../statistics/ratio.ts";
import type { Metric } from "./metric.ts";
import type { Series } from "./series.ts";

export const omega: Metric<Series> = {
  doc: "Sum of returns above mar over sum of returns below it, both as distances; undefined below 2 returns or without a shortfall.",
  unit: "ratio",
  compute: (series) => {
    const { aboveMar, belowMar } = series.sums();
    return series.statistics.observations < 2 ? Number.NaN : ratio(aboveMar, belowMar);
  },
};

export const gainToPain: Metric<Series> = {
  doc: "Sum of all returns over the absolute sum of the negative ones; undefined below 2 returns or without a loss.",
  unit: "ratio",
  compute: (series) => {
    const { total, losses } = series.sums();
    return series.statistics.observations < 2 ? Number.NaN : ratio(total, losses);
  },
};
