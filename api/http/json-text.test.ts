import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseJson } from "./body.ts";
import { isDeeperThan } from "./json-depth.ts";
import { jsonFault, lineAndColumn } from "./json-place.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const parsed = (text: string) => parseJson(bytes(text), 32);

/** The depth of a parsed value, by walking it. */
function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe("the depth of JSON text", () => {
  test("is that of the parsed value, whatever its strings hold", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = bytes(JSON.stringify(value));
        const depth = depthOf(value);
        expect(isDeeperThan(text, depth)).toBe(false);
        if (depth > 0) expect(isDeeperThan(text, depth - 1)).toBe(true);
      }),
    );
  });

  test("does not count brackets in strings, nor take an escaped quote for the end of one", () => {
    expect(isDeeperThan(bytes('["[[[[\\"[[[[\\\\", [1]]'), 2)).toBe(false);
    expect(isDeeperThan(bytes('["\\\\", [[1]]]'), 2)).toBe(true);
  });

  test("is found without a stack: a million brackets are too deep at the 33rd", () => {
    expect(parsed("[".repeat(1_000_000))).toMatchObject({
      ok: false,
      error: { code: "invalid_json", detail: expect.stringMatching(/32 levels/) },
    });
    expect(parsed(`${"[".repeat(32)}${"]".repeat(32)}`).ok).toBe(true);
  });
});

describe("the fault of a text that is no JSON", () => {
  test("is null exactly for what a JSON parser takes", () => {
    const alphabet = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"',
      "a",
      "1",
      "-",
      "0",
      ".",
      "e",
      " ",
      "\\",
      "n",
      "true",
      "null",
      "\n",
    );
    const texts = fc.oneof(
      fc.array(alphabet, { maxLength: 8 }).map((parts) => parts.join("")),
      fc.jsonValue().map((value) => JSON.stringify(value, null, 1)),
    );
    fc.assert(
      fc.property(texts, (text) => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        expect(jsonFault(text) === null).toBe(valid);
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    ['{"a": 1,}', 8, "a field name"],
    ['{"a" 1}', 5, '":"'],
    ["[1 2]", 3, '"," or "]"'],
    ['{"a": nope}', 6, "a value"],
    ['"ab', 3, "the end of a string"],
    ['"a\u0001"', 2, "a character that a string may hold"],
    ['"\\x"', 1, "an escape"],
    ["1 2", 2, "the end of the text"],
    ["[01]", 2, '"," or "]"'],
    ["'a'", 0, "a value"],
  ])("of %j is at %i: expected %s", (text, at, expected) => {
    const fault = jsonFault(text);
    expect(fault?.at).toBe(at);
    expect(fault?.expected).toStartWith(expected);
  });

  test("is told by line and column, counted from 1", () => {
    expect(lineAndColumn("abc", 0)).toEqual({ line: 1, column: 1 });
    expect(lineAndColumn("{\n  x", 4)).toEqual({ line: 2, column: 3 });
    expect(parsed('{\n  "a": 1\n  "b": 2\n}')).toMatchObject({
      error: { detail: expect.stringMatching(/line 3, column 3, got "\\""/) },
    });
  });
});

describe("a body", () => {
  test("that is not well-formed UTF-8 is no JSON, also inside a string", () => {
    expect(parseJson(Uint8Array.of(0x22, 0xff, 0x22), 32)).toMatchObject({
      ok: false,
      error: { detail: expect.stringMatching(/UTF-8/) },
    });
    expect(parseJson(Uint8Array.of(0x22, 0xc0, 0xaf, 0x22), 32).ok).toBe(false);
    expect(parseJson(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), 32).ok).toBe(false);
  });

  test("that is empty is told so", () => {
    expect(parsed(" \n")).toMatchObject({ ok: false, error: { code: "invalid_json", detail: expect.stringMatching(/empty/) } });
  });

  test("may be any JSON value", () => {
    expect(parsed('{"a":[1,null,"ü"]}')).toEqual({ ok: true, value: { a: [1, null, "ü"] } });
  });
});
