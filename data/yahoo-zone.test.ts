import { expect, test } from "bun:test";
import { DAY_MS, formatDay, HOUR_MS } from "../core/time.ts";
import { localDays } from "./yahoo-zone.ts";

/** London's clocks went forward on 2024-03-31, and back on 2024-10-27. */
test.each([
  ["2024-03-28", 3, 0, 1],
  ["2024-10-24", 3, 1, 0],
])("midnights in London from %s on are the days that follow, whatever the clocks do", (first, before, offset, after) => {
  const days = Array.from({ length: 40 }, (_, i) => Date.parse(first) + i * DAY_MS);
  const instants = Float64Array.from(days, (day, i) => day - (i <= before ? offset : after) * HOUR_MS);
  expect([...localDays("Europe/London", 0)(instants)].map(formatDay)).toEqual(days.map(formatDay));
});

test("a zone that nobody knows has the offset that is given instead", () => {
  const evening = Float64Array.of(Date.UTC(2024, 0, 1, 23));
  expect([...localDays("Mars/Olympus", 60)(evening)].map(formatDay)).toEqual(["2024-01-02"]);
});
