import type { Finding } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import { shown } from "../shown.ts";
import type { ParamRule, ParamSpec, ParamSpecs, ParamValue, ParamValues } from "./strategy.ts";

export interface ParamOptions {
  /** Also read numbers written as text ("10", "0.5", "1e3"), as a command line gives them. */
  readonly numericStrings?: boolean;
}

const NUMBER_TEXT = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The values allowed by a spec, in words. */
function allowed(spec: ParamSpec): string {
  if (spec.kind === "choice") return `one of ${spec.choices.join(", ")}`;
  return `${spec.kind === "integer" ? "a whole number" : "a number"} from ${spec.min} to ${spec.max}`;
}

/**
 * One value against its spec.
 *
 * @returns the value, or a message that names the offending value and what is allowed
 */
export function parseParam(
  name: string,
  spec: ParamSpec,
  value: unknown,
  options: ParamOptions = {},
): Result<ParamValue, string> {
  const refused = err(`${name} must be ${allowed(spec)}: got ${shown(value)}`);
  if (spec.kind === "choice") return typeof value === "string" && spec.choices.includes(value) ? ok(value) : refused;
  const readable = options.numericStrings === true && typeof value === "string" && NUMBER_TEXT.test(value);
  const number = readable ? Number(value) : value;
  if (typeof number !== "number" || !(number >= spec.min && number <= spec.max)) return refused;
  return spec.kind === "integer" && !Number.isInteger(number) ? refused : ok(number);
}

/** The default of every parameter. */
export function defaultParams(specs: ParamSpecs): ParamValues {
  return Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, spec.default]));
}

/** Messages of the rules that the values break, e.g. "fast must be less than slow: got fast 30, slow 10". */
function brokenRules(rules: readonly ParamRule[], values: ParamValues): Finding[] {
  return rules
    .filter(({ left, right }) => !(Number(values[left]) < Number(values[right])))
    .map(({ left, right }) => ({
      path: `params.${left}`,
      message: `${left} must be less than ${right}: got ${left} ${values[left]}, ${right} ${values[right]}`,
    }));
}

/**
 * Unknown input against the parameters of a strategy: defaults filled in, then the rules between parameters.
 *
 * @param input an object of values by parameter name, or undefined for all defaults
 * @returns a value for every parameter in the order of the specs, or a finding for every offending one (`path` is "params.fast")
 */
export function parseParams(
  strategy: { readonly params: ParamSpecs; readonly rules: readonly ParamRule[] },
  input: unknown,
  options: ParamOptions = {},
): Result<ParamValues, readonly Finding[]> {
  if (input !== undefined && (typeof input !== "object" || input === null || Array.isArray(input))) {
    return err([{ path: "params", message: `params must be an object of values by name: got ${shown(input)}` }]);
  }
  const given = new Map(Object.entries(input ?? {}));
  const findings: Finding[] = [];
  const known = Object.keys(strategy.params);
  for (const name of given.keys()) {
    if (!Object.hasOwn(strategy.params, name)) {
      const list = known.length === 0 ? "there are none" : `known are ${known.join(", ")}`;
      findings.push({ path: `params.${name}`, message: `${shown(name)} is not a parameter of this strategy: ${list}` });
    }
  }
  const values: Record<string, ParamValue> = {};
  for (const [name, spec] of Object.entries(strategy.params)) {
    const parsed = given.has(name) ? parseParam(name, spec, given.get(name), options) : ok(spec.default);
    if (parsed.ok) values[name] = parsed.value;
    else findings.push({ path: `params.${name}`, message: parsed.error });
  }
  if (findings.length === 0) findings.push(...brokenRules(strategy.rules, values));
  return findings.length === 0 ? ok(values) : err(findings);
}
