import { z } from "zod";
import { sweepSchema } from "../../core/requests/sweep-schema.ts";
import { walkForwardSchema } from "../../core/requests/walk-forward-schema.ts";
import { strategies } from "../../core/strategies/registry.ts";
import type { ParamSpec, Strategy } from "../../core/strategies/strategy.ts";
import { MOST_TRIALS } from "../../core/sweep/expand.ts";
import { FORBIDDEN, inOne, paramSchema, properties, schemaName } from "./request-schema.ts";
import { type JsonSchema, list, type Properties, ref } from "./schema.ts";

const OF_EVERY_FOLD = ["in_sample_bars", "out_of_sample_bars"];

/** What `POST /api/v1/sweeps` and `/api/v1/walk-forwards` take, derived from what checks it, with the parts that it refers to. */
export function sweepRequestSchemas(): Properties {
  return {
    SweepRequest: {
      description: "Backtests of every combination of parameters: a job, of which `params` hold values, lists and ranges.",
      ...requestOf(sweepProperties(), ["strategy"]),
    },
    WalkForwardRequest: {
      description: "A sweep, and how the range is cut into folds. `top` and what is asked about overfitting change nothing.",
      ...requestOf({ ...sweepProperties(), ...derivedFrom(walkForwardSchema) }, ["strategy", ...OF_EVERY_FOLD]),
    },
    ...Object.fromEntries(Object.entries<Strategy>(strategies).map(([name, strategy]) => [gridName(name), gridSchema(strategy)])),
  };
}

function requestOf(fields: Properties, required: readonly string[]): JsonSchema {
  return {
    type: "object",
    properties: fields,
    required,
    additionalProperties: false,
    oneOf: Object.keys(strategies).map((name) => ({
      title: name,
      properties: { strategy: { const: name }, params: ref(gridName(name)) },
    })),
    not: { anyOf: FORBIDDEN },
  };
}

function derivedFrom(schema: z.ZodType): Properties {
  const { properties: derived = {} } = z.toJSONSchema(schema, { io: "input" });
  return Object.fromEntries(
    Object.entries(derived).map(([name, field]) => [name, typeof field === "object" ? inOne(field) : {}]),
  );
}

/** The fields of a sweep. */
export function sweepProperties(): Properties {
  const { signals: _signals, equity_points: _points, ...shared } = properties();
  return {
    ...shared,
    strategy: { ...shared.strategy, enum: Object.keys(strategies), description: "Which strategy runs." },
    params: {
      type: "object",
      description:
        "For each parameter a value, a list of values, or a range. The last parameter that is varied runs fastest; those left out have their default.",
    },
    ...derivedFrom(sweepSchema),
  };
}

export function gridName(strategy: string): string {
  return `${schemaName(strategy)}Grid`;
}

function gridSchema({ params, rules }: Strategy): JsonSchema {
  const order = rules.map(({ left, right }) => ` Combinations without \`${left} < ${right}\` are skipped.`).join("");
  return {
    type: "object",
    description: `${Object.keys(params).length === 0 ? "There are none." : "Those left out have their default."}${order}`,
    properties: Object.fromEntries(Object.entries(params).map(([name, spec]) => [name, axisSchema(spec)])),
    additionalProperties: false,
  };
}

function axisSchema(spec: ParamSpec): JsonSchema {
  const { description, default: standard, ...value } = paramSchema(spec);
  const values = list(value, "Each once.", { minItems: 1, maxItems: MOST_TRIALS });
  const forms = spec.kind === "choice" ? [value, values] : [value, values, rangeSchema(spec.kind, value)];
  return { description, default: standard, anyOf: forms };
}

function rangeSchema(kind: "integer" | "number", value: JsonSchema): JsonSchema {
  const step = kind === "integer" ? { type: kind, minimum: 1, default: 1 } : { type: kind, exclusiveMinimum: 0 };
  return {
    type: "object",
    description: "From `from` by `step` up to `to`, which belongs to it where a step hits it.",
    properties: {
      from: { ...value, description: "The first value." },
      to: { ...value, description: "The last value, or a bound." },
      step: { ...step, description: "From one value to the next." },
    },
    required: kind === "integer" ? ["from", "to"] : ["from", "to", "step"],
    additionalProperties: false,
  };
}
