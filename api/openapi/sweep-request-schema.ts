import { z } from "zod";
import { sweepSchema } from "../../core/requests/sweep-schema.ts";
import { strategies } from "../../core/strategies/registry.ts";
import type { ParamSpec, Strategy } from "../../core/strategies/strategy.ts";
import { MOST_TRIALS } from "../../core/sweep/expand.ts";
import { FORBIDDEN, inOne, paramSchema, properties, schemaName } from "./request-schema.ts";
import { type JsonSchema, list, type Properties, ref } from "./schema.ts";

/** What `POST /api/v1/sweeps` takes, derived from what checks it, with the parts that it refers to. */
export function sweepRequestSchemas(): Properties {
  return {
    SweepRequest: {
      type: "object",
      description: "Backtests of every combination of parameters: a job, of which `params` hold values, lists and ranges.",
      properties: sweepProperties(),
      required: ["strategy"],
      additionalProperties: false,
      oneOf: Object.keys(strategies).map((name) => ({
        title: name,
        properties: { strategy: { const: name }, params: ref(gridName(name)) },
      })),
      not: { anyOf: FORBIDDEN },
    },
    ...Object.fromEntries(Object.entries<Strategy>(strategies).map(([name, strategy]) => [gridName(name), gridSchema(strategy)])),
  };
}

function sweepProperties(): Properties {
  const { properties: derived = {} } = z.toJSONSchema(sweepSchema, { io: "input" });
  const own = Object.entries(derived).map(([name, schema]) => [name, typeof schema === "object" ? inOne(schema) : {}]);
  const { signals: _signals, equity_points: _points, ...shared } = properties();
  return {
    ...shared,
    strategy: { ...shared.strategy, enum: Object.keys(strategies), description: "Which strategy runs." },
    params: {
      type: "object",
      description:
        "For each parameter a value, a list of values, or a range. The last parameter that is varied runs fastest; those left out have their default.",
    },
    ...Object.fromEntries(own),
  };
}

function gridName(strategy: string): string {
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
