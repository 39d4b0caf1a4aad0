import { type Command, Option } from "commander";
import { strategies } from "../core/strategies/registry.ts";
import type { ParamSpec } from "../core/strategies/strategy.ts";
import { parameterFlag } from "./flag-names.ts";
import { listed, once } from "./given-flags.ts";
import { RUN_SOURCES } from "./run-source.ts";
import { serviceOption } from "./service-flags.ts";
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
  backgrid run --symbol AAPL --strategy ma_crossover --start 2015-01-01
  backgrid run --source sample --strategy ma_crossover --fast 20 --slow 100 --commission 0.001
  backgrid run --file prices.csv --strategy rsi_reversion --period 14 --stop-loss 0.05 --trades
  backgrid run --source sample --symbol SAMPLE-VOL --strategy donchian_breakout --direction both --trades all
  backgrid run --source sample --strategy momentum --start 2010-01-01 --warmup auto --json

Exit codes: 0 done, 2 bad input, 3 no data or bad data, 1 anything else.`;

/** Every flag of `run`: where bars come from, the request's settings, the strategies' parameters, the output. */
export function addRunFlags(command: Command): Command {
  const own = (flags: string, doc: string, group: string) => command.addOption(once(new Option(flags, doc)).helpGroup(group));
  own("--file <path>", "a CSV or Parquet file with a time column and OHLC", GROUPS.data);
  own("--source <name>", `${RUN_SOURCES.join(", ")} (default: file with --file, else yahoo)`, GROUPS.data);
  for (const { flags, doc, group, kind, alias } of settings) {
    const option = new Option(flags, doc).helpGroup(GROUPS[group]).hideHelp(alias === true);
    command.addOption(kind === "splits" ? listed(option) : once(option));
  }
  command.addOption(serviceOption("--data-dir").helpGroup(GROUPS.data));
  for (const [name, doc] of parameterDocs()) {
    if (parameterFlag(name).startsWith("--param ")) continue;
    own(`${parameterFlag(name)} <value>`, doc, "Parameters of the strategy:");
  }
  const param = new Option("--param <name=value>", "any parameter by name; repeatable").helpGroup("Parameters of the strategy:");
  command.addOption(listed(param));
  command.addOption(serviceOption("--engine").helpGroup("Output:"));
  own("--json", "print the API's answer", "Output:");
  own("--trades [count]", "list the last trades: 10, another count, or all", "Output:");
  own("--csv <path>", "write the equity curve: time, equity, drawdown, benchmark_equity", "Output:");
  own("--trades-csv <path>", "write the trades", "Output:");
  return command.addHelpText("after", EXAMPLES);
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
