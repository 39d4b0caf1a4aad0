import { JOB_STATUSES } from "../../core/jobs/job.ts";
import { GIVEN_SYMBOL } from "../../core/requests/backtest-schema.ts";
import { strategies } from "../../core/strategies/registry.ts";
import { equityOperation } from "./equity-operation.ts";
import { walkForwardExamples } from "./examples.ts";
import { cancelling, following, LIVE_WALK_FORWARD, submission } from "./live-operations.ts";
import { answer, CURSOR, ETAG, IF_NONE_MATCH, limit, NEXT_LINK, NOT_MODIFIED, type PathItem, query } from "./operation.ts";

const tags = ["walk-forwards"] as const;

/** The routes of walk-forwards. */
export const walkForwardPaths: Readonly<Record<string, PathItem>> = {
  "/api/v1/walk-forwards": {
    post: submission(
      LIVE_WALK_FORWARD,
      "Choose parameters on one stretch of bars and trade the next, fold by fold",
      walkForwardExamples,
    ),
    get: {
      operationId: "listWalkForwards",
      tags,
      summary: "List walk-forwards, the newest first",
      parameters: [
        query("status", { type: "string", enum: JOB_STATUSES }, "Only walk-forwards in this state."),
        query("symbol", { type: "string", pattern: GIVEN_SYMBOL.source }, "Only walk-forwards on this symbol.", {
          example: "SAMPLE-TREND",
        }),
        query("strategy", { type: "string", enum: Object.keys(strategies) }, "Only walk-forwards of this strategy."),
        limit(200, 50),
        CURSOR,
      ],
      responses: { 200: answer({ description: "A page.", json: "WalkForwardList", csv: true, headers: NEXT_LINK }) },
      problems: [400],
    },
  },
  "/api/v1/walk-forwards/{id}": {
    get: {
      operationId: "getWalkForward",
      tags,
      summary: "Show a walk-forward with its result",
      parameters: [LIVE_WALK_FORWARD.id, IF_NONE_MATCH],
      responses: {
        200: answer({ description: "The walk-forward as it is now.", json: "WalkForward", headers: ETAG }),
        304: NOT_MODIFIED,
      },
      problems: [400, 404],
    },
    delete: cancelling(LIVE_WALK_FORWARD),
  },
  "/api/v1/walk-forwards/{id}/equity": {
    get: equityOperation(LIVE_WALK_FORWARD, "getWalkForwardEquity", "Show the equity curve out of sample", "WalkForwardEquity"),
  },
  "/api/v1/walk-forwards/{id}/events": { get: following(LIVE_WALK_FORWARD) },
};
