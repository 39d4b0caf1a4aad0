import { EXIT_OK } from "./failure.ts";
import { runCli } from "./program.ts";
import { styles } from "./report/style.ts";
import { type Terminal, terminalOn } from "./terminal.ts";

const COMMAND =
  "run --source sample --symbol SAMPLE-TREND --strategy ma_crossover --fast 20 --slow 100 --commission 0.001 --slippage 0.0005";

/** Commands worth trying after the demo, as they are typed in the project's folder. */
export const NEXT: readonly (readonly [command: string, doc: string])[] = [
  ["run --source sample --symbol SAMPLE-RANGE --strategy rsi_reversion --trades", "another strategy, with its trades"],
  ["run --source sample --strategy donchian_breakout --direction both --stop-loss 0.05", "both sides and a stop"],
  ["sweep --source sample --strategy ma_crossover --fast 5:50:5 --slow 20:200:20", "every combination, with a map of them"],
  ["strategies", "every strategy and its parameters"],
];

/** A backtest on bundled data through the command line's own code, then what to try next. Resolves to the exit code. */
export async function demo(terminal: Terminal): Promise<number> {
  const { bold, dim } = styles(terminal.colours);
  terminal.write(`${dim(`$ bun cli/main.ts ${COMMAND}`)}\n\n`);
  const exitCode = await runCli(COMMAND.split(" "), terminal);
  if (exitCode !== EXIT_OK) return exitCode;
  const lines = NEXT.map(([command, doc]) => `  ${dim(`# ${doc}`)}\n  bun cli/main.ts ${command}`);
  terminal.write(`\n${bold("Try next")}\n${lines.join("\n")}\n`);
  terminal.write(
    `
Prices of Yahoo: bun cli/main.ts run --symbol AAPL --strategy ma_crossover --start 2015-01-01
Your own prices: bun cli/main.ts run --file prices.csv --strategy ma_crossover
Over HTTP:       bun cli/main.ts serve
All there is:    bun cli/main.ts --help
`,
  );
  terminal.write("Where Bun is not installed, write npx --yes bun@1.4.5 in the place of bun.\n");
  return EXIT_OK;
}

if (import.meta.main) process.exitCode = await demo(terminalOn(process.stdout, process.stderr));
