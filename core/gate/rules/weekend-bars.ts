import { isAlwaysOpen, weekday } from "../../calendar.ts";
import { formatDay } from "../../time.ts";
import { breach, type GateRule } from "../rule.ts";

export const weekendBars: GateRule = {
  doc: "Saturday or Sunday bars in a series with sessions: a warning",
  check({ timeMs, interval }) {
    const positions: number[] = [];
    if (interval === "1wk" || interval === "1mo" || isAlwaysOpen(timeMs, interval)) return [];
    for (let i = 0; i < timeMs.length; i++) if (weekday(timeMs[i]!) % 6 === 0) positions.push(i);
    return breach("warn", positions, "bars on Saturdays or Sundays, though the market has sessions", (i) => {
      return `${formatDay(timeMs[i]!)} is a ${weekday(timeMs[i]!) === 0 ? "Sunday" : "Saturday"}`;
    });
  },
};
