import { z } from "zod";
import type { AppError, Finding } from "../errors.ts";
import { ok, type Result } from "../result.ts";
import type { FoldPlan } from "../sweep/folds.ts";
import type { BacktestRequest } from "./backtest.ts";
import { ALIASES } from "./backtest-schema.ts";
import { findingsOf, refuse } from "./findings.ts";
import { isObject, noObject } from "./job.ts";
import { parseSweep, SWEEP_FIELDS, type SweepJobRequest, type SweepOptions, type SweepRequest } from "./sweep.ts";
import { walkForwardSchema } from "./walk-forward-schema.ts";

/** A request for a walk-forward, checked, every default filled in: the sweep of every fold, and how the range is cut into folds. */
export interface WalkForwardRequest extends SweepRequest {
  readonly plan: FoldPlan;
  /** How much of the out-of-sample curve is shown. */
  readonly equityPoints: BacktestRequest["equityPoints"];
}

/** The body of `POST /api/v1/walk-forwards`, checked; what it shares with a sweep is as in SweepJobRequest. */
export interface WalkForwardJobRequest extends Omit<SweepJobRequest, "request"> {
  readonly request: WalkForwardRequest;
}

/** The fields of a walk-forward request, for help texts and docs. */
export const WALK_FORWARD_FIELDS: readonly string[] = [...SWEEP_FIELDS, ...Object.keys(walkForwardSchema.shape)];

/** What a sweep knows, and `signals`, which it refuses with its reason. */
const SHARED = [...SWEEP_FIELDS, ...Object.keys(ALIASES), "signals"];

const wholeSchema = z.strictObject({
  ...Object.fromEntries(SHARED.map((name) => [name, z.unknown().optional()])),
  ...walkForwardSchema.shape,
});

/**
 * The body of `POST /api/v1/walk-forwards` as a checked request: a sweep's fields and those of walkForwardSchema. `top` and `overfitting` are let through and
 * change nothing.
 *
 * Errors: `invalid_request` with a finding for every offending field; the others as parseSweep.
 * @param input a JSON value
 */
export function parseWalkForward(input: unknown, options: SweepOptions = {}): Result<WalkForwardJobRequest, AppError> {
  if (!isObject(input)) return refuse([noObject(input)]);
  const own = wholeSchema.safeParse(input);
  const findings: Finding[] = own.success ? purgeFindings(own.data) : findingsOf(own.error, () => WALK_FORWARD_FIELDS);
  const shared = Object.entries(input).filter(([name]) => SHARED.includes(name));
  const sweep = parseSweep(Object.fromEntries(shared), options);
  if (!sweep.ok) {
    if (sweep.error.code !== "invalid_request") return findings.length > 0 ? refuse(findings) : sweep;
    findings.push(...sweep.error.findings);
  }
  if (!own.success || !sweep.ok || findings.length > 0) return refuse(findings);

  const { mode, in_sample_bars, out_of_sample_bars, purge_bars, embargo_bars, equity_points } = own.data;
  const plan = {
    mode,
    inSampleBars: in_sample_bars,
    outOfSampleBars: out_of_sample_bars,
    purgeBars: purge_bars,
    embargoBars: embargo_bars,
  };
  const given = Object.entries(input).filter(([name]) => Object.hasOwn(walkForwardSchema.shape, name));
  return ok({
    ...sweep.value,
    request: { ...sweep.value.request, plan, equityPoints: equity_points },
    body: { ...sweep.value.body, ...Object.fromEntries(given) },
  });
}

function purgeFindings({ purge_bars, in_sample_bars }: z.output<typeof walkForwardSchema>): Finding[] {
  if (purge_bars < in_sample_bars) return [];
  const message = `purge_bars must leave a bar of the in-sample window, so be below in_sample_bars ${in_sample_bars}: got ${purge_bars}`;
  return [{ path: "purge_bars", message }];
}
