import type { AppError, Finding } from "../errors.ts";
import { ok, type Result } from "../result.ts";
import { shown } from "../shown.ts";
import type { ParamOptions } from "../strategies/params.ts";
import { isStrategyName, type StrategyName, strategies, strategyNamed } from "../strategies/registry.ts";
import type { Direction } from "../strategies/signals.ts";
import type { Strategy } from "../strategies/strategy.ts";
import { type Constraint, parseConstraint } from "../sweep/constraints.ts";
import { expandGrid } from "../sweep/expand.ts";
import type { Grid } from "../sweep/grid.ts";
import type { TrialColumn } from "../sweep/table.ts";
import type { RunSettings } from "./backtest.ts";
import { findingsOf, refuse } from "./findings.ts";
import { isObject, JOB_FIELDS, type JobOptions, type JobRequest, noObject, parseJob } from "./job.ts";
import { parseAxes } from "./sweep-axes.ts";
import { type OverfittingMode, sweepSchema } from "./sweep-schema.ts";

/** A request for a sweep, checked, every default filled in: the settings of all trials, and the grid of their parameters. */
export interface SweepRequest extends RunSettings {
  readonly strategy: StrategyName;
  readonly direction: Direction;
  readonly grid: Grid;
  readonly objective: TrialColumn;
  /** How many of the best trials the answer lists. */
  readonly top: number;
  readonly overfitting: OverfittingMode;
  /** Of the bootstraps. */
  readonly seed: number;
  readonly snoopingTests: boolean;
}

/** The body of `POST /api/v1/sweeps`, checked; what it shares with a job is as in JobRequest. */
export interface SweepJobRequest extends Omit<JobRequest, "request"> {
  readonly request: SweepRequest;
}

export interface SweepOptions extends Omit<JobOptions, "fields">, ParamOptions {}

/** Fields of a job that a sweep has no use for. */
const LEFT_OUT = {
  equity_points: "a sweep keeps no equity curves; run the trial as a job",
  signals: "the strategy of a sweep makes its own",
};

/** The fields of a sweep request, for help texts and docs. */
export const SWEEP_FIELDS: readonly string[] = [
  ...JOB_FIELDS.filter((name) => !Object.hasOwn(LEFT_OUT, name)),
  ...Object.keys(sweepSchema.shape),
];

/**
 * The body of `POST /api/v1/sweeps` as a checked request: a job's fields, of which `params` hold a value, a list or a range for each parameter, and those
 * of sweepSchema. The order of `params` is that of the grid.
 *
 * Errors: `invalid_request` with a finding for every offending field, or when no combination keeps the constraints; `too_costly` for too many
 * combinations or trials, and as parseJob.
 * @param input a JSON value
 */
export function parseSweep(input: unknown, options: SweepOptions = {}): Result<SweepJobRequest, AppError> {
  if (!isObject(input)) return refuse([noObject(input)]);
  const { faults = [], numericStrings = false } = options;
  const fault = faults.some((name) => name === input.strategy);
  const name = typeof input.strategy === "string" && isStrategyName(input.strategy) ? input.strategy : null;
  const strategy: Strategy | null = name === null ? null : strategyNamed(name);

  const findings = [...(strategy === null && !fault ? [unknownStrategy(input.strategy)] : []), ...leftOut(input)];
  const job = parseJob(sharedFields(input, strategy, fault), { ...options, fields: SWEEP_FIELDS });
  if (!job.ok && job.error.code !== "invalid_request") return job;
  if (!job.ok) findings.push(...job.error.findings);
  const fields = sweepSchema.safeParse(input);
  if (!fields.success) findings.push(...findingsOf(fields.error, () => SWEEP_FIELDS));
  const constraints = constraintsOf(strategy, fields.data?.constraints ?? [], findings);
  const params = isObject(input.params) ? input.params : {};
  const axes = parseAxes(strategy?.params ?? {}, params, { numericStrings });
  if (!axes.ok && axes.error.code !== "invalid_request" && findings.length === 0) return axes;
  if (!axes.ok) findings.push(...axes.error.findings);
  if (!job.ok || !fields.success || !axes.ok || findings.length > 0) return refuse(findings);

  const grid = expandGrid(axes.value, constraints);
  if (!grid.ok) return grid;
  const { equityPoints: _points, strategy: choice, ...settings } = job.value.request;
  const { objective, top, overfitting, seed, snooping_tests: snoopingTests } = fields.data;
  const { bars, ...stored } = input;
  const { symbol, source } = job.value.body;
  return ok({
    ...job.value,
    request: {
      ...settings,
      strategy: name ?? "buy_and_hold",
      direction: choice.direction,
      grid: grid.value,
      objective,
      top,
      overfitting,
      seed,
      snoopingTests,
    },
    body: bars === undefined ? input : { ...stored, symbol, source },
  });
}

function unknownStrategy(given: unknown): Finding {
  const message = `strategy must be one of ${Object.keys(strategies).join(", ")}: got ${shown(given)}`;
  return { path: "strategy", message };
}

function leftOut(input: Readonly<Record<string, unknown>>): Finding[] {
  return Object.entries(LEFT_OUT)
    .filter(([name]) => input[name] !== undefined)
    .map(([path, why]) => ({ path, message: `${path} may not be given with a sweep, ${why}: got ${shown(input[path])}` }));
}

/** What a sweep shares with a job: of `params` only those that the strategy does not have are left, for the job to name them. */
function sharedFields(input: Readonly<Record<string, unknown>>, strategy: Strategy | null, fault: boolean) {
  const shared = Object.fromEntries(
    Object.entries(input).filter(([name]) => !Object.hasOwn(LEFT_OUT, name) && !Object.hasOwn(sweepSchema.shape, name)),
  );
  if (strategy === null) return fault ? shared : { ...shared, strategy: "buy_and_hold", params: undefined };
  const { params } = shared;
  if (!isObject(params)) return shared;
  return {
    ...shared,
    params: Object.fromEntries(Object.entries(params).filter(([name]) => !Object.hasOwn(strategy.params, name))),
  };
}

/** The strategy's own rules and the constraints given; offending ones go to the findings. */
function constraintsOf(strategy: Strategy | null, given: readonly string[], findings: Finding[]): Constraint[] {
  if (strategy === null) return [];
  const specs = Object.entries(strategy.params);
  const numeric = specs.filter(([, { kind }]) => kind !== "choice").map(([name]) => name);
  const constraints: Constraint[] = strategy.rules.map(({ left, right }) => ({ left, comparison: "<", right }));
  given.forEach((text, i) => {
    const constraint = parseConstraint(text, numeric);
    if (constraint.ok) constraints.push(constraint.value);
    else findings.push({ path: `constraints.${i}`, message: `constraints.${i} ${constraint.error}` });
  });
  return constraints;
}
