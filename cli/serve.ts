import type { Command } from "commander";
import type { Config } from "../api/config.ts";
import { jsonLog } from "../api/log.ts";
import { runUntilStopped } from "../api/serve.ts";
import { reportFailure } from "./failure.ts";
import { givenFlags } from "./given-flags.ts";
import { styles } from "./report/style.ts";
import { plainLog } from "./serve-log.ts";
import { addServiceFlags, configWith } from "./service-flags.ts";
import type { Terminal } from "./terminal.ts";

const HELP = `
Answers over HTTP until it is stopped by Ctrl+C or SIGTERM, which lets running
backtests end. Flags beat the environment. Where the output is no terminal, or
with --json, each line of it is JSON.

Examples:
  backgrid serve
  backgrid serve --port 9000 --data-dir /var/lib/backgrid --quiet

Exit codes: 0 stopped when asked, 2 bad input, 1 anything else.`;

/** The command `serve`: the service in this process. Resolves to the exit code when it was stopped. */
export function defineServe(command: Command, terminal: Terminal, done: (exitCode: number) => void): void {
  addServiceFlags(command, "--host", "--port", "--data-dir", "--engine", "--concurrency", "--threads", "--quiet")
    .option("--json", "log as JSON, one line an entry")
    .addHelpText("after", HELP)
    .action(async () => {
      const flags = givenFlags(command);
      const json = flags.has("--json");
      const config = configWith(flags);
      if (!config.ok) return done(reportFailure(config.error, terminal, json));
      const plain = !json && terminal.interactive === true;
      const log = plain ? plainLog(terminal) : jsonLog(terminal.write);
      const greet = plain ? greeter(config.value, terminal) : undefined;
      done(await runUntilStopped("serve", config.value, log, greet));
    });
}

/** Says where the service is and what to ask it. */
export function greeter({ dataDir }: Pick<Config, "dataDir">, { write, colours }: Terminal): (url: string | null) => void {
  const { bold, dim } = styles(colours);
  const body = '{"source":"sample","symbol":"SAMPLE-TREND","strategy":"ma_crossover"}';
  return (url) =>
    write(`${bold(`Backgrid listens on ${url}`)}
${dim(`jobs, datasets and fetched prices are kept in ${dataDir}; Ctrl+C stops it`)}

Try
  curl -s ${url}/api/v1/jobs -H 'content-type: application/json' -d '${body}'
  ${dim("# every address and field:")} ${url}/docs

`);
}
