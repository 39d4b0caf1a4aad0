import { HTTP_STATUS } from "../http-errors.ts";
import { type JsonSchema, ref, text, whole } from "./schema.ts";

/** One operation of a path, with what every operation has filled in. */
export interface Operation {
  readonly operationId: string;
  readonly tags: readonly [string];
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly JsonSchema[];
  readonly requestBody?: JsonSchema;
  /** By status; problems are added. */
  readonly responses: Readonly<Record<string, JsonSchema>>;
  /** Statuses of the problems that this operation knows, beside those of every operation. */
  readonly problems?: readonly number[];
}

export type PathItem = Readonly<Record<string, Operation>>;

export function operationObject({ problems = [], responses, ...operation }: Operation): JsonSchema {
  const statuses = [...new Set([...problems, 403, 500])].sort();
  return {
    ...operation,
    responses: {
      ...responses,
      ...Object.fromEntries(statuses.map((status) => [status, problemResponse(status)])),
      default: { ...PROBLEM, description: "Any other problem." },
    },
  };
}

const REQUEST_ID = {
  "x-request-id": { description: "Id of the request; one that was sent is kept.", schema: { type: "string" } },
};
const PROBLEM = { headers: REQUEST_ID, content: { "application/problem+json": { schema: ref("Problem") } } };

function problemResponse(status: number): JsonSchema {
  const codes = Object.entries(HTTP_STATUS).filter(([, known]) => known === status);
  const description = `A problem: ${codes.map(([code]) => `\`${code}\``).join(", ")}.`;
  const retry = { "Retry-After": { description: "Seconds after which to try again.", schema: { type: "integer" } } };
  return { ...PROBLEM, description, ...(status === 503 ? { headers: { ...REQUEST_ID, ...retry } } : {}) };
}

interface Answer {
  readonly description: string;
  /** Name of the schema of the JSON body. */
  readonly json?: string;
  /** Whether `Accept: text/csv` is answered too. */
  readonly csv?: boolean;
  readonly headers?: JsonSchema;
  readonly example?: unknown;
}

export function answer({ description, json, csv, headers = {}, example }: Answer): JsonSchema {
  const content = {
    ...(json === undefined ? {} : { "application/json": { schema: ref(json), ...(example === undefined ? {} : { example }) } }),
    ...(csv
      ? { "text/csv": { schema: text("A line of JSON names, then a line an item; `params.fast` for what lies deeper.") } }
      : {}),
  };
  return { description, headers: { ...REQUEST_ID, ...headers }, ...(Object.keys(content).length > 0 ? { content } : {}) };
}

export function responseHeader(name: string, description: string): JsonSchema {
  return { [name]: { description, schema: { type: "string" } } };
}

export const ETAG = responseHeader("ETag", "Of an answer that will not change any more.");
export const LOCATION = responseHeader("Location", "Where the job, or the dataset, is.");
export const NEXT_LINK = responseHeader("Link", 'CSV only: `<…>; rel="next"`, where there is a next page.');
export const NOT_MODIFIED = answer({ description: "`If-None-Match` holds the tag of this answer.", headers: ETAG });

export function query(name: string, schema: JsonSchema, description: string, more: JsonSchema = {}): JsonSchema {
  return { name, in: "query", description, schema, ...more };
}

export function header(name: string, schema: JsonSchema, description: string, more: JsonSchema = {}): JsonSchema {
  return { name, in: "header", description, schema, ...more };
}

export function path(name: string, schema: JsonSchema, description: string, more: JsonSchema = {}): JsonSchema {
  return { name, in: "path", required: true, description, schema, ...more };
}

export const IF_NONE_MATCH = header(
  "If-None-Match",
  { type: "string" },
  "Tags of answers that are at hand: 304 where this is one of them.",
);
export const CURSOR = query("cursor", { type: "string" }, "`next_cursor` of the page before.");

export function limit(most: number, standard: number | null): JsonSchema {
  const schema = whole("Items on a page.", 1, { maximum: most, ...(standard === null ? {} : { default: standard }) });
  return query("limit", schema, `Items on a page${standard === null ? "; all of them where it is not given" : ""}.`);
}
