import { shown } from "../../core/shown.ts";
import { isObject, type JsonSchema } from "./schema.ts";

const ANNOTATIONS = ["description", "title", "default", "examples", "format"];

export interface CheckOptions {
  /** The document that `$ref` points into. */
  readonly document: JsonSchema;
  /** Whether fields that a schema does not name are complaints, also where it says nothing about them. */
  readonly closed?: boolean;
}

/**
 * What a JSON value breaks of a schema, a sentence each with its place; empty when it holds. For tests: answers are held against the document
 * by it, and no test has to trust the code that made the document.
 * @throws {TypeError} for a keyword it does not know
 */
export function complaints(schema: JsonSchema, value: unknown, options: CheckOptions, at = ""): string[] {
  const found: string[] = [];
  for (const [keyword, rule] of Object.entries(schema)) {
    if (ANNOTATIONS.includes(keyword)) continue;
    found.push(...broken(keyword, rule, value, schema, options, at));
  }
  return found;
}

/** @throws {TypeError} when it is no object */
export function object(value: unknown): JsonSchema {
  if (!isObject(value)) throw new TypeError(`not an object: ${shown(value)}`);
  return value;
}

/** @throws {TypeError} when it is no list */
export function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`not a list: ${shown(value)}`);
  return value;
}

/** What a `$ref` names. @throws {TypeError} when there is no such thing */
export function resolved(reference: unknown, document: JsonSchema): JsonSchema {
  const [start, ...steps] = String(reference).split("/");
  if (start !== "#") throw new TypeError(`not a reference into the document: ${reference}`);
  return object(steps.reduce<unknown>((part, step) => object(part)[step], document));
}

function broken(
  keyword: string,
  rule: unknown,
  value: unknown,
  schema: JsonSchema,
  options: CheckOptions,
  at: string,
): readonly string[] {
  const check = (inner: unknown, part = value, place = at) => complaints(object(inner), part, options, place);
  const bound = (holds: (x: number) => boolean) => told(typeof value !== "number" || holds(value));
  const length = (measured: number | null, holds: (n: number) => boolean) => told(measured === null || holds(measured));
  const told = (holds: boolean) => (holds ? [] : [`${at || "the value"} breaks ${keyword} ${shown(rule)}: ${shown(value)}`]);
  const limit = Number(rule);
  switch (keyword) {
    case "$ref":
      return check(resolved(rule, options.document));
    case "type":
      return told((Array.isArray(rule) ? rule : [rule]).some((name) => isOfType(value, name)));
    case "enum":
      return told(listOf(rule).some((choice) => choice === value));
    case "const":
      return told(rule === value);
    case "minimum":
      return bound((x) => x >= limit);
    case "maximum":
      return bound((x) => x <= limit);
    case "exclusiveMinimum":
      return bound((x) => x > limit);
    case "exclusiveMaximum":
      return bound((x) => x < limit);
    case "minLength":
      return length(typeof value === "string" ? value.length : null, (n) => n >= limit);
    case "maxLength":
      return length(typeof value === "string" ? value.length : null, (n) => n <= limit);
    case "minItems":
      return length(Array.isArray(value) ? value.length : null, (n) => n >= limit);
    case "maxItems":
      return length(Array.isArray(value) ? value.length : null, (n) => n <= limit);
    case "pattern":
      return told(typeof value !== "string" || new RegExp(String(rule), "u").test(value));
    case "items":
      return Array.isArray(value) ? value.flatMap((item, i) => check(rule, item, `${at}.${i}`)) : [];
    case "properties":
      return isObject(value) ? fieldComplaints(object(rule), value, schema, options, at) : [];
    case "required":
      return isObject(value) ? listOf(rule).flatMap((name) => missing(value, String(name), at)) : [];
    case "additionalProperties":
      return isObject(value) ? furtherComplaints(rule, value, schema, options, at) : [];
    case "anyOf":
      return told(listOf(rule).some((choice) => check(choice).length === 0));
    case "oneOf":
      return oneOf(
        listOf(rule).map((choice) => check(choice)),
        at,
      );
    case "not":
      return told(check(rule).length > 0);
    default:
      throw new TypeError(`the keyword ${keyword} is not known to this check`);
  }
}

function isOfType(value: unknown, name: unknown): boolean {
  if (name === "null") return value === null;
  if (name === "array") return Array.isArray(value);
  if (name === "object") return isObject(value);
  if (name === "integer") return Number.isInteger(value);
  if (name === "number") return typeof value === "number" && Number.isFinite(value);
  return name === typeof value;
}

function fieldComplaints(properties: JsonSchema, value: JsonSchema, schema: JsonSchema, options: CheckOptions, at: string) {
  const found: string[] = [];
  for (const [name, part] of Object.entries(value)) {
    if (Object.hasOwn(properties, name)) found.push(...complaints(object(properties[name]), part, options, `${at}.${name}`));
    else if (options.closed && schema.additionalProperties === undefined) found.push(`${at}.${name} is not in the document`);
  }
  return found;
}

function furtherComplaints(rule: unknown, value: JsonSchema, schema: JsonSchema, options: CheckOptions, at: string) {
  const named = isObject(schema.properties) ? schema.properties : {};
  const further = Object.entries(value).filter(([name]) => !Object.hasOwn(named, name));
  if (rule === false) return further.map(([name]) => `${at}.${name} is not a field`);
  return further.flatMap(([name, part]) => complaints(object(rule), part, options, `${at}.${name}`));
}

function missing(value: JsonSchema, name: string, at: string): readonly string[] {
  return Object.hasOwn(value, name) ? [] : [`${at}.${name} is missing`];
}

/** Where none holds, the complaints of the nearest. */
function oneOf(choices: readonly string[][], at: string): readonly string[] {
  const holding = choices.filter((found) => found.length === 0).length;
  if (holding === 1) return [];
  if (holding > 1) return [`${at || "the value"} is of ${holding} kinds at once`];
  return choices.reduce((nearest, found) => (found.length < nearest.length ? found : nearest));
}
