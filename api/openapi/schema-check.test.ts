import { describe, expect, test } from "bun:test";
import { complaints } from "./schema-check.ts";

const NAMED = { type: "object", properties: { a: { type: "integer" } }, required: ["a"] };
const document = { parts: { Named: NAMED } };

describe("a value held against a schema", () => {
  test.each<[object, unknown, readonly string[]]>([
    [{ type: "integer" }, 1, []],
    [{ type: "integer" }, 1.5, ['the value breaks type "integer": 1.5']],
    [{ type: ["number", "null"] }, null, []],
    [{ type: ["number", "null"] }, "1", ['the value breaks type ["number","null"]: "1"']],
    [{ type: "number" }, Number.POSITIVE_INFINITY, ['the value breaks type "number": Infinity']],
    [{ enum: ["a", null] }, null, []],
    [{ enum: ["a"] }, "b", ['the value breaks enum ["a"]: "b"']],
    [{ const: 1 }, true, ["the value breaks const 1: true"]],
    [{ minimum: 1, exclusiveMaximum: 2 }, 1, []],
    [{ minimum: 1, exclusiveMaximum: 2 }, 2, ["the value breaks exclusiveMaximum 2: 2"]],
    [{ exclusiveMinimum: 1, maximum: 2 }, 1, ["the value breaks exclusiveMinimum 1: 1"]],
    [{ maximum: 2 }, 3, ["the value breaks maximum 2: 3"]],
    [{ minimum: 4 }, "text is no number", []],
    [{ minLength: 2, maxLength: 3 }, "ab", []],
    [{ minLength: 2 }, "a", ['the value breaks minLength 2: "a"']],
    [{ maxLength: 1 }, "ab", ['the value breaks maxLength 1: "ab"']],
    [{ pattern: "^a+$" }, "aab", ['the value breaks pattern "^a+$": "aab"']],
    [{ items: { type: "string" }, minItems: 1 }, ["a", 1], ['.1 breaks type "string": 1']],
    [{ minItems: 1 }, [], ["the value breaks minItems 1: []"]],
    [{ maxItems: 1 }, [1, 2], ["the value breaks maxItems 1: [1,2]"]],
    [NAMED, { a: 1, b: 2 }, []],
    [NAMED, {}, [".a is missing"]],
    [{ ...NAMED, additionalProperties: false }, { a: 1, b: 2 }, [".b is not a field"]],
    [{ ...NAMED, additionalProperties: { type: "string" } }, { a: 1, b: 2 }, ['.b breaks type "string": 2']],
    [{ $ref: "#/parts/Named" }, { a: "x" }, ['.a breaks type "integer": "x"']],
    [{ anyOf: [{ type: "string" }, { type: "null" }] }, null, []],
    [{ anyOf: [{ type: "string" }] }, 1, ['the value breaks anyOf [{"type":"string"}]: 1']],
    [{ oneOf: [NAMED, { type: "string" }] }, {}, [".a is missing"]],
    [{ oneOf: [{ type: "number" }, { minimum: 0 }] }, 1, ["the value is of 2 kinds at once"]],
    [{ not: { required: ["a"] } }, { a: 1 }, ['the value breaks not {"required":["a"]}: {"a":1}']],
  ])("%j and %j", (schema, value, expected) => {
    expect(complaints({ ...schema }, value, { document })).toEqual([...expected]);
  });

  test("may have no field that the schema does not name, where that is asked for", () => {
    const value = { a: 1, b: { c: 2 } };
    expect(complaints(NAMED, value, { document, closed: true })).toEqual([".b is not in the document"]);
  });

  test("is not held against what the check does not know", () => {
    expect(() => complaints({ dependentSchemas: {} }, {}, { document })).toThrow(TypeError);
    expect(() => complaints({ $ref: "#/parts/None" }, {}, { document })).toThrow(TypeError);
    expect(() => complaints({ $ref: "other.json" }, {}, { document })).toThrow(TypeError);
  });
});
