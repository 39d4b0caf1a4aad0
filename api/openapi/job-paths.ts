import { JOB_STATUSES } from "../../core/jobs/job.ts";
import { GIVEN_SYMBOL } from "../../core/requests/backtest-schema.ts";
import { STRATEGY_NAMES } from "../../core/requests/strategy-choice.ts";
import { equityOperation } from "./equity-operation.ts";
import { jobExamples } from "./examples.ts";
import { cancelling, following, LIVE_JOB, submission } from "./live-operations.ts";
import { answer, CURSOR, ETAG, IF_NONE_MATCH, limit, NEXT_LINK, NOT_MODIFIED, type PathItem, query } from "./operation.ts";

const ID = LIVE_JOB.id;
const tags = ["jobs"] as const;

/** The routes of jobs. */
export const jobPaths: Readonly<Record<string, PathItem>> = {
  "/api/v1/jobs": {
    post: submission(LIVE_JOB, "Run a backtest", jobExamples),
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
    delete: cancelling(LIVE_JOB),
  },
  "/api/v1/jobs/{id}/equity": {
    get: equityOperation(LIVE_JOB, "getEquity", "Show the equity curve of a job", "EquityCurve"),
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
    get: following(LIVE_JOB),
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
