import { expect, test } from "bun:test";
import fc from "fast-check";
import { axisTicks, roundTicks } from "./ticks.ts";

test.each([
  [0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [-0.34, 0.21, 6, [-0.3, -0.2, -0.1, 0, 0.1, 0.2]],
  [13, 987, 4, [500]],
  [13, 987, 6, [200, 400, 600, 800]],
  [3, 3, 5, [3]],
])("round numbers from %p to %p, %p of them or so", (low, high, most, ticks) => {
  expect(roundTicks(low, high, most)).toEqual(ticks);
});

test("round ticks lie in their range, ascend at equal steps, and are not more than one too many", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -1e6, max: 1e6 }),
      fc.integer({ min: 1, max: 1e6 }),
      fc.integer({ min: 2, max: 12 }),
      (low, span, most) => {
        const ticks = roundTicks(low, low + span, most);
        expect(ticks.length).toBeLessThanOrEqual(most + 1);
        for (const tick of ticks) expect(tick >= low && tick <= low + span).toBe(true);
        const steps = new Set(ticks.slice(1).map((tick, i) => Math.round((tick - ticks[i]!) * 1e6)));
        expect(steps.size).toBeLessThanOrEqual(1);
      },
    ),
  );
});

const upTo = (n: number, step = 1) => Array.from({ length: n }, (_, k) => (k + 1) * step);
const labelled = (values: readonly (number | string)[], most: number) => axisTicks(values, most).map((i) => values[i]);

test("an axis is labelled at all of its values where there is room, else at round ones", () => {
  expect(labelled([5, 10, 20], 3)).toEqual([5, 10, 20]);
  expect(labelled(upTo(200), 10)).toEqual(upTo(10, 20));
  expect(labelled(upTo(45, 5), 12)).toEqual(upTo(11, 20));
});

test("an axis without round values, or of words, is labelled at regular places", () => {
  expect(labelled([1, 4, 7, 11, 13, 17, 19, 23, 29, 31], 3)).toEqual([1, 13, 29]);
  expect(labelled(["a", "b", "c", "d", "e"], 2)).toEqual(["a", "d"]);
});

test("an axis never has more labels than there is room for, and always one", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 300 }),
      fc.integer({ min: 1, max: 20 }),
      (values, most) => {
        const ticks = axisTicks(values, most);
        expect(ticks.length).toBeLessThanOrEqual(most);
        expect(ticks.length).toBeGreaterThan(0);
      },
    ),
  );
});
