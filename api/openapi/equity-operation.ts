import { TIME_PATTERN } from "../../core/requests/field.ts";
import type { Live } from "./live-operations.ts";
import { answer, ETAG, IF_NONE_MATCH, NOT_MODIFIED, type Operation, query } from "./operation.ts";

const TIME = { type: "string", pattern: TIME_PATTERN };

/** `GET` of an equity curve. @param json name of the schema of the answer */
export function equityOperation({ tag, id }: Live, operationId: string, summary: string, json: string): Operation {
  return {
    operationId,
    tags: [tag],
    summary,
    parameters: [
      id,
      query("from", TIME, "First day or instant, included.", { example: "2020-01-01" }),
      query("to", TIME, "Last day or instant, included."),
      query(
        "points",
        { type: "integer", minimum: 2, maximum: 10_000_000 },
        "At most that many points, chosen by largest triangle.",
      ),
      IF_NONE_MATCH,
    ],
    responses: { 200: answer({ description: "The curve.", json, csv: true, headers: ETAG }), 304: NOT_MODIFIED },
    problems: [400, 404, 409],
  };
}
