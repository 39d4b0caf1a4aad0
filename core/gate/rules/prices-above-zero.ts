import { breach, type GateRule, PRICES } from "../rule.ts";

export const pricesAboveZero: GateRule = {
  doc: "a price of zero or below: refused",
  check(series) {
    const { open, high, low, close } = series;
    const positions: number[] = [];
    for (let i = 0; i < close.length; i++) {
      if (open[i]! <= 0 || high[i]! <= 0 || low[i]! <= 0 || close[i]! <= 0) positions.push(i);
    }
    return breach("refuse", positions, "prices are not above zero", (i) => {
      const column = PRICES.find((name) => series[name][i]! <= 0) ?? "close";
      return `${column} is ${series[column][i]}, prices must be above 0`;
    });
  },
};
