import type { Command } from "commander";
import { jsonLog } from "../api/log.ts";
import { runUntilStopped } from "../api/serve.ts";
import { reportFailure } from "./failure.ts";
import { givenFlags } from "./given-flags.ts";
import { plainLog } from "./serve-log.ts";
import { addServiceFlags, configWith } from "./service-flags.ts";
import type { Terminal } from "./terminal.ts";

const HELP = `
Runs jobs that "backgrid serve" accepted, until it is stopped by Ctrl+C or
SIGTERM: what runs may end within SHUTDOWN_MS, the rest is handed back. Needs
DATABASE_URL (PostgreSQL) and REDIS_URL; start as many as there are cores to
spare, on as many machines as can reach both.

Examples:
  backgrid worker --concurrency 2
  backgrid worker --concurrency 1 --threads 1 --worker-port 9101

Exit codes: 0 stopped when asked, 2 bad input, 1 anything else.`;

/** The command `worker`: runs the jobs of a fleet in this process. Resolves to the exit code when it was stopped. */
export function defineWorker(command: Command, terminal: Terminal, done: (exitCode: number) => void): void {
  addServiceFlags(command, "--concurrency", "--threads", "--engine", "--host", "--data-dir", "--worker-port")
    .option("--json", "log as JSON, one line an entry")
    .addHelpText("after", HELP)
    .action(async () => {
      const flags = givenFlags(command);
      const json = flags.has("--json");
      const config = configWith(flags);
      if (!config.ok) return done(reportFailure(config.error, terminal, json));
      const log = json || terminal.interactive !== true ? jsonLog(terminal.write) : plainLog(terminal);
      done(await runUntilStopped("worker", config.value, log));
    });
}
