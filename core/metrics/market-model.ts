import { ZERO_DISPERSION } from "../engine/abi.ts";
import { ratio } from "../statistics/ratio.ts";
import type { Metric } from "./metric.ts";
import type { ReturnPairs } from "./return-pairs.ts";

export const pairObservations: Metric<ReturnPairs> = {
  doc: "Periods in which both the strategy and the benchmark have a return.",
  unit: "count",
  compute: ({ returns }) => returns.length,
};

export const beta: Metric<ReturnPairs> = {
  doc: "cov(r, b) / var(b); undefined below 2 pairs or when the benchmark does not move.",
  unit: "ratio",
  compute: ({ covariance, sdBenchmark }) => ratio(covariance, sdBenchmark) / sdBenchmark,
};

export const alphaPeriod: Metric<ReturnPairs> = {
  doc: "(mean r - risk-free) - beta (mean b - risk-free), per bar; undefined with beta.",
  unit: "fraction",
  compute: (pairs) => {
    const { meanReturn, meanBenchmark, riskFreePerPeriod } = pairs;
    return meanReturn - riskFreePerPeriod - beta.compute(pairs) * (meanBenchmark - riskFreePerPeriod);
  },
};

export const alpha: Metric<ReturnPairs> = {
  doc: "alpha_period compounded over a year: (1 + alpha_period)^P - 1; undefined with beta and when alpha_period is below -1.",
  unit: "fraction",
  compute: (pairs) => Math.expm1(pairs.periodsPerYear * Math.log1p(alphaPeriod.compute(pairs))),
};

export const alphaArithmetic: Metric<ReturnPairs> = {
  doc: "alpha_period x periods per year; undefined with beta.",
  unit: "fraction",
  compute: (pairs) => alphaPeriod.compute(pairs) * pairs.periodsPerYear,
};

export const correlation: Metric<ReturnPairs> = {
  doc: "cov(r, b) / (sd(r) sd(b)); undefined when either does not move.",
  unit: "ratio",
  compute: ({ covariance, sdReturn, sdBenchmark }) => Math.max(-1, Math.min(1, ratio(ratio(covariance, sdReturn), sdBenchmark))),
};

export const rSquared: Metric<ReturnPairs> = {
  doc: "correlation squared.",
  unit: "ratio",
  compute: (pairs) => correlation.compute(pairs) ** 2,
};

export const treynor: Metric<ReturnPairs> = {
  doc: "(mean r - risk-free) x periods per year / beta; undefined when beta is undefined or zero.",
  unit: "ratio",
  compute: (pairs) => {
    const slope = beta.compute(pairs);
    const excess = (pairs.meanReturn - pairs.riskFreePerPeriod) * pairs.periodsPerYear;
    return Math.abs(slope) > ZERO_DISPERSION ? excess / slope : Number.NaN;
  },
};
