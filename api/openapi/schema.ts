/** A JSON Schema (2020-12) in the part of it that this API needs: the keywords that schema-check.ts knows. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

export type Properties = Readonly<Record<string, JsonSchema>>;

export function isObject(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object whose fields are all there, but for those named `optional`. */
export function fields(
  properties: Properties,
  { optional = [], ...rest }: { readonly optional?: readonly string[] } & JsonSchema = {},
): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", properties, required, ...rest };
}

export function ref(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

export function text(description: string, rest: JsonSchema = {}): JsonSchema {
  return { type: "string", description, ...rest };
}

export function words(choices: readonly string[], description: string): JsonSchema {
  return { type: "string", enum: choices, description };
}

export function number(description: string, rest: JsonSchema = {}): JsonSchema {
  return { type: "number", description, ...rest };
}

/** A number that can be undefined. */
export function figure(description: string): JsonSchema {
  return { type: ["number", "null"], description };
}

export function whole(description: string, minimum = 0, rest: JsonSchema = {}): JsonSchema {
  return { type: "integer", minimum, description, ...rest };
}

export function flag(description: string): JsonSchema {
  return { type: "boolean", description };
}

export function list(items: JsonSchema, description: string, rest: JsonSchema = {}): JsonSchema {
  return { type: "array", items, description, ...rest };
}

export function orNull(schema: JsonSchema, description: string): JsonSchema {
  return { anyOf: [schema, { type: "null" }], description };
}

export function page(item: JsonSchema, description: string): JsonSchema {
  return fields(
    {
      items: list(item, "In the order of the list."),
      next_cursor: { type: ["string", "null"], description: "`cursor` of the next page; null on the last one." },
    },
    { description },
  );
}

const BAR_TIME = "`YYYY-MM-DD` for bars of a day or longer, else an instant that ends in `Z`.";
const BAR_TIME_PATTERN = "^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}:\\d{2}(\\.\\d{3})?Z)?$";

export function barTime(what: string): JsonSchema {
  return text(`${what}: ${BAR_TIME}`, { pattern: BAR_TIME_PATTERN, examples: ["2020-01-31"] });
}

export function instant(what: string): JsonSchema {
  return text(`${what}, UTC.`, { format: "date-time", examples: ["2026-01-31T14:30:00.000Z"] });
}

export function hash(what: string): JsonSchema {
  return text(`${what}.`, { pattern: "^sha256:[0-9a-f]{64}$" });
}

function uuid(what: string): JsonSchema {
  return text(`UUID v7 of the ${what}, made by the server.`, {
    format: "uuid",
    pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
    examples: ["01890a5d-ac96-774b-bcce-b302099a8057"],
  });
}

export const JOB_ID: JsonSchema = uuid("job");
export const SWEEP_ID: JsonSchema = uuid("sweep");
export const WALK_FORWARD_ID: JsonSchema = uuid("walk-forward");
export const BATCH_ID: JsonSchema = uuid("batch");
