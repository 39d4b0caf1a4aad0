import { ratio } from "../statistics/ratio.ts";
import { cagr, totalReturn } from "./growth.ts";
import type { Metric } from "./metric.ts";
import type { Series } from "./series.ts";

export const ulcerIndex: Metric<Series> = {
  doc: "Root of the mean squared drawdown over all bars; undefined without a bar.",
  unit: "fraction",
  compute: (series) => Math.sqrt(series.drawdowns().squares / series.returns.length),
};

/** A gain over the depth of the deepest drawdown; NaN without a drawdown. */
export function perDrawdown(gain: number, deepest: number): number {
  return ratio(gain, Math.abs(deepest));
}

export const calmar: Metric<Series> = {
  doc: "cagr / |max_drawdown|; undefined without a drawdown.",
  unit: "ratio",
  compute: (series) => perDrawdown(cagr.compute(series), series.statistics.maxDrawdown),
};

export const ulcerPerformanceIndex: Metric<Series> = {
  doc: "(cagr - annual risk-free rate) / ulcer_index; undefined without a drawdown.",
  unit: "ratio",
  compute: (series) => ratio(cagr.compute(series) - series.riskFree, ulcerIndex.compute(series)),
};

export const recoveryFactor: Metric<Series> = {
  doc: "total_return / |max_drawdown|; undefined without a drawdown.",
  unit: "ratio",
  compute: (series) => perDrawdown(totalReturn.compute(series), series.statistics.maxDrawdown),
};
