import type { Bars } from "../bars.ts";
import type { Engine } from "../engine/contract.ts";
import type { AppError } from "../errors.ts";
import { parseWalkForward } from "../requests/walk-forward.ts";
import type { Sweeper } from "../sweep/sweeper.ts";
import { providerOf } from "./test-run.ts";
import { runWalkForward, type WalkForwardPorts, type WalkForwardRun } from "./walk-forward.ts";

/** What runs a walk-forward. */
export interface Runners {
  readonly engine: Engine;
  readonly sweeper: Sweeper;
}

/** `fields` as in the API, of which strategy defaults to `buy_and_hold`. */
export async function walkForwardAttempt(bars: Bars, fields: object, runners: Runners, ports: Partial<WalkForwardPorts> = {}) {
  const asked = parseWalkForward({ symbol: "TEST", source: "inline", strategy: "buy_and_hold", ...fields }, { barsApart: true });
  if (!asked.ok) throw new Error(asked.error.detail);
  const { request } = asked.value;
  const provider = providerOf(bars, request.adjusted);
  return runWalkForward(request, { provider, nowMs: Date.UTC(2030, 0, 1), ...runners, ...ports });
}

/** A walk-forward that must succeed. */
export async function walkForwardOf(bars: Bars, fields: object, runners: Runners): Promise<WalkForwardRun> {
  const run = await walkForwardAttempt(bars, fields, runners);
  if (run === undefined) throw new Error("the walk-forward was aborted");
  if (!run.ok) throw new Error(run.error.detail);
  return run.value;
}

/** The error of a walk-forward that must fail. */
export async function walkForwardFailure(
  bars: Bars,
  fields: object,
  runners: Runners,
  ports: Partial<WalkForwardPorts> = {},
): Promise<AppError> {
  const run = await walkForwardAttempt(bars, fields, runners, ports);
  if (run === undefined || run.ok) throw new Error("the walk-forward did not fail");
  return run.error;
}
