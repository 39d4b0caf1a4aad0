import { INTERVALS } from "../../core/bars.ts";
import { JOB_STATUSES } from "../../core/jobs/job.ts";
import type { Unit } from "../../core/metrics/metric.ts";
import { metricGroups } from "../../core/metrics/registry.ts";
import { STRATEGY_NAMES } from "../../core/requests/strategy-choice.ts";
import { DIRECTIONS } from "../../core/strategies/signals.ts";
import {
  barTime,
  fields,
  figure,
  flag,
  hash,
  instant,
  JOB_ID,
  type JsonSchema,
  list,
  number,
  orNull,
  type Properties,
  ref,
  text,
  whole,
  words,
} from "./schema.ts";

interface Described {
  readonly doc: string;
  readonly unit: Unit;
}

export function metric({ doc, unit }: Described): JsonSchema {
  return figure(`${doc} (${unit})`);
}

function metrics(groups: readonly Readonly<Record<string, Described>>[]): Properties {
  return Object.fromEntries(
    groups.flatMap((group) => Object.entries(group).map(([name, described]) => [name, metric(described)])),
  );
}

const { series, trades, exposure, benchmark } = metricGroups;
/** The figures that a list shows. */
export const headlineFields: Properties = {
  sharpe: metric(series.sharpe),
  max_drawdown: metric(series.max_drawdown),
  total_return: metric(series.total_return),
};

const WHICH: Properties = {
  symbol: text("As it was understood: in upper case."),
  strategy: words(STRATEGY_NAMES, "Which strategy ran."),
};

const SIZING = fields(
  {
    type: words(["percent_equity", "shares", "cash"], "What `value` counts."),
    value: number("A fraction of the equity (1 is all of it), a number of shares, or money."),
  },
  { description: "How large an order was." },
);

/** Every setting of a run. */
export const conventionFields: Properties = {
  fill: words(["next_open", "close"], "Where signals were filled."),
  periods_per_year: figure("Bars a year for annualised figures."),
  year_basis: words(["calendar", "bars"], "How years were counted."),
  risk_free: number("Annual rate, a fraction."),
  mar: number("Minimum acceptable annual return, a fraction."),
  var_alpha: number("Tail of the value at risk."),
  warmup: whole("Bars before the range that indicators saw."),
  direction: words(DIRECTIONS, "Which sides could be taken."),
  initial_cash: number("Money at the start."),
  commission: number("Fraction of the notional of each fill."),
  commission_fixed: number("Money for each fill."),
  slippage: number("Fraction of the price of each fill."),
  sizing: SIZING,
  fractional: flag("Whether parts of a share were held."),
  on_insufficient_cash: words(["reject", "reduce"], "What happened to an order that the cash did not cover."),
  close_at_end: flag("Whether the last bar closed the position."),
  require_volume: flag("Whether orders waited for volume."),
  stop_loss: figure("Fraction of the entry price; null without one."),
  take_profit: figure("Fraction of the entry price; null without one."),
  trailing_stop: figure("Fraction below the best price; null without one."),
  data_quality: words(["fail", "warn"], "How bad rows were treated."),
  definitions: text("Version of the rules and formulas."),
};

const DATA = fields(
  {
    source: text("Where the bars came from."),
    synthetic: flag("True for made-up prices."),
    interval: words(INTERVALS, "Spacing of the bars."),
    bars: whole("Bars of the run.", 1),
    from: barTime("First bar"),
    to: barTime("Last bar"),
    adjusted: flag("Whether prices are adjusted for splits and dividends."),
    hash: hash("SHA-256 of the bars after the gate"),
    note: { type: ["string", "null"], description: "What a reader has to know about the source." },
    warnings: list(ref("BarWarning"), "What the integrity gate found."),
  },
  { description: "The bars that the run saw." },
);

const ENGINE = fields(
  {
    name: words(["wasm", "ts"], "Which engine ran."),
    version: text("Its release."),
    fallback_reason: { type: ["string", "null"], description: "Why the other engine did not run; null where it was not wanted." },
  },
  { description: "What computed the run." },
);

