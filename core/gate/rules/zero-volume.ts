import { breach, type GateRule } from "../rule.ts";

export const zeroVolume: GateRule = {
  doc: "a bar with prices and a volume of zero: a warning",
  check({ volume, close }) {
    const positions: number[] = [];
    if (volume === null) return [];
    for (let i = 0; i < volume.length; i++) if (volume[i] === 0 && !Number.isNaN(close[i]!)) positions.push(i);
    return breach("warn", positions, "bars have prices but no volume", () => "volume is 0");
  },
};
