import type { Command } from "commander";
import { outputFlag } from "./run-flags.ts";
import { addGridFlags, GRID_HELP } from "./sweep-flags.ts";
import { allWalkForwardSettings } from "./walk-forward-settings.ts";

const HELP = `${GRID_HELP}

Each fold sweeps the trials over its in-sample window, and trades the best of
them on the out-of-sample window after it. The out-of-sample windows follow each
other without a gap, as one equity curve. docs/walk-forward.md tells the rest.

Examples:
  backgrid walk-forward --source sample --strategy ma_crossover --fast 5:50:5 --slow 20:200:20 --in-sample-bars 1000 --out-of-sample-bars 250
  backgrid walk-forward --symbol AAPL --strategy rsi_reversion --period 5:30:5 --in-sample-bars 1260 --out-of-sample-bars 252 --mode anchored
  backgrid walk-forward --file prices.csv --strategy momentum --lookback 2:12:2 --in-sample-bars 20 --out-of-sample-bars 5 --csv folds.csv
  backgrid walk-forward --source sample --strategy donchian_breakout --entry 10:60:10 --exit 5:30:5 --constraint "exit<entry" --in-sample-bars 756 --out-of-sample-bars 126 --close-at-end --json

Exit codes: 0 done, 2 bad input, 3 no data or bad data, 130 cancelled by Ctrl+C, 1 anything else.`;

/** Every flag of `walk-forward`. */
export function addWalkForwardFlags(command: Command): Command {
  addGridFlags(command, allWalkForwardSettings);
  outputFlag(command, "--csv <path>", "write all folds; - prints them and nothing else");
  return command.addHelpText("after", HELP);
}
