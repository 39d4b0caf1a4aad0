import { answerSchemas } from "./answer-schemas.ts";
import { batchPaths } from "./batch-paths.ts";
import { batchRequestSchemas } from "./batch-request-schema.ts";
import { batchSchemas } from "./batch-schemas.ts";
import { jobPaths } from "./job-paths.ts";
import { operationObject, type PathItem } from "./operation.ts";
import { otherPaths } from "./other-paths.ts";
import { recordSchemas } from "./record-schemas.ts";
import { requestSchemas } from "./request-schema.ts";
import { resourceSchemas } from "./resource-schemas.ts";
import type { JsonSchema } from "./schema.ts";
import { sweepPaths } from "./sweep-paths.ts";
import { sweepRequestSchemas } from "./sweep-request-schema.ts";
import { sweepSchemas } from "./sweep-schemas.ts";
import { walkForwardPaths } from "./walk-forward-paths.ts";
import { walkForwardSchemas } from "./walk-forward-schemas.ts";

const DESCRIPTION = `Send a strategy and a symbol, get back a backtest: every trade, the equity curve and the figures.

- Fractions, not percents: 0.153 is 15.3 %. Drawdowns are <= 0. Costs are fractions: a commission of 0.001 is 10 bps of the notional of each fill. Money is in the currency of the prices.
- An undefined number is null, never NaN, an infinity or 0.
- An unknown field is an error that names it. Problems are RFC 9457 documents with a \`code\`.
- What may not be seen answers as what does not exist: 404.`;

/** The OpenAPI 3.1 document of the service. @param version of the release */
export function openApiDocument(version: string): JsonSchema {
  return {
    openapi: "3.1.0",
    info: { title: "Backgrid", version, summary: "Exact, fast and honest backtests", description: DESCRIPTION },
    jsonSchemaDialect: "https://json-schema.org/draft/2020-12/schema",
    servers: [{ url: "/" }],
    tags: [
      { name: "jobs", description: "Backtests." },
      { name: "sweeps", description: "A backtest for every combination of parameters." },
      { name: "walk-forwards", description: "Parameters that one stretch of bars chooses, and the next one tries." },
      { name: "batches", description: "A job or a sweep on each of many symbols." },
      { name: "strategies", description: "What can be run." },
      { name: "data", description: "What it can be run on." },
      { name: "service", description: "The service itself." },
    ],
    paths: Object.fromEntries(
      Object.entries({ ...jobPaths, ...sweepPaths, ...walkForwardPaths, ...batchPaths, ...otherPaths }).map(([path, item]) => [
        path,
        pathObject(item),
      ]),
    ),
    components: {
      schemas: {
        ...{ ...requestSchemas(), ...sweepRequestSchemas(), ...batchRequestSchemas() },
        ...{ ...answerSchemas, ...sweepSchemas, ...walkForwardSchemas, ...batchSchemas, ...recordSchemas, ...resourceSchemas },
      },
    },
  };
}

function pathObject(item: PathItem): JsonSchema {
  return Object.fromEntries(Object.entries(item).map(([method, operation]) => [method, operationObject(operation)]));
}
