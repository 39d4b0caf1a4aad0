import { BATCH_SOURCES, MOST_BATCH_SYMBOLS } from "../../core/requests/batch.ts";
import { strategies } from "../../core/strategies/registry.ts";
import { FORBIDDEN_SETTINGS, paramsName, properties } from "./request-schema.ts";
import { type JsonSchema, list, type Properties, ref } from "./schema.ts";
import { gridName, sweepProperties } from "./sweep-request-schema.ts";

/** What `POST /api/v1/batches` takes, with the parts that it refers to. */
export function batchRequestSchemas(): Properties {
  const { symbol = {} } = properties();
  return {
    BatchRequest: {
      type: "object",
      description: "A job or a sweep, to be run on each of these symbols.",
      properties: {
        symbols: list(symbol, "What to run on, each once.", { minItems: 1, maxItems: MOST_BATCH_SYMBOLS }),
        job: ref("BatchedJobRequest"),
        sweep: ref("BatchedSweepRequest"),
      },
      required: ["symbols"],
      additionalProperties: false,
      oneOf: [
        { title: "jobs", required: ["job"] },
        { title: "sweeps", required: ["sweep"] },
      ],
    },
    BatchedJobRequest: {
      description: "A job without what belongs to one symbol.",
      ...withoutSymbol(properties(), paramsName),
    },
    BatchedSweepRequest: {
      description: "A sweep without what belongs to one symbol.",
      ...withoutSymbol(sweepProperties(), gridName),
    },
  };
}

function withoutSymbol(
  { symbol: _symbol, bars: _bars, signals: _signals, ...fields }: Properties,
  nameOfParams: (strategy: string) => string,
): JsonSchema {
  const names = Object.keys(strategies);
  return {
    type: "object",
    properties: {
      ...fields,
      strategy: { ...fields.strategy, enum: names, description: "Which strategy runs." },
      source: {
        ...fields.source,
        enum: BATCH_SOURCES,
        description: "Where the bars come from: `yahoo`, an uploaded `dataset` of each symbol, or bundled made-up `sample`s.",
      },
    },
    required: ["strategy"],
    additionalProperties: false,
    oneOf: names.map((name) => ({ title: name, properties: { strategy: { const: name }, params: ref(nameOfParams(name)) } })),
    not: { anyOf: FORBIDDEN_SETTINGS },
  };
}