const COMPLETED_JOB = fields(
  {
    job_id: JOB_ID,
    status: { const: "completed" },
    ...WHICH,
    params: {
      type: "object",
      additionalProperties: { type: ["number", "string"] },
      description: "Every parameter of the strategy, defaults filled in.",
      examples: [{ fast: 20, slow: 50, average: "sma" }],
    },
    created_at: instant("When the job was accepted"),
    ...headlineFields,
    cagr: metric(series.cagr),
    metrics: ref("Metrics"),
    benchmark: fields(
      {
        ...metrics([{ total_return: series.total_return, cagr: series.cagr, sharpe: series.sharpe }]),
        ...metrics([{ max_drawdown: series.max_drawdown, volatility_ann: series.volatility_ann }, benchmark]),
      },
      {
        description: "Figures of `buy_and_hold` on the same bars with the same cash, costs and fill, and of the run against it.",
      },
    ),
    trades: list(ref("Trade"), "Closed trades, oldest first."),
    open_position: orNull(ref("OpenPosition"), "Null where nothing is held after the last bar."),
    events: list(ref("TradingEvent"), "What happened beside the trades, oldest first."),
    equity_curve: {
      type: ["array", "null"],
      items: ref("EquityPoint"),
      description: "One point a bar, or as many as `equity_points` allows; null for `none`.",
    },
    equity_curve_sampled: { const: true, description: "There where the curve has fewer points than bars." },
    conventions: ref("Conventions"),
    data: ref("BarsUsed"),
    engine: ref("EngineUsed"),
    result_hash: hash(
      "SHA-256 of the bars, the settings that can change a fill, the fills and the equity: the same wherever it is computed",
    ),
    runtime_seconds: number("Time of the computation (seconds).", { minimum: 0 }),
  },
  {
    optional: ["equity_curve_sampled"],
    description: "A job that has a result. Money is in the currency of the prices; fractions are no percents.",
  },
);

const STATE: Properties = {
  job_id: JOB_ID,
  ...WHICH,
  created_at: instant("When the job was accepted"),
  attempt: whole("How often it was started."),
};

/** What the routes of jobs answer. */
export const answerSchemas: Properties = {
  Conventions: fields(conventionFields, { description: "Every setting of the run, defaults filled in." }),
  BarsUsed: DATA,
  EngineUsed: ENGINE,
  Metrics: fields(metrics([series, trades, exposure]), {
    description:
      "Every figure of a run; null where it is undefined. An index counts the points of the equity curve, the starting capital being 0.",
  }),
  CompletedJob: COMPLETED_JOB,
  JobInProgress: fields(
    { ...STATE, status: words(["queued", "running", "cancelled"], "What it is in; `cancelled` is final.") },
    { description: "A job without a result." },
  ),
  FailedJob: fields(
    { ...STATE, status: { const: "failed" }, problem: ref("JobProblem") },
    { description: "A job that ended without a result." },
  ),
  Job: { description: "A job as it is now.", oneOf: [ref("CompletedJob"), ref("JobInProgress"), ref("FailedJob")] },
  AcceptedJob: fields(
    { job_id: JOB_ID, status: words(["queued", "running"], "What it is in.") },
    { description: "A job that goes on; `Location` says where to ask for it." },
  ),
  CancelledJob: fields({ job_id: JOB_ID, status: { const: "cancelled" } }, { description: "A job that will not be run." }),
  JobSummary: fields(
    {
      job_id: JOB_ID,
      status: words(JOB_STATUSES, "What it is in."),
      ...WHICH,
      created_at: instant("When it was accepted"),
      ...headlineFields,
    },
    { description: "A job in a list; its figures are null before there is a result." },
  ),
  EquityCurve: fields(
    {
      job_id: JOB_ID,
      sampled: flag("Whether points were left out to keep to `points`."),
      items: list(ref("EquityPoint"), "Oldest first."),
      next_cursor: { type: "null", description: "The curve comes whole." },
    },
    { description: "The equity curve of a job, or the part of it that was asked for." },
  ),
  Verification: fields(
    {
      match: flag("Whether both hashes are equal."),
      expected: hash("`result_hash` of the job"),
      actual: hash("`result_hash` of the run that was just made"),
      engine: ref("EngineUsed"),
    },
    { description: "A job run again on its stored bars." },
  ),
};
