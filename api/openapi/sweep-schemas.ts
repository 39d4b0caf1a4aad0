import { JOB_STATUSES } from "../../core/jobs/job.ts";
import { metricGroups } from "../../core/metrics/registry.ts";
import { strategies } from "../../core/strategies/registry.ts";
import { TRIAL_COLUMNS } from "../../core/sweep/table.ts";
import { SWEEP_KERNELS } from "../../core/sweep/trials.ts";
import { metric } from "./answer-schemas.ts";
import { overfittingSchema } from "./overfitting-schema.ts";
import {
  fields,
  figure,
  hash,
  instant,
  type JsonSchema,
  list,
  number,
  orNull,
  type Properties,
  page,
  ref,
  SWEEP_ID,
  text,
  whole,
  words,
} from "./schema.ts";

const { series, trades, exposure } = metricGroups;

/** On what, and which strategy. */
export const whichFields: Properties = {
  symbol: text("As it was understood: in upper case."),
  strategy: words(Object.keys(strategies), "Which strategy ran."),
};

const FIGURES: Properties = {
  total_return: metric(series.total_return),
  cagr: metric(series.cagr),
  sharpe: metric(series.sharpe),
  sortino: metric(series.sortino),
  volatility_ann: metric(series.volatility_ann),
  max_drawdown: metric(series.max_drawdown),
  calmar: metric(series.calmar),
  trades: figure("Closed trades."),
  win_rate: metric(trades.win_rate),
  profit_factor: metric(trades.profit_factor),
  exposure: metric(exposure.exposure),
};

/** The parameters of a trial. */
export const trialParams: JsonSchema = {
  type: "object",
  additionalProperties: { type: ["number", "string"] },
  description: "Every parameter of the strategy, those that vary first.",
  examples: [{ fast: 20, slow: 50, average: "sma" }],
};

/** How many trials there are, and what ranks them. */
export const countFields: Properties = {
  trials: whole("Combinations that were run.", 1),
  skipped: whole("Combinations that broke a constraint; with `trials` they are all there are."),
  objective: words(TRIAL_COLUMNS, "What trials were ranked by."),
};

const COMPLETED_SWEEP = fields(
  {
    sweep_id: SWEEP_ID,
    status: { const: "completed" },
    ...whichFields,
    created_at: instant("When the sweep was accepted"),
    ...countFields,
    best: orNull(ref("Trial"), "The first by the objective; null where that is undefined for every trial."),
    top: list(ref("Trial"), "The best trials, as many as were asked for."),
    overfitting: orNull(ref("Overfitting"), "What luck may have to do with it; null under `none`."),
    kernel: words(SWEEP_KERNELS, "How the trials were computed; `plain` is one backtest after the other."),
    runtime_seconds: number("Time of the computation (seconds).", { minimum: 0 }),
    trials_per_second: figure("Trials / runtime."),
    conventions: ref("Conventions"),
    data: ref("BarsUsed"),
    engine: ref("EngineUsed"),
    result_hash: hash(
      "SHA-256 of the bars, the settings that can change a fill, and for each trial its parameters and its fills: the same wherever it is computed",
    ),
  },
  { description: "A sweep that has a result; its trials are at `/trials`." },
);

const STATE: Properties = {
  sweep_id: SWEEP_ID,
  ...whichFields,
  created_at: instant("When the sweep was accepted"),
  attempt: whole("How often it was started."),
};

export const progressSchema = fields({ done: whole("Trials that are done."), total: whole("All trials.") });

const AXIS = fields({
  name: text("A parameter."),
  values: list({ type: ["number", "string"] }, "In the order of the request."),
});

/** What the routes of sweeps answer. */
export const sweepSchemas: Properties = {
  Overfitting: overfittingSchema,
  TrialFigures: fields(FIGURES, { description: "Figures of one backtest; null where they are undefined." }),
  Trial: fields(
    { params: trialParams, ...FIGURES },
    { description: "One backtest of a sweep. A window longer than the data makes no trades." },
  ),
  CompletedSweep: COMPLETED_SWEEP,
  SweepInProgress: fields(
    {
      ...STATE,
      status: words(["queued", "running", "cancelled"], "What it is in; `cancelled` is final."),
      progress: orNull(progressSchema, "How far it is, while it runs; null where nothing is known."),
    },
    { optional: ["progress"], description: "A sweep without a result." },
  ),
  FailedSweep: fields(
    { ...STATE, status: { const: "failed" }, problem: ref("JobProblem") },
    { description: "A sweep that ended without a result." },
  ),
  Sweep: { description: "A sweep as it is now.", oneOf: [ref("CompletedSweep"), ref("SweepInProgress"), ref("FailedSweep")] },
  AcceptedSweep: fields(
    { sweep_id: SWEEP_ID, status: words(["queued", "running"], "What it is in.") },
    { description: "A sweep that goes on; `Location` says where to ask for it." },
  ),
  CancelledSweep: fields(
    { sweep_id: SWEEP_ID, status: { const: "cancelled" } },
    { description: "A sweep that will not be run." },
  ),
  SweepSummary: fields(
    {
      sweep_id: SWEEP_ID,
      status: words(JOB_STATUSES, "What it is in."),
      ...whichFields,
      created_at: instant("When it was accepted"),
      trials: { type: ["integer", "null"], description: "Combinations that were run." },
      skipped: { type: ["integer", "null"], description: "Combinations that broke a constraint." },
      objective: { type: ["string", "null"], enum: [...TRIAL_COLUMNS, null], description: "What trials were ranked by." },
      best: figure("The objective of the best trial."),
    },
    { description: "A sweep in a list; its figures are null before there is a result." },
  ),
  Heatmap: fields(
    {
      x: { ...AXIS, description: "What runs across." },
      y: { ...AXIS, description: "What runs down." },
      metric: words(TRIAL_COLUMNS, "Which figure."),
      values: list(
        list({ type: ["number", "null"] }, "A row: one value for each of `x`."),
        "One row for each of `y`: the best over the other parameters; null where all were skipped or have no such figure.",
      ),
    },
    { description: "One figure over two parameters." },
  ),
  SweepList: page(ref("SweepSummary"), "Sweeps, the newest first."),
  TrialList: page(ref("Trial"), "Trials of a sweep, in the order that was asked for."),
};
