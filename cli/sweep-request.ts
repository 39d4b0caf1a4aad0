import type { AppError } from "../core/errors.ts";
import { parseSweep, type SweepOptions, type SweepRequest } from "../core/requests/sweep.ts";
import { err, ok, type Result } from "../core/result.ts";
import { shown } from "../core/shown.ts";
import { askedFields } from "./asked-fields.ts";
import { inFlags } from "./flag-names.ts";
import { numberOrText } from "./flag-values.ts";
import type { GivenFlags } from "./given-flags.ts";
import type { RunSource } from "./run-source.ts";
import type { Setting } from "./settings.ts";
import { allSweepSettings } from "./sweep-settings.ts";

/** What the command line asks to do with a grid of parameters. */
export interface AskedGrid<R> {
  readonly request: R;
  readonly source: RunSource;
}

/** The flags as a checked sweep. Errors: `invalid_request` with a finding for every offending flag; `too_costly`. */
export function parseSweepFlags(flags: GivenFlags): Result<AskedGrid<SweepRequest>, AppError> {
  return parseGridFlags(flags, allSweepSettings, parseSweep);
}

/** Flags as a checked request on a grid of parameters. Errors: `invalid_request` with a finding for every offending flag, and those of `parse`. */
export function parseGridFlags<R>(
  flags: GivenFlags,
  settings: readonly Setting[],
  parse: (input: unknown, options: SweepOptions) => Result<{ readonly request: R }, AppError>,
): Result<AskedGrid<R>, AppError> {
  const asked = askedFields(flags, settings, gridValue);
  if (!asked.ok) return asked;
  const { fields, source } = asked.value;
  // The bars of a file are to a request what those of its own are: kept elsewhere, of whatever interval they have.
  const name = source.name === "file" ? "inline" : source.name;
  const parsed = parse({ ...fields, source: name }, { barsApart: true });
  return parsed.ok ? ok({ request: parsed.value.request, source }) : err(inFlags(parsed.error));
}

/** The values of a parameter as they are typed: one, a list `5,10,20`, or a range `from:to` or `from:to:step`. */
export function gridValue(text: string): Result<unknown, string> {
  if (!text.includes(":")) return ok(text.includes(",") ? text.split(",").map(oneValue) : oneValue(text));
  const parts = text.split(":").map((part) => part.trim());
  const [from = "", to = "", step] = parts;
  if (parts.length > 3 || parts.includes("") || text.includes(","))
    return err(`must be a value, a list such as 5,10,20 or a range from:to:step such as 5:50:5: got ${shown(text)}`);
  const range = { from: numberOrText(from), to: numberOrText(to) };
  return ok(step === undefined ? range : { ...range, step: numberOrText(step) });
}

function oneValue(text: string): number | string {
  return numberOrText(text.trim());
}
