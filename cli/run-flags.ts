import { type Command, Option } from "commander";
import { strategies } from "../core/strategies/registry.ts";
import type { ParamSpec } from "../core/strategies/strategy.ts";
import { parameterFlag } from "./flag-names.ts";
import { listed, once } from "./given-flags.ts";
import { RUN_SOURCES } from "./run-source.ts";
import { serviceOption } from "./service-flags.ts";
import { type Setting, type SettingKind, settings } from "./settings.ts";

const GROUPS = {
  data: "Bars:",
  strategy: "Strategy:",
  orders: "Orders:",
  costs: "Costs:",
  figures: "Figures:",
  sweep: "Trials:",
  folds: "Folds:",
} as const;
const PARAMETERS = "Parameters of the strategy:";
/** Flags that may be given again and again. */
const REPEATED: readonly SettingKind[] = ["splits", "texts"];

const EXAMPLES = `
Examples:
  backgrid run --symbol AAPL --strategy ma_crossover --start 2015-01-01
  backgrid run --source sample --strategy ma_crossover --fast 20 --slow 100 --commission 0.001
  backgrid run --file prices.csv --strategy rsi_reversion --period 14 --stop-loss 0.05 --trades
  backgrid run --source sample --symbol SAMPLE-VOL --strategy donchian_breakout --direction both --trades all
  backgrid run --source sample --strategy momentum --start 2010-01-01 --warmup auto --json

Exit codes: 0 done, 2 bad input, 3 no data or bad data, 1 anything else.`;

/** Every flag of `run`: where bars come from, the request's settings, the strategies' parameters, the output. */
export function addRunFlags(command: Command): Command {
  addRequestFlags(command, settings, "value");
  outputFlag(command, "--json", "print the API's answer");
  outputFlag(command, "--trades [count]", "list the last trades: 10, another count, or all");
  outputFlag(command, "--csv <path>", "write the equity curve: time, equity, drawdown, benchmark_equity");
  outputFlag(command, "--trades-csv <path>", "write the trades");
  return command.addHelpText("after", EXAMPLES);
}

/** The flags that say what is to be run: where bars come from, the settings, the strategies' parameters, the engine. @param given what a parameter takes */
export function addRequestFlags(command: Command, asked: readonly Setting[], given: string): void {
  const own = (flags: string, doc: string, group: string) => command.addOption(once(new Option(flags, doc)).helpGroup(group));
  own("--file <path>", "a CSV or Parquet file with a time column and OHLC", GROUPS.data);
  own("--source <name>", `${RUN_SOURCES.join(", ")} (default: file with --file, else yahoo)`, GROUPS.data);
  for (const { flags, doc, group, kind, alias } of asked) {
    const option = new Option(flags, doc).helpGroup(GROUPS[group]).hideHelp(alias === true);
    command.addOption(REPEATED.includes(kind) ? listed(option) : once(option));
  }
  command.addOption(serviceOption("--data-dir").helpGroup(GROUPS.data));
  for (const [name, doc] of parameterDocs()) {
    if (parameterFlag(name).startsWith("--param ")) continue;
    own(`${parameterFlag(name)} <${given}>`, doc, PARAMETERS);
  }
  command.addOption(listed(new Option(`--param <name=${given}>`, "any parameter by name; repeatable").helpGroup(PARAMETERS)));
  command.addOption(serviceOption("--engine").helpGroup("Output:"));
}

export function outputFlag(command: Command, flags: string, doc: string): void {
  command.addOption(once(new Option(flags, doc)).helpGroup("Output:"));
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
