import type { Command } from "commander";
import { addRequestFlags, outputFlag } from "./run-flags.ts";
import { serviceOption } from "./service-flags.ts";
import type { Setting } from "./settings.ts";
import { allSweepSettings } from "./sweep-settings.ts";

/** How the parameters of a grid are given. */
export const GRID_HELP = `
A parameter takes a value, a list (5,10,20) or a range (from:to:step, or from:to).
Every combination is a trial, but for those that break a rule of the strategy
or a --constraint.`;

const HELP = `${GRID_HELP}

Examples:
  backgrid sweep --source sample --strategy ma_crossover --fast 5:50:5 --slow 20,50,100
  backgrid sweep --symbol AAPL --strategy rsi_reversion --period 5:30 --lower 20:40:5 --objective calmar
  backgrid sweep --file prices.csv --strategy ma_crossover --fast 5:25:5 --slow 20:50:10 --average sma,ema --png map.png
  backgrid sweep --source sample --strategy momentum --lookback 5:250:5 --metric max_drawdown --csv trials.csv
  backgrid sweep --source sample --strategy macd_crossover --fast 8:16:2 --slow 20:40:4 --constraint "slow>=24" --json

Exit codes: 0 done, 2 bad input, 3 no data or bad data, 130 cancelled by Ctrl+C, 1 anything else.`;

/** Every flag of `sweep`. */
export function addSweepFlags(command: Command): Command {
  addGridFlags(command, allSweepSettings);
  outputFlag(command, "--csv <path>", "write all trials in grid order; - prints them and nothing else");
  outputFlag(command, "--png <path>", "draw the trials into a picture");
  outputFlag(command, "--metric <figure>", "what pictures show (default: the objective)");
  outputFlag(command, "--x <parameter>", "what runs to the right in pictures (default: the first that varies)");
  outputFlag(command, "--y <parameter>", "what runs upwards in pictures (default: the next that varies)");
  return command.addHelpText("after", HELP);
}

/** The flags of every command that works on a grid of parameters: what is to be run, and how it is told. */
export function addGridFlags(command: Command, asked: readonly Setting[]): void {
  addRequestFlags(command, asked, "values");
  const threads = serviceOption("--threads").helpGroup("Output:");
  threads.description = "threads to sweep with (one a core, or what THREADS says)";
  command.addOption(threads);
  outputFlag(command, "--json", "print the API's answer");
}
