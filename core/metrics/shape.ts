import type { Metric } from "./metric.ts";
import type { Series } from "./series.ts";

export const skewness: Metric<Series> = {
  doc: "m3 / m2^1.5 of the returns, moments over n; undefined below 3 returns or without volatility.",
  unit: "ratio",
  compute: (series) => series.shape().skewness,
};

export const skewnessSample: Metric<Series> = {
  doc: "skewness x sqrt(n (n - 1)) / (n - 2), the estimate for a sample; undefined as skewness.",
  unit: "ratio",
  compute: (series) => {
    const n = series.statistics.observations;
    return (series.shape().skewness * Math.sqrt(n * (n - 1))) / (n - 2);
  },
};

export const kurtosisExcess: Metric<Series> = {
  doc: "m4 / m2^2 - 3 of the returns, moments over n, 0 for a normal law; undefined below 4 returns or without volatility.",
  unit: "ratio",
  compute: (series) => series.shape().kurtosisExcess,
};

export const kurtosisExcessSample: Metric<Series> = {
  doc: "(n - 1) / ((n - 2)(n - 3)) x ((n + 1) kurtosis_excess + 6), the estimate for a sample; undefined as kurtosis_excess.",
  unit: "ratio",
  compute: (series) => {
    const n = series.statistics.observations;
    return ((n - 1) / ((n - 2) * (n - 3))) * ((n + 1) * series.shape().kurtosisExcess + 6);
  },
};
