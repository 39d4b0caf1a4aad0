import type { AppError, Finding } from "../core/errors.ts";
import { type BacktestRequest, parseBacktest } from "../core/requests/backtest.ts";
import { refuse } from "../core/requests/findings.ts";
import { parseJob } from "../core/requests/job.ts";
import { ok, type Result } from "../core/result.ts";
import { shown } from "../core/shown.ts";
import { strategies } from "../core/strategies/registry.ts";
import { fileSymbol, symbolless } from "./file-symbol.ts";
import { flagOf, inFlags, parameterFlag } from "./flag-names.ts";
import { fieldValue, numberOrText } from "./flag-values.ts";
import type { GivenFlags } from "./given-flags.ts";
import { type RunSource, SAMPLE, sourceOf } from "./run-source.ts";
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
  const source = sourceOf(flags);
  if (!source.ok) return source;
  const fields: Record<string, unknown> = {};
  const findings: Finding[] = [];
  for (const { flags: shape, field, kind } of settings) {
    const flag = flagOf(shape);
    if (!flags.has(flag)) continue;
    const value = fieldValue(kind, flags.get(flag));
    if (value.ok) fields[field] = kind === "off_switch" ? false : value.value;
    else findings.push({ path: flag, message: `${flag} ${value.error}` });
  }
  const params = parametersOf(flags, findings);
  if (params.size > 0) fields.params = Object.fromEntries([...params].map(([name, text]) => [name, numberOrText(text)]));
  const { name, path } = source.value;
  if (fields.symbol === undefined) {
    const symbol = name === "file" ? fileSymbol(path) : SAMPLE;
    if (symbol !== null) fields.symbol = symbol;
    else findings.push(symbolless(path ?? ""));
  }
  if (findings.length > 0) return refuse(findings);

  const request = name === "file" ? parseBacktest(fields) : jobRequest({ ...fields, source: name });
  return request.ok ? ok({ request: request.value, source: source.value }) : { ok: false, error: inFlags(request.error) };
}

/** As the service understands it, but that own signals may be for bars of any source. */
function jobRequest(fields: object): Result<BacktestRequest, AppError> {
  const job = parseJob(fields, { barsApart: true });
  return job.ok ? ok(job.value.request) : job;
}

/** Parameters by name from their own flags and from `--param`; offending ones go to the findings. */
function parametersOf(flags: GivenFlags, findings: Finding[]): Map<string, string> {
  const params = new Map<string, string>();
  const put = (name: string, value: string, flag: string) => {
    if (params.has(name))
      findings.push({ path: flag, message: `${flag} is given twice: ${shown(params.get(name))} and ${shown(value)}` });
    params.set(name, value);
  };
  for (const { params: specs } of Object.values(strategies)) {
    for (const name of Object.keys(specs)) {
      const value = flags.get(parameterFlag(name));
      if (typeof value === "string" && !params.has(name)) put(name, value, parameterFlag(name));
    }
  }
  const listed = flags.get("--param");
  for (const text of Array.isArray(listed) ? listed : []) {
    const [name, value] = splitOnce(String(text));
    if (value === undefined || name === "") {
      findings.push({ path: "--param", message: `--param must be name=value such as --param fast=10: got ${shown(text)}` });
    } else put(name.replaceAll("-", "_"), value, `--param ${name}`);
  }
  return params;
}

function splitOnce(text: string): [string, string | undefined] {
  const at = text.indexOf("=");
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
