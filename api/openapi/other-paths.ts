import { INTERVALS } from "../../core/bars.ts";
import { GIVEN_SYMBOL } from "../../core/requests/backtest-schema.ts";
import { TIME_PATTERN } from "../../core/requests/field.ts";
import {
  answer,
  CURSOR,
  ETAG,
  IF_NONE_MATCH,
  LOCATION,
  limit,
  NEXT_LINK,
  NOT_MODIFIED,
  type PathItem,
  path,
  query,
} from "./operation.ts";

const SYMBOL_TEXT = { type: "string", pattern: GIVEN_SYMBOL.source };
const SYMBOL = path("symbol", SYMBOL_TEXT, "Name of the dataset, in upper or lower case.", { example: "AAPL" });
const TIME = { type: "string", pattern: TIME_PATTERN };
const FILE = { type: "string", format: "binary" };
const plain = (type: string, description: string) => ({
  ...answer({ description }),
  content: { [type]: { schema: { type: "string" } } },
});

const datasetPaths: Readonly<Record<string, PathItem>> = {
  "/api/v1/datasets": {
    get: {
      operationId: "listDatasets",
      tags: ["data"],
      summary: "List datasets by symbol",
      parameters: [limit(1000, 50), CURSOR],
      responses: { 200: answer({ description: "A page.", json: "DatasetList", csv: true, headers: NEXT_LINK }) },
      problems: [400],
    },
  },
  "/api/v1/datasets/{symbol}": {
    put: {
      operationId: "putDataset",
      tags: ["data"],
      summary: "Upload bars",
      description:
        "A file with a header that names time, open, high, low, close and, if there is one, volume. Replaces what was there in one step.",
      parameters: [
        SYMBOL,
        query("adjusted", { type: "boolean", default: true }, "Whether its prices are adjusted for splits and dividends."),
      ],
      requestBody: {
        required: true,
        content: {
          "text/csv": {
            schema: { type: "string" },
            example: "Date,Open,High,Low,Close,Volume\n2024-01-02,10,10.6,9.9,10.5,1200\n2024-01-03,10.5,11.2,10.4,11,900\n",
          },
          "application/vnd.apache.parquet": { schema: FILE },
          "application/octet-stream": { schema: FILE },
        },
      },
      responses: {
        200: answer({ description: "It replaced another.", json: "Dataset" }),
        201: answer({ description: "It is new.", json: "Dataset", headers: LOCATION }),
      },
      problems: [400, 413, 415, 422, 503],
    },
    get: {
      operationId: "getDataset",
      tags: ["data"],
      summary: "Show a dataset, or its bars as CSV",
      parameters: [SYMBOL],
      responses: {
        200: answer({ description: "What is known of it; with `Accept: text/csv`, its bars.", json: "Dataset", csv: true }),
      },
      problems: [400, 404],
    },
    delete: {
      operationId: "deleteDataset",
      tags: ["data"],
      summary: "Delete a dataset",
      parameters: [SYMBOL],
      responses: { 204: answer({ description: "It is gone; jobs that ran on it keep their bars." }) },
      problems: [400, 404],
    },
  },
};

/** The routes beside those of jobs. */
export const otherPaths: Readonly<Record<string, PathItem>> = {
  "/api/v1/strategies": {
    get: {
      operationId: "listStrategies",
      tags: ["strategies"],
      summary: "List strategies with their parameters",
      responses: { 200: answer({ description: "All of them.", json: "StrategyList", csv: true }) },
      problems: [400],
    },
  },
  ...datasetPaths,
  "/api/v1/bars": {
    get: {
      operationId: "getBars",
      tags: ["data"],
      summary: "Show bars as a job on them would see them",
      parameters: [
        query("symbol", SYMBOL_TEXT, "Which bars.", { required: true, example: "SAMPLE-TREND" }),
        query("source", { type: "string", enum: ["yahoo", "dataset", "sample"], default: "yahoo" }, "Where they come from."),
        query(
          "interval",
          { type: "string", enum: INTERVALS },
          "Spacing: `1d` unless said otherwise for `yahoo`; the other sources have one.",
        ),
        query("start", TIME, "First day or instant, included.", { example: "2024-01-01" }),
        query("end", TIME, "Last day or instant, included."),
        query(
          "adjusted",
          { type: "boolean", default: true },
          "Prices adjusted for splits and dividends, where the source has both.",
        ),
      ],
      responses: { 200: answer({ description: "The bars.", json: "Bars", csv: true }) },
      problems: [400, 404, 422, 502, 503, 504],
    },
  },
  "/health": {
    get: {
      operationId: "getHealth",
      tags: ["service"],
      summary: "Whether this process runs",
      responses: { 200: answer({ description: "It does.", json: "Health" }) },
    },
  },
  "/ready": {
    get: {
      operationId: "getReadiness",
      tags: ["service"],
      summary: "Whether this process can take jobs",
      responses: { 200: answer({ description: "Store, queue and engine work.", json: "Readiness" }) },
      problems: [503],
    },
  },
  "/metrics": {
    get: {
      operationId: "getMetrics",
      tags: ["service"],
      summary: "Figures of this process for Prometheus",
      responses: { 200: plain("text/plain", "Text exposition format.") },
    },
  },
  "/openapi.json": {
    get: {
      operationId: "getOpenApi",
      tags: ["service"],
      summary: "This document",
      parameters: [IF_NONE_MATCH],
      responses: {
        200: {
          ...answer({ description: "OpenAPI 3.1.", headers: ETAG }),
          content: { "application/json": { schema: { type: "object" } } },
        },
        304: NOT_MODIFIED,
      },
    },
  },
  "/docs": {
    get: {
      operationId: "getDocs",
      tags: ["service"],
      summary: "This document as a page",
      responses: { 200: plain("text/html", "A page without any address outside of this server.") },
    },
  },
};
