import { type AppError, type Finding, fail } from "../core/errors.ts";
import { refuse } from "../core/requests/findings.ts";
import { strategies } from "../core/strategies/registry.ts";
import { settings } from "./settings.ts";

/** Flags by the field they set; a switch is named by its positive form. */
const FLAGS: ReadonlyMap<string, string> = new Map(
  settings.filter(({ kind }) => kind !== "off_switch").map(({ field, flags }) => [field, flagOf(flags)]),
);
/** Names that no sentence uses in another meaning. */
const COMPOUND = new RegExp(`\\b(${[...FLAGS.keys()].filter((field) => field.includes("_")).join("|")})\\b`, "g");
/** Words of the API that read differently as flags. */
const PHRASES: readonly (readonly [string, string])[] = [
  ["splits need adjusted false", "--split needs --no-adjusted"],
  ["list the splits", "list them with --split"],
  ["add warm-up", "add --warmup"],
  ['use source "sample"', "use --source sample"],
];

/** Flags of `run` that are no settings of a request. */
const OWN_FLAGS = [
  "--file",
  "--source",
  "--data-dir",
  "--param",
  "--engine",
  "--json",
  "--csv",
  "--trades-csv",
  "--trades",
  "--help",
  "--version",
];
const RESERVED: ReadonlySet<string> = new Set([...OWN_FLAGS, ...settings.map(({ flags }) => flagOf(flags))]);
const DECLARED: ReadonlySet<string> = new Set(Object.values(strategies).flatMap(({ params }) => Object.keys(params)));

/** `--stop-loss <fraction>` without its argument. */
export function flagOf(flags: string): string {
  return flags.split(" ")[0] ?? flags;
}

/** The flag of a strategy's parameter; one that a setting has already, or that no strategy declares, is given with --param. */
export function parameterFlag(name: string, declared: ReadonlySet<string> = DECLARED): string {
  const flag = `--${name.replaceAll("_", "-")}`;
  return RESERVED.has(flag) || !declared.has(name) ? `--param ${name}` : flag;
}

/** A failure told in flags where it was told in fields. */
export function inFlags(error: AppError): AppError {
  if (error.code !== "invalid_request") return fail(error.code, worded(error.detail), error.findings).error;
  return refuse(error.findings.map(findingInFlags)).error;
}

function findingInFlags({ path, message }: Finding): Finding {
  const text = worded(message);
  const [field = "", ...rest] = path.split(".");
  const inside = rest.filter((part) => !/^\d+$/.test(part)).join(" ");
  const flag = field === "params" && inside !== "" ? parameterFlag(inside) : FLAGS.get(field);
  if (flag === undefined) return { path, message: text };
  const subject = field === "params" || inside === "" ? flag : `${flag}: its ${inside}`;
  const [first = ""] = text.split(" ", 1);
  const named = [path, inside, JSON.stringify(inside)].includes(first) ? subject : (FLAGS.get(first) ?? first);
  return { path: flag, message: `${named}${text.slice(first.length)}` };
}

function worded(message: string): string {
  let text = message;
  for (const [phrase, words] of PHRASES) text = text.replace(phrase, words);
  return text.replace(COMPOUND, (field) => FLAGS.get(field) ?? field);
}
