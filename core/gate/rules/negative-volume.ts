import { breach, type GateRule } from "../rule.ts";

export const negativeVolume: GateRule = {
  doc: "a volume below zero: refused",
  check({ volume }) {
    const positions: number[] = [];
    if (volume === null) return [];
    for (let i = 0; i < volume.length; i++) if (volume[i]! < 0) positions.push(i);
    return breach("refuse", positions, "volumes are below zero", (i) => `volume is ${volume[i]}, it must be 0 or more`);
  },
};
