import { breach, type GateRule, PRICES } from "../rule.ts";

export const partialPrices: GateRule = {
  doc: "some of open, high, low and close empty: refused, or the bar is missing when data_quality is warn",
  check(series, { dataQuality }) {
    const { open, high, low, close } = series;
    const incomplete: number[] = [];
    for (let i = 0; i < close.length; i++) if (Number.isNaN(open[i]! + high[i]! + low[i]! + close[i]!)) incomplete.push(i);
    const positions = incomplete.filter((i) => PRICES.some((name) => !Number.isNaN(series[name][i]!)));
    const effect = dataQuality === "fail" ? "refuse" : "missing";
    return breach(effect, positions, "some of open, high, low and close are empty", (i) => {
      const empty = PRICES.filter((name) => Number.isNaN(series[name][i]!));
      return `no ${empty.join(", ")}, while other prices are given`;
    });
  },
};
