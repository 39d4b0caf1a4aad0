import { describe, expect, test } from "bun:test";
import { uniforms } from "../random.ts";
import { type Weighting, WindowSum, weightOf } from "./window-sum.ts";

/** Sum over the window that ends at `bar`, oldest first; exact as long as values are whole and the sum is below 2^53. */
function plainSum(values: Float64Array, period: number, weighting: Weighting, bar: number): number {
  let sum = 0;
  for (let k = 1; k <= period; k++) sum += values[bar - period + k]! * (weighting === "equal" ? 1 : k);
  return sum;
}

describe.each(["equal", "linear"] as const)("the sum of a window with %s weights", (weighting) => {
  const next = uniforms(6);
  const values = Float64Array.from({ length: 3000 }, () => Math.floor(next() * 1e6));

  test("is the same however one comes to its bar: step by step, in leaps, or back", () => {
    for (const period of [1, 2, 9, 250]) {
      const sum = new WindowSum(values, period, weighting);
      let bar = period - 1;
      for (let k = 0; k < 400; k++) {
        const { hi, lo } = sum.moveTo(bar);
        expect([hi, lo]).toEqual([plainSum(values, period, weighting, bar), 0]);
        const move = next();
        if (move < 0.6) bar++;
        else bar += Math.floor((next() - 0.4) * 2.5 * period);
        if (bar < period - 1 || bar >= 3000) bar = period - 1 + Math.floor(next() * (3000 - period));
      }
    }
  });

  test("forgets prices too large for its digits once they have left long ago", () => {
    const prices = Float64Array.from({ length: 20_000 }, (_, i) =>
      i < 50 ? (1 + next() + next() * 2 ** -21) * 2 ** 120 : 1 + (i % 1000),
    );
    const sum = new WindowSum(prices, 20, weighting);
    let last = [0, 0];
    for (let bar = 19; bar < 20_000; bar++) {
      const { hi, lo } = sum.moveTo(bar);
      last = [hi, lo];
    }
    expect(last).toEqual([plainSum(prices, 20, weighting, 19_999), 0]);
  });
});

test("the weights of a window add up to its period, or to 1 + 2 + … + period", () => {
  expect([weightOf("equal", 4), weightOf("linear", 4), weightOf("linear", 5000)]).toEqual([4, 10, 12_502_500]);
});
