import { NO_OFFSET } from "../raw-bars.ts";
import { breach, type GateRule } from "../rule.ts";

export const mixedOffsets: GateRule = {
  doc: "some times with an offset from UTC and some without: refused",
  check({ offsetMinutes, nameOf }) {
    const positions: number[] = [];
    if (offsetMinutes === null) return [];
    const firstHas = offsetMinutes[0] !== NO_OFFSET;
    for (let i = 1; i < offsetMinutes.length; i++) if ((offsetMinutes[i] !== NO_OFFSET) !== firstHas) positions.push(i);
    const described = firstHas
      ? `the time has no offset from UTC, ${nameOf(0)} has one`
      : `the time has an offset from UTC, ${nameOf(0)} has none`;
    return breach("refuse", positions, "times with and without an offset from UTC are mixed", () => described);
  },
};
