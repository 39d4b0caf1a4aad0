import { formatTime } from "../../time.ts";
import { breach, type GateRule } from "../rule.ts";

export const conflictingBars: GateRule = {
  doc: "two different bars at one time: refused",
  check({ timeMs, interval, nameOf }) {
    const positions: number[] = [];
    for (let i = 1; i < timeMs.length; i++) if (timeMs[i] === timeMs[i - 1]) positions.push(i);
    return breach(
      "refuse",
      positions,
      "different bars have one time",
      (i) => `another bar for ${formatTime(timeMs[i]!, interval)}, different from ${nameOf(i - 1)}`,
    );
  },
};
