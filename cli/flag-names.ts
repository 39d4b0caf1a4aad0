import { type AppError, type Finding, fail } from "../core/errors.ts";
import { refuse } from "../core/requests/findings.ts";
import { strategies } from "../core/strategies/registry.ts";
import { settings } from "./settings.ts";
import { sweepSettings } from "./sweep-settings.ts";
import { foldSettings } from "./walk-forward-settings.ts";

const ALL = [...settings, ...sweepSettings, ...foldSettings];

/** Flags by the field they set; a switch is named by its positive form. */
const FLAGS: ReadonlyMap<string, string> = new Map(
  ALL.filter(({ kind }) => kind !== "off_switch").map(({ field, flags }) => [field, flagOf(flags)]),
);
/** Names that no sentence uses in another meaning. */
const COMPOUND = new RegExp(`\\b(${[...FLAGS.keys()].filter((field) => field.includes("_")).join("|")})\\b`, "g");
/** Words of the API that read differently as flags. */
const PHRASES: readonly (readonly [string, string])[] = [
  ["splits need adjusted false", "--split needs --no-adjusted"],
  ["list the splits", "list them with --split"],
  ["add warm-up", "add --warmup"],
  ['use source "sample"', "use --source sample"],
  ["params make", "the parameters make"],
  ["params leave", "the parameters leave"],
];

/** Flags of `run`, `sweep` and `walk-forward` that are no settings of a request. */
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
  "--png",
  "--metric",
  "--x",
  "--y",
  "--threads",
  "--help",
  "--version",
];
const RESERVED: ReadonlySet<string> = new Set([...OWN_FLAGS, ...ALL.map(({ flags }) => flagOf(flags))]);
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

/** A parameter with its value, as they are typed. */
export function givenParameter(name: string, value: string): string {
  const flag = parameterFlag(name);
  return `${flag}${flag.startsWith("--param ") ? "=" : " "}${value}`;
}

/** A failure told in flags where it was told in fields. */
export function inFlags(error: AppError): AppError {
  if (error.code !== "invalid_request") return fail(error.code, worded(error.detail), error.findings).error;
  return refuse(error.findings.map(findingInFlags)).error;
}

function findingInFlags({ path, message }: Finding): Finding {
  const text = phrased(message);
  const [field = "", ...rest] = path.split(".");
  const names = rest.filter((part) => !/^\d+$/.test(part));
  const ofParam = field === "params" && names.length > 0;
  const flag = ofParam ? parameterFlag(names[0] ?? "") : FLAGS.get(field);
  if (flag === undefined) return { path, message: named(text) };
  const inside = (ofParam ? names.slice(1) : names).join(" ");
  const subject = inside === "" ? flag : `${flag}: its ${inside}`;
  const [first = ""] = text.split(" ", 1);
  const own = [path, names.join("."), [field, ...names].join("."), JSON.stringify(names.join("."))];
  return {
    path: flag,
    message: `${own.includes(first) ? subject : (FLAGS.get(first) ?? first)}${named(text.slice(first.length))}`,
  };
}

function worded(message: string): string {
  return named(phrased(message));
}

function phrased(message: string): string {
  let text = message;
  for (const [phrase, words] of PHRASES) text = text.replace(phrase, words);
  return text;
}

/** Names of fields in the middle of a sentence as the flags they have. */
function named(text: string): string {
  return text
    .replace(/\b[a-z_]+\.(from|to|step)\b/g, "its $1")
    .replace(/\bparams\.([a-z_]+)/g, (_, name: string) => parameterFlag(name))
    .replace(COMPOUND, (field) => FLAGS.get(field) ?? field);
}
