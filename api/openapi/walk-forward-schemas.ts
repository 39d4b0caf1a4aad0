import { JOB_STATUSES } from "../../core/jobs/job.ts";
import { FOLD_MODES } from "../../core/sweep/folds.ts";
import { conventionFields, headlineFields } from "./answer-schemas.ts";
import {
  barTime,
  fields,
  figure,
  flag,
  hash,
  instant,
  list,
  number,
  orNull,
  type Properties,
  page,
  ref,
  WALK_FORWARD_ID,
  whole,
  words,
} from "./schema.ts";
import { countFields, progressSchema, trialParams, whichFields } from "./sweep-schemas.ts";

const WINDOW: Properties = {
  from: barTime("First bar of the window"),
  to: barTime("Last bar of the window"),
  bars: whole("Bars of the window.", 1),
};

const FOLD = fields(
  {
    index: whole("Counted from 0."),
    chosen: orNull(trialParams, "The best parameters in sample; null where the objective is undefined for every trial."),
    in_sample: fields(
      { ...WINDOW, metrics: orNull(ref("TrialFigures"), "Those of the chosen parameters; null where none are chosen.") },
      { description: "The bars that chose." },
    ),
    out_of_sample: fields(
      {
        ...WINDOW,
        metrics: ref("TrialFigures"),
        left_open: flag("Whether a position was left at the last close, unpaid for."),
      },
      { description: "The bars after them, on which the choice traded." },
    ),
  },
  { description: "One choice, and how it went." },
);

const CONVENTIONS = fields(
  {
    ...conventionFields,
    in_sample_bars: whole("Bars of the first in-sample window, purged ones included.", 1),
    out_of_sample_bars: whole("Bars of an out-of-sample window; the last one may be shorter.", 1),
    purge_bars: whole("Bars taken off the end of every in-sample window."),
    embargo_bars: whole("Bars between the two windows of a fold."),
    in_sample_cash: { const: "initial_cash", description: "Every in-sample window begins with the money at the start." },
    out_of_sample_cash: { const: "carried", description: "An out-of-sample window begins with what the one before left." },
    in_sample_indicators: { const: "window_alone", description: "In sample, indicators see nothing before the window." },
    out_of_sample_indicators: { const: "all_bars_before", description: "Out of sample, they see every bar before it." },
    fold_end: words(["left_at_last_close", "closed"], "What becomes of a position at the end of an out-of-sample window."),
  },
  { description: "Every setting of the walk-forward, defaults filled in." },
);

const COMPLETED = fields(
  {
    walk_forward_id: WALK_FORWARD_ID,
    status: { const: "completed" },
    ...whichFields,
    created_at: instant("When the walk-forward was accepted"),
    mode: words(FOLD_MODES, "Where in-sample windows begin."),
    ...countFields,
    folds: list(ref("Fold"), "Oldest first.", { minItems: 1 }),
    out_of_sample: fields(
      {
        ...WINDOW,
        metrics: ref("Metrics"),
        equity_curve: {
          type: ["array", "null"],
          items: ref("EquityPoint"),
          description: "One point a bar, or as many as `equity_points` allows; null for `none`.",
        },
        equity_curve_sampled: { const: true, description: "There where the curve has fewer points than bars." },
      },
      { optional: ["equity_curve_sampled"], description: "All out-of-sample windows, one after the other." },
    ),
    efficiency_ratio: figure("Annual rate out of sample over that in sample; null where the latter is not above 0."),
    parameter_stability: {
      type: "object",
      additionalProperties: ref("Steadiness"),
      description: "For each parameter that varies.",
    },
    conventions: ref("WalkForwardConventions"),
    data: ref("BarsUsed"),
    engine: ref("EngineUsed"),
    result_hash: hash(
      "SHA-256 of the bars, the settings that can change a fill or a choice, the choices, and the fills and the equity out of sample: the same wherever it is computed",
    ),
    runtime_seconds: number("Time of the computation (seconds).", { minimum: 0 }),
  },
  { description: "A walk-forward that has a result." },
);

const STATE: Properties = {
  walk_forward_id: WALK_FORWARD_ID,
  ...whichFields,
  created_at: instant("When the walk-forward was accepted"),
  attempt: whole("How often it was started."),
};

/** What the routes of walk-forwards answer. */
export const walkForwardSchemas: Properties = {
  Fold: FOLD,
  Steadiness: fields(
    {
      kept: figure("Share of folds that chose the value of the fold before."),
      mean_step: figure(
        "How far the choice moved on average: 0 not at all, 1 from one end of the values to the other; null for words.",
      ),
    },
    { description: "How steadily a parameter was chosen." },
  ),
  WalkForwardConventions: CONVENTIONS,
  CompletedWalkForward: COMPLETED,
  WalkForwardInProgress: fields(
    {
      ...STATE,
      status: words(["queued", "running", "cancelled"], "What it is in; `cancelled` is final."),
      progress: orNull(progressSchema, "How far it is, in trials of all folds, while it runs; null where nothing is known."),
    },
    { optional: ["progress"], description: "A walk-forward without a result." },
  ),
  FailedWalkForward: fields(
    { ...STATE, status: { const: "failed" }, problem: ref("JobProblem") },
    { description: "A walk-forward that ended without a result." },
  ),
  WalkForward: {
    description: "A walk-forward as it is now.",
    oneOf: [ref("CompletedWalkForward"), ref("WalkForwardInProgress"), ref("FailedWalkForward")],
  },
  AcceptedWalkForward: fields(
    { walk_forward_id: WALK_FORWARD_ID, status: words(["queued", "running"], "What it is in.") },
    { description: "A walk-forward that goes on; `Location` says where to ask for it." },
  ),
  CancelledWalkForward: fields(
    { walk_forward_id: WALK_FORWARD_ID, status: { const: "cancelled" } },
    { description: "A walk-forward that will not be run." },
  ),
  WalkForwardSummary: fields(
    {
      walk_forward_id: WALK_FORWARD_ID,
      status: words(JOB_STATUSES, "What it is in."),
      ...whichFields,
      created_at: instant("When it was accepted"),
      ...headlineFields,
    },
    { description: "A walk-forward in a list; its figures are those out of sample, null before there is a result." },
  ),
  WalkForwardEquity: fields(
    {
      walk_forward_id: WALK_FORWARD_ID,
      sampled: flag("Whether points were left out to keep to `points`."),
      items: list(ref("EquityPoint"), "Oldest first."),
      next_cursor: { type: "null", description: "The curve comes whole." },
    },
    { description: "The equity curve out of sample, or the part of it that was asked for." },
  ),
  WalkForwardList: page(ref("WalkForwardSummary"), "Walk-forwards, the newest first."),
};
