import { z } from "zod";
import { ALIASES, backtestSchema } from "../../core/requests/backtest-schema.ts";
import { TIME_PATTERN } from "../../core/requests/field.ts";
import { JOB_SOURCES, MOST_INLINE_ROWS } from "../../core/requests/job.ts";
import { GIVEN_SIGNALS, STRATEGY_NAMES } from "../../core/requests/strategy-choice.ts";
import { strategies } from "../../core/strategies/registry.ts";
import type { ParamSpec, Strategy } from "../../core/strategies/strategy.ts";
import { isObject, type JsonSchema, list, type Properties, ref, text } from "./schema.ts";

/** What `POST /api/v1/jobs` takes, derived from what checks it, with the parts that it refers to. */
export function requestSchemas(): Properties {
  return {
    JobRequest: {
      type: "object",
      description: "One backtest. A strategy and a symbol are a whole request; everything else has a default.",
      properties: properties(),
      required: ["strategy"],
      additionalProperties: false,
      oneOf: [...Object.keys(strategies).map(computed), OWN_SIGNALS],
      not: { anyOf: FORBIDDEN },
    },
    BarColumns: BAR_COLUMNS,
    ...Object.fromEntries(
      Object.entries<Strategy>(strategies).map(([name, strategy]) => [paramsName(name), paramsSchema(strategy)]),
    ),
  };
}

/** One entry for each row of the data. */
const SIGNALS = {
  type: "array",
  items: { type: ["string", "null"], enum: ["long", "short", "exit", null] },
  maxItems: MOST_INLINE_ROWS,
};

/** The fields of a job. */
export function properties(): Properties {
  const { properties: derived = {} } = z.toJSONSchema(backtestSchema, { io: "input" });
  const given: Record<string, JsonSchema> = {};
  for (const [name, schema] of Object.entries(derived)) given[name] = typeof schema === "object" ? inOne(schema) : {};
  for (const [alias, name] of Object.entries(ALIASES)) {
    const { default: _default, ...schema } = given[name] ?? {};
    given[alias] = { ...schema, description: `Alias of \`${name}\`; only one of them may be given.` };
  }
  return {
    ...given,
    strategy: { ...given.strategy, type: "string", enum: STRATEGY_NAMES },
    params: { ...given.params, type: "object" },
    signals: { ...given.signals, ...SIGNALS },
    source: text(
      "Where the bars come from: `yahoo`, an uploaded `dataset`, a bundled made-up `sample`, or `inline`, which `bars` imply.",
      {
        enum: JOB_SOURCES,
        default: "yahoo",
      },
    ),
    bars: ref("BarColumns"),
  };
}

/** A value or null as one schema of two types, which is easier to read than two schemas. */
export function inOne({ anyOf, ...rest }: JsonSchema): JsonSchema {
  const [schema, nothing, ...others] = Array.isArray(anyOf) ? anyOf.filter(isObject) : [];
  if (schema === undefined || nothing?.type !== "null" || others.length > 0)
    return anyOf === undefined ? rest : { ...rest, anyOf };
  const words = Array.isArray(schema.enum) ? { enum: [...schema.enum, null] } : {};
  return { ...rest, ...schema, type: [schema.type, "null"], ...words };
}

function computed(name: string): JsonSchema {
  return {
    title: name,
    properties: { strategy: { const: name }, params: ref(paramsName(name)) },
    not: { required: ["signals"] },
  };
}

const OWN_SIGNALS: JsonSchema = {
  title: GIVEN_SIGNALS,
  properties: { strategy: { const: GIVEN_SIGNALS }, params: { type: "object", additionalProperties: false } },
  required: ["signals", "bars"],
  not: { required: ["direction"] },
};

/** Settings that contradict each other. */
export const FORBIDDEN_SETTINGS: readonly JsonSchema[] = [
  { required: ["initial_cash", "cash"] },
  { required: ["initial_cash", "initial_capital"] },
  { required: ["cash", "initial_capital"] },
  { required: ["commission", "fees"] },
  {
    required: ["splits"],
    properties: { splits: { minItems: 1 } },
    not: { required: ["adjusted"], properties: { adjusted: { const: false } } },
  },
];

/** Combinations of fields that contradict each other. */
export const FORBIDDEN: readonly JsonSchema[] = [
  ...FORBIDDEN_SETTINGS,
  { not: { anyOf: [{ required: ["symbol"] }, { required: ["bars"] }] } },
  { required: ["source"], properties: { source: { const: "inline" } }, not: { required: ["bars"] } },
  { required: ["source", "bars"], properties: { source: { enum: JOB_SOURCES.filter((source) => source !== "inline") } } },
];

const rows = (items: JsonSchema, description: string) => list(items, description, { minItems: 1, maxItems: MOST_INLINE_ROWS });
const prices = (description: string) => rows({ type: ["number", "null"] }, description);

const BAR_COLUMNS: JsonSchema = {
  type: "object",
  description: "Bars as columns of one length. A row without any price is a missing bar; one with only some is a bad row.",
  properties: {
    time: {
      description:
        "Time of each bar's open: ISO texts (a day, or an instant; naive ones are UTC), or epoch milliseconds; not both.",
      anyOf: [
        rows({ type: "string", pattern: TIME_PATTERN }, "ISO texts."),
        rows({ type: "integer", minimum: -62_135_596_800_000, maximum: 253_402_300_799_999 }, "Epoch milliseconds."),
      ],
    },
    open: prices("First price of each bar; null where there is none."),
    high: prices("Highest price of each bar."),
    low: prices("Lowest price of each bar."),
    close: prices("Last price of each bar."),
    volume: prices("Units traded in each bar; null counts as none only under `require_volume`."),
  },
  required: ["time", "open", "high", "low", "close"],
  additionalProperties: false,
};

/** A strategy's name as the beginning of the name of a schema. */
export function schemaName(strategy: string): string {
  return strategy.replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}

export function paramsName(strategy: string): string {
  return `${schemaName(strategy)}Params`;
}

function paramsSchema({ params, rules }: Strategy): JsonSchema {
  const order = rules.map(({ left, right }) => ` \`${left}\` must be less than \`${right}\`.`).join("");
  return {
    type: "object",
    description: `${Object.keys(params).length === 0 ? "There are none." : "Those left out have their default."}${order}`,
    properties: Object.fromEntries(Object.entries(params).map(([name, spec]) => [name, paramSchema(spec)])),
    additionalProperties: false,
  };
}

export function paramSchema(spec: ParamSpec): JsonSchema {
  const description = `${spec.doc}${spec.unit === "" ? "" : ` (${spec.unit})`}`;
  if (spec.kind === "choice") return { type: "string", enum: spec.choices, default: spec.default, description };
  return { type: spec.kind, minimum: spec.min, maximum: spec.max, default: spec.default, description };
}
