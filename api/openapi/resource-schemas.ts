import { INTERVALS } from "../../core/bars.ts";
import { STRATEGY_NAMES } from "../../core/requests/strategy-choice.ts";
import { DIRECTIONS } from "../../core/strategies/signals.ts";
import { HTTP_STATUS } from "../http-errors.ts";
import {
  barTime,
  fields,
  flag,
  hash,
  instant,
  JOB_ID,
  type JsonSchema,
  list,
  number,
  type Properties,
  page,
  ref,
  SWEEP_ID,
  text,
  WALK_FORWARD_ID,
  whole,
  words,
} from "./schema.ts";

const FINDING = fields(
  {
    path: text("Where: a field such as `params.fast`, a query parameter, a row; empty for the whole."),
    message: text("What was found there and what is allowed."),
  },
  { description: "One offending place." },
);

const PROBLEM: Properties = {
  type: { const: "about:blank" },
  title: text("The status in words."),
  status: whole("The HTTP status of this kind of problem.", 400, { maximum: 599 }),
  detail: text("What went wrong, in one sentence."),
  code: words(Object.keys(HTTP_STATUS), "What went wrong, for programs."),
  errors: list(ref("Finding"), "Every offending place, at most 20; empty where there is none."),
};

const SERIES: Properties = {
  interval: words(INTERVALS, "Spacing of the bars."),
  adjusted: flag("Whether prices are adjusted for splits and dividends."),
  rows: whole("Number of bars.", 1),
  from: barTime("First bar"),
  to: barTime("Last bar"),
  hash: hash("SHA-256 of the bars after the gate"),
  warnings: list(ref("BarWarning"), "What the integrity gate found."),
};

const COLUMN = (description: string): JsonSchema => list({ type: ["number", "null"] }, description);

const PARAMETER = fields(
  {
    name: text("As `params` names it."),
    kind: words(["integer", "number", "choice"], "What it takes."),
    min: number("Smallest value; not for a choice."),
    max: number("Largest value; not for a choice."),
    choices: list({ type: "string" }, "Allowed words; for a choice alone."),
    default: { type: ["number", "string"], description: "Value where none is given." },
    unit: text("What a number counts; empty where it has no unit."),
    doc: text("What it does."),
  },
  { optional: ["min", "max", "choices"], description: "A parameter of a strategy." },
);

/** What the routes beside those of jobs answer, and problems. */
export const resourceSchemas: Properties = {
  Finding: FINDING,
  JobProblem: fields(PROBLEM, { description: "Why a job, a sweep or a walk-forward failed." }),
  Problem: fields(
    {
      ...PROBLEM,
      request_id: text("Id of the request, for the log."),
      job_id: JOB_ID,
      sweep_id: SWEEP_ID,
      walk_forward_id: WALK_FORWARD_ID,
    },
    {
      optional: ["job_id", "sweep_id", "walk_forward_id"],
      description:
        "RFC 9457. `job_id`, `sweep_id` or `walk_forward_id` is there where that was accepted and failed within the wait.",
    },
  ),
  Dataset: fields(
    { symbol: text("As it was understood: in upper case."), ...SERIES, created_at: instant("When it was uploaded") },
    { description: "An uploaded series of bars." },
  ),
  Bars: fields(
    {
      symbol: text("As it was understood: in upper case."),
      source: text("Where the bars came from."),
      synthetic: flag("True for made-up prices."),
      ...SERIES,
      note: { type: ["string", "null"], description: "What a reader has to know about the source." },
      bars: fields(
        {
          time: list(barTime("Time of the bar's open"), "Oldest first."),
          open: COLUMN("Null at a missing bar."),
          high: COLUMN("Null at a missing bar."),
          low: COLUMN("Null at a missing bar."),
          close: COLUMN("Null at a missing bar."),
          volume: COLUMN("0 where the source has none."),
        },
        { description: "Columns of one length, as the field `bars` of a job takes them." },
      ),
    },
    { description: "Bars as a job on them would see them." },
  ),
  Strategy: fields(
    {
      name: words(STRATEGY_NAMES, "As `strategy` takes it."),
      doc: text("What it does."),
      directions: list(words(DIRECTIONS, "A side, or both."), "What `direction` may be; empty where it may not be given."),
      params: list(ref("StrategyParameter"), "In the order of the strategy."),
      constraints: list(text("Such as `fast < slow`."), "What must hold between the parameters."),
    },
    { description: "A strategy and what it takes." },
  ),
  StrategyParameter: PARAMETER,
  Health: fields({ status: { const: "ok" } }, { description: "This process runs." }),
  Readiness: fields(
    {
      status: { const: "ready" },
      checks: { type: "object", additionalProperties: { const: "ok" }, description: "Each part that was asked." },
      mode: words(["one process", "fleet"], "Whether jobs are run here, or by workers."),
      equity_points: words(
        ["off", "plain", "hypertable"],
        "Of a fleet: whether each point of a curve is a row as well, and in which kind of table.",
      ),
    },
    { description: "This process can take jobs.", optional: ["equity_points"] },
  ),
  JobList: page(ref("JobSummary"), "Jobs, the newest first."),
  TradeList: page(ref("Trade"), "Closed trades of a job, the oldest first."),
  DatasetList: page(ref("Dataset"), "Datasets by symbol."),
  StrategyList: page(ref("Strategy"), "All strategies, on one page."),
};
