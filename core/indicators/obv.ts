import { defineIndicator } from "./indicator.ts";

export const obv = defineIndicator({
  doc: "On-balance volume: starts with the first volume, adds it on a higher close, subtracts it on a lower one.",
  params: {},
  outputs: ["value"],
  barsNeeded: () => 1,
  compute: ({ close, volume }) => {
    const value = new Float64Array(close.length);
    let balance = 0;
    for (let i = 0; i < close.length; i++) {
      if (i === 0 || close[i]! > close[i - 1]!) balance += volume[i]!;
      else if (close[i]! < close[i - 1]!) balance -= volume[i]!;
      value[i] = balance;
    }
    return { value };
  },
});
