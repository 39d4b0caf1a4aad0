import fc from "fast-check";
import { isObject, type JsonSchema } from "./schema.ts";
import { complaints, listOf, object, resolved } from "./schema-check.ts";

/** Texts that fit the patterns of the document, and some that do not. */
const TEXTS = ["AAPL", "brk-b", "^GSPC", "EURUSD=X", "0700.HK", "SAMPLE-TREND", "INLINE", "Z9", "", " ", "a b", "é", "\u0000"];
const TIMES = [
  "2020-01-02",
  "2019-12-31T23:59",
  "2021-06-30 14:30:00.5Z",
  "2020-02-30",
  "1999-13-01T00:00+01:00",
  "2020-1-2",
  "now",
];

/**
 * Values that a schema allows, for tests: those that come out wrong, by a pattern or a rule between fields, are left away.
 * For the keywords of schema-check.ts.
 */
export function givenBy(schema: JsonSchema, document: JsonSchema): fc.Arbitrary<unknown> {
  return candidates(schema, document).filter((value) => complaints(schema, value, { document }).length === 0);
}

function candidates(schema: JsonSchema, document: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) return candidates(resolved(schema.$ref, document), document);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...listOf(schema.enum));
  if (schema.anyOf !== undefined) return fc.oneof(...listOf(schema.anyOf).map((choice) => candidates(object(choice), document)));
  if (Array.isArray(schema.type)) {
    return fc.oneof(...schema.type.map((type: unknown) => candidates({ ...schema, type }, document)));
  }
  switch (schema.type) {
    case "null":
      return fc.constant(null);
    case "boolean":
      return fc.boolean();
    case "integer":
      return numbers(schema, true);
    case "number":
      return numbers(schema, false);
    case "string":
      return fc.constantFrom(...TEXTS, ...TIMES);
    case "array":
      return lists(schema, document);
    default:
      return objects(schema, document);
  }
}

/** As short as may be where there is a least length, so that columns beside each other are of one length. */
function lists(schema: JsonSchema, document: JsonSchema): fc.Arbitrary<unknown> {
  const minLength = Number(schema.minItems ?? 0);
  return fc.array(candidates(object(schema.items), document), { minLength, maxLength: minLength > 0 ? minLength : 4 });
}

/** Within the limits, the limits themselves often among them. */
function numbers(schema: JsonSchema, whole: boolean): fc.Arbitrary<unknown> {
  const low = Number(schema.minimum ?? schema.exclusiveMinimum ?? -1e6);
  const high = Number(schema.maximum ?? schema.exclusiveMaximum ?? 1e9);
  const edges = [low, high, low + 1, high - 1].filter((x) => x >= low && x <= high);
  if (whole)
    return fc.oneof(fc.integer({ min: Math.max(low, -(2 ** 31)), max: Math.min(high, 2 ** 31 - 1) }), fc.constantFrom(...edges));
  return fc.oneof(
    fc.double({ min: low, max: high, noNaN: true }),
    fc.integer({ min: Math.ceil(low), max: Math.floor(high) }),
    fc.constantFrom(...edges),
  );
}

/** Required fields and a few of the others; one of the kinds that `oneOf` tells apart. */
function objects(schema: JsonSchema, document: JsonSchema): fc.Arbitrary<unknown> {
  const kinds = schema.oneOf === undefined ? [{}] : listOf(schema.oneOf).map(object);
  return fc.oneof(
    ...kinds.map((kind) => ofKind(schema, kind.$ref === undefined ? kind : resolved(kind.$ref, document), document)),
  );
}

function ofKind(schema: JsonSchema, kind: JsonSchema, document: JsonSchema): fc.Arbitrary<unknown> {
  const properties = { ...propertiesOf(schema), ...propertiesOf(kind) };
  const required = [...listOf(schema.required ?? []), ...listOf(kind.required ?? [])].map(String);
  const optional = Object.keys(properties).filter((name) => !required.includes(name));
  const all = Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, candidates(object(part), document)]));
  return fc
    .subarray(optional, { maxLength: Math.min(optional.length, 6) })
    .chain((some) => fc.record(Object.fromEntries([...required, ...some].map((name) => [name, all[name]!]))));
}

function propertiesOf(schema: JsonSchema): JsonSchema {
  return isObject(schema.properties) ? schema.properties : {};
}
