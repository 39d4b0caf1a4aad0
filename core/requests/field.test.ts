import { describe, expect, test } from "bun:test";
import { shown } from "../shown.ts";

describe("an offending value in a message", () => {
  test.each<[unknown, string]>([
    [undefined, "nothing"],
    [null, "null"],
    [0.1, "0.1"],
    [Number.NaN, "NaN"],
    [Number.NEGATIVE_INFINITY, "-Infinity"],
    [true, "true"],
    [12n, "12"],
    ['a "b"', '"a \\"b\\""'],
    [[1, "x", [null]], '[1,"x",[null]]'],
    [{ type: "shares", value: { "a b": [] } }, '{"type":"shares","value":{"a b":[]}}'],
    [[], "[]"],
    [{}, "{}"],
    [() => 1, "a function"],
    [Symbol("x"), "a symbol"],
  ])("%p is told as %s", (value, text) => {
    expect(shown(value)).toBe(text);
  });

  test("is cut to 60 characters, however long, wide or deep it is", () => {
    const wide = (breadth: number, depth: number): unknown =>
      depth === 0 ? 1 : Array.from({ length: breadth }, () => wide(breadth, depth - 1));
    let deep: unknown = 1;
    for (let level = 0; level < 200_000; level++) deep = level % 2 === 0 ? [deep] : { a: deep };
    const round: { self?: unknown } = {};
    round.self = round;
    for (const value of ["x".repeat(1e6), { ["x".repeat(1e6)]: 1 }, wide(20, 4), deep, round]) {
      expect(shown(value)).toHaveLength(60);
      expect(shown(value)).toEndWith("…");
    }
    expect(shown("x".repeat(58))).toBe(`"${"x".repeat(58)}"`);
  });
});
