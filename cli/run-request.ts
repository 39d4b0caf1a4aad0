import type { AppError } from "../core/errors.ts";
import { type BacktestRequest, parseBacktest } from "../core/requests/backtest.ts";
import { parseJob } from "../core/requests/job.ts";
import { err, ok, type Result } from "../core/result.ts";
import { askedFields } from "./asked-fields.ts";
import { inFlags } from "./flag-names.ts";
import { numberOrText } from "./flag-values.ts";
import type { GivenFlags } from "./given-flags.ts";
import type { RunSource } from "./run-source.ts";
import { settings } from "./settings.ts";

/** One run as the command line asks for it. */
export interface AskedRun {
  readonly request: BacktestRequest;
  readonly source: RunSource;
}

/**
 * The flags as a checked run. Errors: `invalid_request` with a finding for every offending flag.
 */
export function parseRun(flags: GivenFlags): Result<AskedRun, AppError> {
  const asked = askedFields(flags, settings, (text) => ok(numberOrText(text)));
  if (!asked.ok) return asked;
  const { fields, source } = asked.value;
  const request = source.name === "file" ? parseBacktest(fields) : jobRequest({ ...fields, source: source.name });
  return request.ok ? ok({ request: request.value, source }) : err(inFlags(request.error));
}

/** As the service understands it, but that own signals may be for bars of any source. */
function jobRequest(fields: object): Result<BacktestRequest, AppError> {
  const job = parseJob(fields, { barsApart: true });
  return job.ok ? ok(job.value.request) : job;
}
