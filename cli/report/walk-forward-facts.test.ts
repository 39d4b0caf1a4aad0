import { expect, test } from "bun:test";
import { efficiencyText, stabilityText } from "./walk-forward-facts.ts";

test.each<readonly [number, string]>([
  [0.482, "of every 1 % a year that the settings gained on the bars that chose them, 0.48 % was left"],
  [0.482, "on the bars that came next: less than half (efficiency ratio 0.48)"],
  [0.75, "0.75 % was left on the bars that came next (efficiency ratio 0.75)"],
  [1.2, "1.20 % was left on the bars that came next: nothing was lost on the way, which is rare (efficiency ratio 1.20)"],
  [0, "0.00 % was left on the bars that came next: less than half"],
  [-0.5, "gained on the bars that chose them, and lost on the bars that came next (efficiency ratio -0.50)"],
  [Number.NaN, "efficiency cannot be told: nothing was gained on the bars that chose the settings"],
])("an efficiency ratio of %d is told as: %s", (ratio, words) => {
  expect(efficiencyText(ratio)).toContain(words);
});

const FAST = { name: "fast", values: [10, 20, 30, 40, 50] };
const AVERAGE = { name: "average", values: ["sma", "ema", "wma", "rma"] };

// Of five values a blind choice keeps one in five, and moves by (5 + 1) / (3 x 5) = 40 % of the way from the first to the last.
test.each<readonly [string, typeof FAST | typeof AVERAGE, number, number, string]>([
  [
    "kept mostly",
    FAST,
    0.8,
    0.05,
    "fast: a fold took the value of the fold before in 80 % of cases, and moved by 5 % of its range",
  ],
  ["kept mostly", FAST, 0.8, 0.05, "on average: it is steady (a blind choice: 20 % and 40 %)"],
  ["moved in small steps", FAST, 0.25, 0.125, "it wanders (a blind choice: 20 % and 40 %)"],
  ["moved as far as by chance", FAST, 0.2, 0.35, "it jumps about, as chance would (a blind choice: 20 % and 40 %)"],
  ["words that are kept", AVERAGE, 0.5, Number.NaN, "in 50 % of cases: it is steady (a blind choice: 25 %)"],
  ["words that change", AVERAGE, 0.4, Number.NaN, "in 40 % of cases: it jumps about, as chance would (a blind choice: 25 %)"],
  ["one fold alone", FAST, Number.NaN, Number.NaN, "fast: how steady the choice is cannot be told"],
])("the stability of a parameter: %s", (_what, axis, kept, meanStep, words) => {
  expect(stabilityText(axis, { kept, meanStep })).toContain(words);
});
