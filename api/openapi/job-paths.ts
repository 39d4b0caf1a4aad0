import { JOB_STATUSES } from "../../core/jobs/job.ts";
import { GIVEN_SYMBOL } from "../../core/requests/backtest-schema.ts";
import { TIME_PATTERN } from "../../core/requests/field.ts";
import { STRATEGY_NAMES } from "../../core/requests/strategy-choice.ts";
import { jobExamples } from "./examples.ts";
import {
  answer,
  CURSOR,
  ETAG,
  header,
  IF_NONE_MATCH,
  LOCATION,
  limit,
  NEXT_LINK,
  NOT_MODIFIED,
  type PathItem,
  path,
  query,
  responseHeader,
} from "./operation.ts";
import { JOB_ID, ref } from "./schema.ts";

const ID = path("id", JOB_ID, "`job_id` of the job.");
const TIME = { type: "string", pattern: TIME_PATTERN };
const tags = ["jobs"] as const;

/** The routes of jobs. */
export const jobPaths: Readonly<Record<string, PathItem>> = {
  "/api/v1/jobs": {
    post: {
      operationId: "submitJob",
      tags,
      summary: "Run a backtest",
      description:
        "Waits for the result, by default for 30 seconds, and answers it; a job that needs longer goes on. A refused request leaves no job. A job that fails within the wait answers its problem, with `job_id` and `Location`.",
      parameters: [
        header("Prefer", { type: "string" }, "`wait=N`: seconds to wait, at most 60. `respond-async`: do not wait.", {
          example: "wait=10",
        }),
        header(
          "Idempotency-Key",
          { type: "string", minLength: 1, maxLength: 255, pattern: "^[\\x21-\\x7e]+$" },
          "Visible ASCII. A repeat with an equal body answers the job that the first one made; with another body it is 422.",
        ),
      ],
      requestBody: { required: true, content: { "application/json": { schema: ref("JobRequest"), examples: jobExamples } } },
      responses: {
        200: answer({
          description: "The job is final: its result, or, for a repeat by `Idempotency-Key`, also how it ended without one.",
          json: "Job",
          headers: {
            ...LOCATION,
            ...responseHeader("Preference-Applied", "What of `Prefer` was followed."),
            ...responseHeader("Idempotency-Replayed", "`true` where the key was used before."),
          },
        }),
        202: answer({
          description: "The job goes on.",
          json: "AcceptedJob",
          headers: {
            ...LOCATION,
            ...responseHeader("Preference-Applied", "What of `Prefer` was followed."),
            ...responseHeader("Idempotency-Replayed", "`true` where the key was used before."),
          },
        }),
      },
      problems: [400, 404, 409, 413, 415, 422, 502, 503, 504],
    },
    get: {
      operationId: "listJobs",
      tags,
      summary: "List jobs, the newest first",
      parameters: [
        query("status", { type: "string", enum: JOB_STATUSES }, "Only jobs in this state."),
        query("symbol", { type: "string", pattern: GIVEN_SYMBOL.source }, "Only jobs on this symbol.", {
          example: "SAMPLE-TREND",
        }),
        query("strategy", { type: "string", enum: STRATEGY_NAMES }, "Only jobs of this strategy."),
        limit(200, 50),
        CURSOR,
      ],
      responses: { 200: answer({ description: "A page.", json: "JobList", csv: true, headers: NEXT_LINK }) },
      problems: [400],
    },
  },
  "/api/v1/jobs/{id}": {
    get: {
      operationId: "getJob",
      tags,
      summary: "Show a job with its result",
      parameters: [ID, IF_NONE_MATCH],
      responses: { 200: answer({ description: "The job as it is now.", json: "Job", headers: ETAG }), 304: NOT_MODIFIED },
      problems: [400, 404],
    },
    delete: {
      operationId: "cancelJob",
      tags,
      summary: "Cancel a job, or delete a final one",
      parameters: [ID, query("remove", { type: "boolean", default: false }, "Delete a final job with its result.")],
      responses: {
        202: answer({ description: "It was queued or running, and is cancelled.", json: "CancelledJob" }),
        204: answer({ description: "It was final, and is deleted." }),
      },
      problems: [400, 404, 409],
    },
  },
  "/api/v1/jobs/{id}/equity": {
    get: {
      operationId: "getEquity",
      tags,
      summary: "Show the equity curve of a job",
      parameters: [
        ID,
        query("from", TIME, "First day or instant, included.", { example: "2020-01-01" }),
        query("to", TIME, "Last day or instant, included."),
        query(
          "points",
          { type: "integer", minimum: 2, maximum: 10_000_000 },
          "At most that many points, chosen by largest triangle.",
        ),
        IF_NONE_MATCH,
      ],
      responses: { 200: answer({ description: "The curve.", json: "EquityCurve", csv: true, headers: ETAG }), 304: NOT_MODIFIED },
      problems: [400, 404, 409],
    },
  },
  "/api/v1/jobs/{id}/trades": {
    get: {
      operationId: "listTrades",
      tags,
      summary: "List the closed trades of a job",
      parameters: [ID, limit(1000, null), CURSOR, IF_NONE_MATCH],
      responses: {
        200: answer({ description: "A page, or all of them.", json: "TradeList", csv: true, headers: { ...NEXT_LINK, ...ETAG } }),
        304: NOT_MODIFIED,
      },
      problems: [400, 404, 409],
    },
  },
  "/api/v1/jobs/{id}/events": {
    get: {
      operationId: "followJob",
      tags,
      summary: "Follow a job",
      description:
        "Server-Sent Events: `state` with `{job_id, status, attempt}`, `progress` with `{done, total}`, and at last `end` with `{job_id, status}`; then the stream is closed. A comment every 5 seconds keeps it open.",
      parameters: [
        ID,
        header(
          "Last-Event-ID",
          { type: "string" },
          "Id of the last event that was seen: it is not told again. After `end` the answer is 204.",
        ),
      ],
      responses: {
        200: {
          ...answer({ description: "The events." }),
          content: {
            "text/event-stream": {
              schema: { type: "string" },
              example: 'id: 1-running\nevent: state\ndata: {"status":"running"}\n\n',
            },
          },
        },
        204: answer({ description: "The end was seen already." }),
      },
      problems: [400, 404],
    },
  },
  "/api/v1/jobs/{id}/verify": {
    post: {
      operationId: "verifyJob",
      tags,
      summary: "Run a completed job again on its stored bars",
      parameters: [ID],
      responses: { 200: answer({ description: "Whether the result is the same.", json: "Verification" }) },
      problems: [400, 404, 409, 503],
    },
  },
};
