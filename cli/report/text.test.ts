import { expect, test } from "bun:test";
import fc from "fast-check";
import { marked, wrapped } from "./text.ts";

test("words are wrapped, each line after the indent", () => {
  expect(wrapped("one two three four", 11, "  ")).toEqual(["  one two", "  three", "  four"]);
});

test("later lines of a marked text stand under its first word", () => {
  expect(marked("!", "one two three", 9)).toEqual(["! one two", "  three"]);
});

test("wrapping loses no word and keeps to the width where words allow it", () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1 }),
      fc.integer({ min: 9, max: 40 }),
      (words, columns) => {
        const lines = wrapped(words.join(" "), columns);
        expect(lines.join(" ").split(" ")).toEqual(words);
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
      },
    ),
  );
});
