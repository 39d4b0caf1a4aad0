import { basename, extname } from "node:path";
import { type EngineChoice, parseEngineChoice, readConfig } from "../api/config.ts";
import { type AppError, type Finding, fail } from "../core/errors.ts";
import type { BarProvider } from "../core/ports.ts";
import { type BacktestRequest, isSymbol, parseBacktest } from "../core/requests/backtest.ts";
import { refuse } from "../core/requests/findings.ts";
import { ok, type Result } from "../core/result.ts";
import { shown } from "../core/shown.ts";
import { strategies } from "../core/strategies/registry.ts";
import { fileProvider } from "../data/file.ts";
import { type SourceName, sources } from "../data/registry.ts";
import { sampleProvider } from "../data/sample.ts";
import { flagOf, inFlags, parameterFlag } from "./flag-names.ts";
import { fieldValue } from "./flag-values.ts";
import { settings } from "./settings.ts";

/** The flags of `run` as they were given, by flag; those not given are absent. */
export type GivenFlags = ReadonlyMap<string, unknown>;

/** One run as the command line asks for it. */
export interface AskedRun {
  readonly request: BacktestRequest;
  readonly provider: BarProvider;
  readonly engine: EngineChoice;
}

const SAMPLE = "SAMPLE-TREND";

/**
 * The flags as a checked run. Errors: `invalid_request` with a finding for every offending flag.
 */
export function parseRun(flags: GivenFlags): Result<AskedRun, AppError> {
  const file = flags.get("--file");
  const path = typeof file === "string" ? file : null;
  const source = sourceOf(flags.get("--source"), path);
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
  if (params.size > 0) fields.params = Object.fromEntries(params);
  if (fields.symbol === undefined) {
    const symbol = path === null ? SAMPLE : symbolOf(path);
    if (symbol !== null) fields.symbol = symbol;
    else
      findings.push({
        path: "--symbol",
        message: `--symbol is missing, and the name of ${shown(path)} does not start like a symbol; give one such as AAPL`,
      });
  }
  if (findings.length > 0) return refuse(findings);

  const request = parseBacktest(fields, { numericStrings: true });
  if (!request.ok) return { ok: false, error: inFlags(request.error) };
  const engine = engineOf(flags.get("--engine"));
  if (!engine.ok) return engine;
  const provider = path === null ? sampleProvider : fileProvider(path);
  return ok({ request: request.value, provider, engine: engine.value });
}

/** The symbol that a file's name tells: AAPL for AAPL.csv and for aapl_2020.csv; null where it starts like none. */
function symbolOf(path: string): string | null {
  const name = basename(path, extname(path)).toUpperCase();
  if (isSymbol(name)) return name;
  const start = /^\^?[A-Z0-9]{1,10}(?=_)/.exec(name)?.[0] ?? "";
  return isSymbol(start) ? start : null;
}

function sourceOf(given: unknown, path: string | null): Result<SourceName, AppError> {
  const choices = Object.keys(sources).join(", ");
  if (given === undefined && path === null) {
    const message = `there are no bars to run on: give --file prices.csv, or --source sample --symbol ${SAMPLE} for the bundled made-up prices (downloading market data is not built yet)`;
    return fail("invalid_request", message, [{ path: "--source", message }]);
  }
  const name = given ?? "file";
  if (!isSourceName(name)) {
    const message = `--source must be one of ${choices} (downloading market data is not built yet): got ${shown(name)}`;
    return fail("invalid_request", message, [{ path: "--source", message }]);
  }
  if (name === "file" && path === null) {
    const message = "--source file needs --file with the path of a CSV or Parquet file: got nothing";
    return fail("invalid_request", message, [{ path: "--file", message }]);
  }
  if (name !== "file" && path !== null) {
    const message = `--source ${name} reads no file; leave out --file or the source: got --file ${shown(path)}`;
    return fail("invalid_request", message, [{ path: "--file", message }]);
  }
  return ok(name);
}

function isSourceName(name: unknown): name is SourceName {
  return typeof name === "string" && Object.hasOwn(sources, name);
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

/** The flag beats the environment. */
function engineOf(given: unknown): Result<EngineChoice, AppError> {
  if (typeof given === "string") return parseEngineChoice(given, "--engine");
  const config = readConfig();
  return config.ok ? ok(config.value.engine) : config;
}
