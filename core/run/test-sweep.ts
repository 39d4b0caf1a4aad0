import { engineTs } from "../../engine-ts/engine.ts";
import type { Bars } from "../bars.ts";
import type { AppError } from "../errors.ts";
import { parseSweep, type SweepRequest } from "../requests/sweep.ts";
import type { Sweeper } from "../sweep/sweeper.ts";
import { runSweep, type SweepPorts, type SweepRun } from "./sweep.ts";
import { providerOf } from "./test-run.ts";

/** Fields as in the API, of which strategy defaults to `buy_and_hold`. */
export function sweepRequest(fields: object): SweepRequest {
  const parsed = parseSweep({ symbol: "TEST", source: "inline", strategy: "buy_and_hold", ...fields }, { barsApart: true });
  if (!parsed.ok) throw new Error(parsed.error.detail);
  return parsed.value.request;
}

export async function sweepAttempt(bars: Bars, fields: object, sweeper: Sweeper, ports: Partial<SweepPorts> = {}) {
  const request = sweepRequest(fields);
  const provider = providerOf(bars, request.adjusted);
  return runSweep(request, { provider, engine: engineTs, sweeper, nowMs: Date.UTC(2030, 0, 1), ...ports });
}

/** A sweep that must succeed. */
export async function sweepOf(bars: Bars, fields: object, sweeper: Sweeper): Promise<SweepRun> {
  const run = await sweepAttempt(bars, fields, sweeper);
  if (run === undefined) throw new Error("the sweep was aborted");
  if (!run.ok) throw new Error(run.error.detail);
  return run.value;
}

/** The error of a sweep that must fail. */
export async function sweepFailure(
  bars: Bars,
  fields: object,
  sweeper: Sweeper,
  ports: Partial<SweepPorts> = {},
): Promise<AppError> {
  const run = await sweepAttempt(bars, fields, sweeper, ports);
  if (run === undefined || run.ok) throw new Error("the sweep did not fail");
  return run.error;
}
