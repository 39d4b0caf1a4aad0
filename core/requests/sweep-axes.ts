import { type AppError, type Finding, fail } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import { shown } from "../shown.ts";
import { type ParamOptions, parseParam } from "../strategies/params.ts";
import type { IntegerParam, NumberParam, ParamSpec, ParamSpecs, ParamValue } from "../strategies/strategy.ts";
import { MOST_COMBINATIONS, MOST_TRIALS } from "../sweep/expand.ts";
import type { Axis } from "../sweep/grid.ts";
import { refuse } from "./findings.ts";

const RANGE_FIELDS = ["from", "to", "step"];
/** More findings about one parameter than this are not looked for. */
const ENOUGH = 20;

/** The values of a parameter, counted before they are made. */
interface Values {
  readonly count: number;
  readonly make: () => readonly ParamValue[];
}

/**
 * The axes of a sweep: for each parameter of the strategy a value, a list of values, or a range `{from, to, step}`. Those with more than one value come
 * first, in the order of the request; those that are not given have their default.
 *
 * Errors: `invalid_request` with a finding for every offending place; `too_costly` when the values are too many to be combined.
 * @param given by name; what the strategy does not have is not looked at
 */
export function parseAxes(
  specs: ParamSpecs,
  given: Readonly<Record<string, unknown>>,
  options: ParamOptions,
): Result<readonly Axis[], AppError> {
  const findings: Finding[] = [];
  const drafts = new Map<string, Values>();
  const asked = Object.keys(given).filter((name) => Object.hasOwn(specs, name));
  for (const name of new Set([...asked, ...Object.keys(specs)])) {
    const spec = specs[name]!;
    const values = asked.includes(name) ? valuesOf(name, spec, given[name], options) : ok(single(spec.default));
    if (values.ok) drafts.set(name, values.value);
    else findings.push(...values.error);
  }
  if (findings.length > 0) return refuse(findings);
  const costly = tooMany(drafts);
  if (costly !== null) return fail("too_costly", costly.message, [costly]);

  const axes: Axis[] = [];
  for (const [name, { make }] of drafts) {
    const values = make();
    findings.push(...repeated(name, values));
    axes.push({ name, values });
  }
  if (findings.length > 0) return refuse(findings);
  const varied = ({ values }: Axis) => values.length > 1;
  return ok([...axes.filter(varied), ...axes.filter((axis) => !varied(axis))]);
}

function tooMany(drafts: ReadonlyMap<string, Values>): Finding | null {
  let combinations = 1;
  for (const [name, { count }] of drafts) {
    combinations *= count;
    if (count > MOST_TRIALS)
      return {
        path: `params.${name}`,
        message: `params.${name} has ${Number.isFinite(count) ? count : "countless"} values, the limit is ${MOST_TRIALS}; take fewer`,
      };
  }
  if (combinations <= MOST_COMBINATIONS) return null;
  const message = `params make ${combinations} combinations, the limit is ${MOST_COMBINATIONS}; take fewer values or larger steps`;
  return { path: "params", message };
}

function single(value: ParamValue): Values {
  return { count: 1, make: () => [value] };
}

function valuesOf(name: string, spec: ParamSpec, given: unknown, options: ParamOptions): Result<Values, readonly Finding[]> {
  if (Array.isArray(given)) return listed(name, spec, given, options);
  if (typeof given === "object" && given !== null && spec.kind !== "choice") return range(name, spec, { ...given }, options);
  const value = parseParam(name, spec, given, options);
  return value.ok ? ok(single(value.value)) : err([{ path: `params.${name}`, message: value.error }]);
}

function listed(
  name: string,
  spec: ParamSpec,
  list: readonly unknown[],
  options: ParamOptions,
): Result<Values, readonly Finding[]> {
  const path = `params.${name}`;
  if (list.length === 0) return err([{ path, message: `${path} must hold at least one value: got []` }]);
  const values: ParamValue[] = [];
  if (list.length > MOST_TRIALS) return ok({ count: list.length, make: () => values });
  const findings: Finding[] = [];
  for (let i = 0; i < list.length && findings.length <= ENOUGH; i++) {
    const value = parseParam(name, spec, list[i], options);
    if (value.ok) values.push(value.value);
    else findings.push({ path: `${path}.${i}`, message: value.error });
  }
  return findings.length > 0 ? err(findings) : ok({ count: values.length, make: () => values });
}

/** From `from` by `step` up to `to`, which belongs to the range where a step hits it within rounding. */
function range(
  name: string,
  spec: IntegerParam | NumberParam,
  given: Readonly<Record<string, unknown>>,
  options: ParamOptions,
): Result<Values, readonly Finding[]> {
  const path = `params.${name}`;
  const findings: Finding[] = Object.keys(given)
    .filter((key) => !RANGE_FIELDS.includes(key))
    .slice(0, ENOUGH)
    .map((key) => ({
      path: `${path}.${key}`,
      message: `${shown(key)} is not a field of a range; fields are ${RANGE_FIELDS.join(", ")}`,
    }));
  const read = (field: string, within: ParamSpec, allowed?: string) => {
    const value = parseParam(`${name}.${field}`, within, given[field], options);
    if (value.ok && typeof value.value === "number" && (allowed === undefined || value.value > 0)) return value.value;
    const message = allowed ?? (value.ok ? "" : value.error);
    findings.push({ path: `${path}.${field}`, message });
    return Number.NaN;
  };
  const [from, to] = [read("from", spec), read("to", spec)];
  const unbounded = { ...spec, min: -Number.MAX_VALUE, max: Number.MAX_VALUE };
  const kind = spec.kind === "integer" ? "a whole number" : "a number";
  const standard = given.step === undefined && spec.kind === "integer";
  const step = standard ? 1 : read("step", unbounded, `${name}.step must be ${kind} above 0: got ${shown(given.step)}`);
  if (to < from)
    findings.push({ path: `${path}.to`, message: `${name}.to must be at least ${name}.from: got ${to} after ${from}` });
  if (findings.length > 0) return err(findings);
  const count = Math.floor((to - from) / step + HIT) + 1;
  return ok({ count, make: () => steps(from, to, step, count) });
}

/** By how much of a step `to` may be missed and still be hit. */
const HIT = 1e-9;
/** Places after the point that a double can tell. */
const PLACES = 20;

function steps(from: number, to: number, step: number, count: number): number[] {
  const places = Math.max(placesOf(from), placesOf(step));
  return Array.from({ length: count }, (_, k) => {
    const value = from + k * step;
    if (k > 0 && Math.abs(value - to) <= HIT * step) return to;
    return places <= PLACES ? Number(value.toFixed(places)) : value;
  });
}

/** Places after the point of a number as it is written. */
function placesOf(value: number): number {
  const [digits = "", exponent = "0"] = String(value).split("e");
  return Math.max(0, (digits.split(".")[1] ?? "").length - Number(exponent));
}

function repeated(name: string, values: readonly ParamValue[]): Finding[] {
  const first = new Map<ParamValue, number>();
  const findings: Finding[] = [];
  for (let i = 0; i < values.length && findings.length <= ENOUGH; i++) {
    const value = values[i]!;
    const before = first.get(value);
    if (before === undefined) first.set(value, i);
    else {
      const path = `params.${name}.${i}`;
      findings.push({ path, message: `params.${name} must hold every value once: got ${value} at ${before} and at ${i}` });
    }
  }
  return findings;
}
