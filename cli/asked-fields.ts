import type { AppError, Finding } from "../core/errors.ts";
import { refuse } from "../core/requests/findings.ts";
import { ok, type Result } from "../core/result.ts";
import { shown } from "../core/shown.ts";
import { strategies } from "../core/strategies/registry.ts";
import { fileSymbol, symbolless } from "./file-symbol.ts";
import { flagOf, parameterFlag } from "./flag-names.ts";
import { fieldValue } from "./flag-values.ts";
import type { GivenFlags } from "./given-flags.ts";
import { type RunSource, SAMPLE, sourceOf } from "./run-source.ts";
import type { Setting } from "./settings.ts";

/** Flags as fields of a request that is not yet checked, and where its bars come from. */
export interface AskedFields {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly source: RunSource;
}

/**
 * What flags ask for. Errors: `invalid_request` with a finding for every offending flag.
 * @param settings the flags that are fields
 * @param paramOf  what stands for the text of a parameter, or what is wrong with it
 */
export function askedFields(
  flags: GivenFlags,
  settings: readonly Setting[],
  paramOf: (text: string) => Result<unknown, string>,
): Result<AskedFields, AppError> {
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
  const params: Record<string, unknown> = {};
  for (const [name, text] of parametersOf(flags, findings)) {
    const value = paramOf(text);
    if (value.ok) params[name] = value.value;
    else findings.push({ path: parameterFlag(name), message: `${parameterFlag(name)} ${value.error}` });
  }
  if (Object.keys(params).length > 0) fields.params = params;
  const { name, path } = source.value;
  if (fields.symbol === undefined) {
    const symbol = name === "file" ? fileSymbol(path) : SAMPLE;
    if (symbol !== null) fields.symbol = symbol;
    else findings.push(symbolless(path ?? ""));
  }
  return findings.length > 0 ? refuse(findings) : ok({ fields, source: source.value });
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
