import { probabilisticSharpe as probabilityAbove } from "../statistics/probabilistic-sharpe.ts";
import { ratio } from "../statistics/ratio.ts";
import type { Metric } from "./metric.ts";
import type { Series } from "./series.ts";

export const sharpe: Metric<Series> = {
  doc: "(mean return - risk-free rate per bar) / volatility x sqrt(periods per year); undefined without volatility.",
  unit: "ratio",
  compute: ({ statistics }) => statistics.sharpe,
};

/** @see Bailey and López de Prado, "The Sharpe Ratio Efficient Frontier", Journal of Risk 15(2), 2012 */
export const probabilisticSharpe: Metric<Series> = {
  doc: "Probability that the true Sharpe ratio is above 0, given the length, skewness and kurtosis of the returns; undefined below 4 returns.",
  unit: "probability",
  compute: (series) => {
    const { observations, meanReturn, volatility } = series.statistics;
    const { skewness, kurtosisExcess } = series.shape();
    const perPeriod = ratio(meanReturn - series.rates.riskFreePerPeriod, volatility);
    return probabilityAbove({ sharpe: perPeriod, observations, skewness, kurtosis: kurtosisExcess + 3 }, 0);
  },
};
