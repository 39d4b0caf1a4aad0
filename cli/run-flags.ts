import { type Command, CommanderError, Option } from "commander";
import { ENGINE_CHOICES } from "../api/config.ts";
import { shown } from "../core/shown.ts";
import { strategies } from "../core/strategies/registry.ts";
import type { ParamSpec } from "../core/strategies/strategy.ts";
import { sources } from "../data/registry.ts";
import { EXIT_BAD_INPUT } from "./failure.ts";
import { parameterFlag } from "./flag-names.ts";
import { settings } from "./settings.ts";

const GROUPS = {
  data: "Bars:",
  strategy: "Strategy:",
  orders: "Orders:",
  costs: "Costs:",
  figures: "Figures:",
} as const;

const EXAMPLES = `
Examples:
  backgrid run --source sample --strategy ma_crossover --fast 20 --slow 100 --commission 0.001
  backgrid run --file prices.csv --strategy rsi_reversion --period 14 --stop-loss 0.05 --trades
  backgrid run --source sample --symbol SAMPLE-VOL --strategy donchian_breakout --direction both --trades all
  backgrid run --source sample --strategy momentum --start 2010-01-01 --warmup auto --json

Exit codes: 0 done, 2 bad input, 3 no data or bad data, 1 anything else.`;

/** Every flag of `run`: where bars come from, the request's settings, the strategies' parameters, the output. */
export function addRunFlags(command: Command): Command {
  const own = (flags: string, doc: string, group: string) => command.addOption(once(new Option(flags, doc)).helpGroup(group));
  own("--file <path>", "a CSV or Parquet file with a time column and OHLC", GROUPS.data);
  own("--source <name>", `${Object.keys(sources).join(", ")} (default: file with --file)`, GROUPS.data);
  for (const { flags, doc, group, kind, alias } of settings) {
    const option = new Option(flags, doc).helpGroup(GROUPS[group]).hideHelp(alias === true);
    command.addOption(kind === "splits" ? listed(option) : once(option));
  }
  for (const [name, doc] of parameterDocs()) {
    if (parameterFlag(name).startsWith("--param ")) continue;
    own(`${parameterFlag(name)} <value>`, doc, "Parameters of the strategy:");
  }
  const param = new Option("--param <name=value>", "any parameter by name; repeatable").helpGroup("Parameters of the strategy:");
  command.addOption(listed(param));
  own("--engine <name>", `${ENGINE_CHOICES.join(", ")} (auto, or what ENGINE says)`, "Output:");
  own("--json", "print the API's answer", "Output:");
  own("--trades [count]", "list the last trades: 10, another count, or all", "Output:");
  own("--csv <path>", "write the equity curve: time, equity, drawdown, benchmark_equity", "Output:");
  own("--trades-csv <path>", "write the trades", "Output:");
  return command.addHelpText("after", EXAMPLES);
}

/** What was given, by flag. */
export function givenFlags(command: Command): ReadonlyMap<string, unknown> {
  const given = new Map<string, unknown>();
  for (const option of command.options) {
    const value: unknown = command.getOptionValue(option.attributeName());
    if (value === undefined || option.long === undefined) continue;
    // --fractional and --no-fractional share one value; each is given where the value is its own.
    const switched = typeof value !== "boolean" || value !== option.negate;
    if (switched) given.set(option.long, value);
  }
  return given;
}

/** A flag that may be given once, with a value that is not itself a flag. A switch takes no value, and may repeat. */
function once(option: Option): Option {
  if (option.isBoolean() || option.negate) return option;
  return option.argParser((value: string, before: unknown) => {
    if (before !== undefined) refuseFlag(`${option.long} is given twice: ${shown(before)} and ${shown(value)}`);
    return needed(option, value);
  });
}

function listed(option: Option): Option {
  return option.argParser((value: string, before: unknown) => [...(Array.isArray(before) ? before : []), needed(option, value)]);
}

function needed(option: Option, value: string): string {
  if (value.startsWith("--")) refuseFlag(`${option.long} needs a value: got the flag ${value}`);
  return value;
}

function refuseFlag(message: string): never {
  throw new CommanderError(EXIT_BAD_INPUT, "backgrid.flag", message);
}

/** Every parameter of every strategy once, with what each strategy makes of it. */
function parameterDocs(): ReadonlyMap<string, string> {
  const docs = new Map<string, string>();
  for (const [strategy, { params }] of Object.entries(strategies)) {
    const specs: Readonly<Record<string, ParamSpec>> = params;
    for (const [name, spec] of Object.entries(specs)) {
      const told = `${strategy} (${spec.default})`;
      const before = docs.get(name);
      docs.set(name, before === undefined ? told : `${before}, ${told}`);
    }
  }
  return docs;
}
