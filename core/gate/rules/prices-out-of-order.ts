import { breach, type GateRule } from "../rule.ts";

export const pricesOutOfOrder: GateRule = {
  doc: "high below low, or open or close outside them: refused, or the bar is missing when data_quality is warn",
  check({ open, high, low, close }, { dataQuality }) {
    const positions: number[] = [];
    for (let i = 0; i < close.length; i++) {
      const h = high[i]!;
      const l = low[i]!;
      if (h < l || open[i]! > h || open[i]! < l || close[i]! > h || close[i]! < l) positions.push(i);
    }
    const effect = dataQuality === "fail" ? "refuse" : "missing";
    return breach(effect, positions, "open, high, low and close contradict each other", (i) => {
      const range = `low ${low[i]} to high ${high[i]}`;
      if (high[i]! < low[i]!) return `high ${high[i]} is below low ${low[i]}`;
      const [name, value] = open[i]! > high[i]! || open[i]! < low[i]! ? ["open", open[i]] : ["close", close[i]];
      return `${name} ${value} is outside ${range}`;
    });
  },
};
