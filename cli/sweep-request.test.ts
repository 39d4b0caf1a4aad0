import { expect, test } from "bun:test";
import { gridValue } from "./sweep-request.ts";

test.each<readonly [string, unknown]>([
  ["5", 5],
  ["sma", "sma"],
  ["5,10,20", [5, 10, 20]],
  ["sma, ema", ["sma", "ema"]],
  ["5,x", [5, "x"]],
  ["5:50", { from: 5, to: 50 }],
  ["0.5:2:0.25", { from: 0.5, to: 2, step: 0.25 }],
  ["5:x:1", { from: 5, to: "x", step: 1 }],
])("%s is read as %p", (text, value) => {
  expect(gridValue(text)).toEqual({ ok: true, value });
});

test.each(["5:", ":5", "1:2:3:4", "1::3", "1:5,9"])("%s is no value, list or range, and is shown", (text) => {
  const refused = gridValue(text);
  expect(refused.ok ? "" : refused.error).toBe(
    `must be a value, a list such as 5,10,20 or a range from:to:step such as 5:50:5: got "${text}"`,
  );
});
