import { Command, CommanderError } from "commander";
import { wantsStacks } from "../api/config.ts";
import { fail } from "../core/errors.ts";
import { VERSION } from "../core/version.ts";
import { EXIT_OK, reportBug, reportFailure } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

type Define = (command: Command, terminal: Terminal, done: (exitCode: number) => void) => void;

interface CommandEntry {
  readonly doc: string;
  readonly load: () => Promise<Define>;
}

/** Every command; only the one in use is loaded. */
const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  run: { doc: "run one backtest", load: async () => (await import("./run.ts")).defineRun },
  sweep: {
    doc: "run a backtest for every combination of parameters",
    load: async () => (await import("./sweep.ts")).defineSweep,
  },
  "walk-forward": {
    doc: "choose parameters on past bars and trade them on the next, again and again",
    load: async () => (await import("./walk-forward.ts")).defineWalkForward,
  },
  serve: { doc: "answer over HTTP", load: async () => (await import("./serve.ts")).defineServe },
  doctor: {
    doc: "tell what is configured, reachable and wrong",
    load: async () => (await import("./doctor.ts")).defineDoctor,
  },
  worker: { doc: "run the jobs of a fleet", load: async () => (await import("./worker.ts")).defineWorker },
  migrate: {
    doc: "bring the schema of a fleet's database up to date",
    load: async () => (await import("./migrate.ts")).defineMigrate,
  },
  import: { doc: "store a file of bars as a dataset", load: async () => (await import("./import.ts")).defineImport },
  verify: { doc: "run a stored job again and compare", load: async () => (await import("./verify.ts")).defineVerify },
  strategies: {
    doc: "list the strategies and their parameters",
    load: async () => (await import("./strategies.ts")).defineStrategies,
  },
};

/** The first flag that a message names. */
const FLAG = /--[a-z][a-z-]*/;

const INTRODUCTION = `Exact, fast and honest backtests.

Start with:
  backgrid run --source sample --strategy ma_crossover
  backgrid run --symbol AAPL --strategy ma_crossover --start 2015-01-01
  backgrid sweep --source sample --strategy ma_crossover --fast 5:50:5 --slow 20:200:10
  backgrid serve`;

/** Runs one command line, without the program's own name. Resolves to the exit code; never throws. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  const json = args.includes("--json");
  let exitCode = EXIT_OK;
  try {
    const program = await buildProgram(args, terminal, (code) => {
      exitCode = code;
    });
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (cause) {
    if (!(cause instanceof CommanderError)) return reportBug(cause, terminal, json, wantsStacks());
    if (cause.exitCode === 0) return EXIT_OK;
    const message = cause.message.replace(/^error: /, "").replaceAll("\n", " ");
    return reportFailure(
      fail("invalid_request", message, [{ path: FLAG.exec(message)?.[0] ?? "", message }]).error,
      terminal,
      json,
    );
  }
}

async function buildProgram(args: readonly string[], terminal: Terminal, done: (exitCode: number) => void): Promise<Command> {
  const program = new Command("backgrid")
    .description(INTRODUCTION)
    .version(VERSION, "--version", "print the version")
    .helpOption("--help", "tell what there is")
    .helpCommand("help [command]", "tell the flags of a command")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.write(text),
      writeErr: () => undefined,
      getOutHelpWidth: () => terminal.columns,
      getOutHasColors: () => terminal.colours,
    });
  for (const [name, { doc, load }] of Object.entries(COMMANDS)) {
    const command = program.command(name).description(doc).helpOption("--help", `tell the flags of ${name}`);
    if (args.includes(name)) (await load())(command, terminal, done);
  }
  return program;
}
