import { describe, expect, test } from "bun:test";
import { type Constraint, constraintText, parseConstraint } from "./constraints.ts";

const NAMES = ["fast", "slow", "atr_period"];

describe("a constraint", () => {
  test.each<[string, Constraint]>([
    ["fast < slow", { left: "fast", comparison: "<", right: "slow" }],
    ["fast<=slow", { left: "fast", comparison: "<=", right: "slow" }],
    ["  slow   >=  50 ", { left: "slow", comparison: ">=", right: 50 }],
    ["2.5e1>atr_period", { left: 25, comparison: ">", right: "atr_period" }],
    ["slow > -.5", { left: "slow", comparison: ">", right: -0.5 }],
    ["fast < fast", { left: "fast", comparison: "<", right: "fast" }],
  ])("is read from %j", (text, constraint) => {
    expect(parseConstraint(text, NAMES)).toEqual({ ok: true, value: constraint });
    expect(parseConstraint(constraintText(constraint), NAMES)).toEqual({ ok: true, value: constraint });
  });

  test.each([
    "fast == slow",
    "fast = slow",
    "fast != slow",
    "fast => slow",
    "fast <> slow",
    "fast < slow < 50",
    "fast <",
    "< slow",
    "fast slow",
    "",
    " ",
    "period < 3",
    "3 < 5",
    "fast < 0x10",
    "fast < Infinity",
    "fast < NaN",
    "fast + 1 < slow",
    "fast < 2*slow",
    "__proto__ < 3",
    "fast\u0000 < slow",
  ])("is not %j", (text) => {
    const parsed = parseConstraint(text, NAMES);
    expect(parsed.ok).toBe(false);
    if (!parsed.ok) expect(parsed.error).toContain("parameters with numbers: fast, slow, atr_period; got ");
  });

  test("of a strategy without numbers cannot be written", () => {
    const parsed = parseConstraint("fast < slow", []);
    expect(parsed.ok ? "" : parsed.error).toEndWith('parameters with numbers: there are none here; got "fast < slow"');
  });
});
