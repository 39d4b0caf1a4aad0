import { ratio } from "../statistics/ratio.ts";
import type { Metric } from "./metric.ts";
import type { ReturnPairs } from "./return-pairs.ts";

export const trackingErrorAnn: Metric<ReturnPairs> = {
  doc: "Standard deviation of r - b (n - 1) x sqrt(periods per year); undefined below 2 pairs.",
  unit: "fraction",
  compute: ({ sdActive, periodsPerYear }) => sdActive * Math.sqrt(periodsPerYear),
};

export const activeReturnAnn: Metric<ReturnPairs> = {
  doc: "Mean of r - b x periods per year; undefined below 2 pairs.",
  unit: "fraction",
  compute: ({ active, meanActive, periodsPerYear }) => (active.length < 2 ? Number.NaN : meanActive * periodsPerYear),
};

export const informationRatioPerPeriod: Metric<ReturnPairs> = {
  doc: "Mean of r - b over its standard deviation, not annualised; undefined below 2 pairs or without tracking error.",
  unit: "ratio",
  compute: ({ meanActive, sdActive }) => ratio(meanActive, sdActive),
};

export const informationRatio: Metric<ReturnPairs> = {
  doc: "information_ratio_per_period x sqrt(periods per year); undefined with it.",
  unit: "ratio",
  compute: (pairs) => informationRatioPerPeriod.compute(pairs) * Math.sqrt(pairs.periodsPerYear),
};
