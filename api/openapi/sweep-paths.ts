import { JOB_STATUSES } from "../../core/jobs/job.ts";
import { GIVEN_SYMBOL } from "../../core/requests/backtest-schema.ts";
import { strategies } from "../../core/strategies/registry.ts";
import { TRIAL_FILTERS } from "../../core/sweep/select.ts";
import { TRIAL_COLUMNS } from "../../core/sweep/table.ts";
import { sweepExamples } from "./examples.ts";
import { cancelling, following, LIVE_SWEEP, submission } from "./live-operations.ts";
import { answer, CURSOR, ETAG, IF_NONE_MATCH, limit, NEXT_LINK, NOT_MODIFIED, type PathItem, query } from "./operation.ts";

const ID = LIVE_SWEEP.id;
const PARAM = { type: "string", pattern: "^[a-z_]+$" };
const tags = ["sweeps"] as const;

/** The routes of sweeps. */
export const sweepPaths: Readonly<Record<string, PathItem>> = {
  "/api/v1/sweeps": {
    post: submission(LIVE_SWEEP, "Run a backtest for every combination of parameters", sweepExamples),
    get: {
      operationId: "listSweeps",
      tags,
      summary: "List sweeps, the newest first",
      parameters: [
        query("status", { type: "string", enum: JOB_STATUSES }, "Only sweeps in this state."),
        query("symbol", { type: "string", pattern: GIVEN_SYMBOL.source }, "Only sweeps on this symbol.", {
          example: "SAMPLE-TREND",
        }),
        query("strategy", { type: "string", enum: Object.keys(strategies) }, "Only sweeps of this strategy."),
        limit(200, 50),
        CURSOR,
      ],
      responses: { 200: answer({ description: "A page.", json: "SweepList", csv: true, headers: NEXT_LINK }) },
      problems: [400],
    },
  },
  "/api/v1/sweeps/{id}": {
    get: {
      operationId: "getSweep",
      tags,
      summary: "Show a sweep with its result",
      parameters: [ID, IF_NONE_MATCH],
      responses: { 200: answer({ description: "The sweep as it is now.", json: "Sweep", headers: ETAG }), 304: NOT_MODIFIED },
      problems: [400, 404],
    },
    delete: cancelling(LIVE_SWEEP),
  },
  "/api/v1/sweeps/{id}/trials": {
    get: {
      operationId: "listTrials",
      tags,
      summary: "List the trials of a sweep",
      description: "In grid order unless `sort` says otherwise. CSV without a limit holds all of them.",
      parameters: [
        ID,
        query(
          "sort",
          { type: "string", pattern: `^-?(${TRIAL_COLUMNS.join("|")}|params\\.[a-z_]+)$` },
          "A figure or a parameter; `-` before it turns the order round. Undefined figures come last either way.",
          { example: "-sharpe" },
        ),
        ...TRIAL_FILTERS.map(({ name, column, bound }) =>
          query(name, { type: "number" }, `Only trials whose \`${column}\` is at ${bound === "gte" ? "least" : "most"} this.`),
        ),
        limit(1000, 50),
        CURSOR,
      ],
      responses: { 200: answer({ description: "A page.", json: "TrialList", csv: true, headers: NEXT_LINK }) },
      problems: [400, 404, 409],
    },
  },
  "/api/v1/sweeps/{id}/heatmap": {
    get: {
      operationId: "getHeatmap",
      tags,
      summary: "Show a figure over two parameters of a sweep",
      parameters: [
        ID,
        query("x", PARAM, "What runs across; the first parameter that varies.", { example: "fast" }),
        query("y", PARAM, "What runs down; the second one.", { example: "slow" }),
        query("metric", { type: "string", enum: TRIAL_COLUMNS }, "Which figure; the objective."),
        IF_NONE_MATCH,
      ],
      responses: { 200: answer({ description: "The figures.", json: "Heatmap", headers: ETAG }), 304: NOT_MODIFIED },
      problems: [400, 404, 409],
    },
  },
  "/api/v1/sweeps/{id}/events": { get: following(LIVE_SWEEP) },
};
