import { formatInstant } from "../../time.ts";
import { breach, type GateRule } from "../rule.ts";

export const futureBars: GateRule = {
  doc: "a bar that opens later than now: refused",
  check({ timeMs }, { nowMs }) {
    const positions: number[] = [];
    for (let i = timeMs.length - 1; i >= 0 && timeMs[i]! > nowMs; i--) positions.push(i);
    return breach(
      "refuse",
      positions.reverse(),
      "bars are in the future",
      (i) => `the bar's time ${formatInstant(timeMs[i]!)} is in the future, now is ${formatInstant(nowMs)}`,
    );
  },
};
