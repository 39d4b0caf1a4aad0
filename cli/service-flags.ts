import { type Command, Option } from "commander";
import { type Config, ENGINE_CHOICES, readConfig } from "../api/config.ts";
import type { AppError } from "../core/errors.ts";
import { refuse } from "../core/requests/findings.ts";
import type { Result } from "../core/result.ts";
import { type GivenFlags, once } from "./given-flags.ts";

/** Flags that stand in the place of a variable of the environment. */
const FLAGS = [
  { flag: "--host", variable: "HOST" },
  { flag: "--port", variable: "PORT" },
  { flag: "--data-dir", variable: "DATA_DIR" },
  { flag: "--engine", variable: "ENGINE" },
  { flag: "--concurrency", variable: "CONCURRENCY" },
  { flag: "--threads", variable: "THREADS" },
  { flag: "--worker-port", variable: "WORKER_PORT" },
  { flag: "--quiet", variable: "LOG_REQUESTS" },
] as const;

const OPTIONS = {
  "--host": ["--host <name>", "address to listen on (127.0.0.1, or what HOST says)"],
  "--port": ["--port <number>", "0 picks a free one (8000, or what PORT says)"],
  "--data-dir": ["--data-dir <path>", "folder of jobs, datasets and fetched prices (.backgrid, or what DATA_DIR says)"],
  "--engine": ["--engine <name>", `${ENGINE_CHOICES.join(", ")} (auto, or what ENGINE says)`],
  "--concurrency": ["--concurrency <n>", "child processes: jobs at a time (one a core, or what CONCURRENCY says)"],
  "--threads": ["--threads <n>", "threads a sweep (cores / children, or what THREADS says)"],
  "--worker-port": ["--worker-port <number>", "answer /health, /ready and /metrics there (nowhere, or what WORKER_PORT says)"],
  "--quiet": ["--quiet", "no line for each request"],
} as const satisfies Record<(typeof FLAGS)[number]["flag"], readonly [string, string]>;

/** A flag of the service as an option of a command. */
export function serviceOption(flag: keyof typeof OPTIONS): Option {
  const [shape, doc] = OPTIONS[flag];
  return once(new Option(shape, doc));
}

export function addServiceFlags(command: Command, ...flags: readonly (keyof typeof OPTIONS)[]): Command {
  for (const flag of flags) command.addOption(serviceOption(flag));
  return command;
}

/** The settings of this process with those of flags in their place. Errors: `invalid_request` with a finding for every flag or variable that is wrong. */
export function configWith(flags: GivenFlags): Result<Config, AppError> {
  const given = FLAGS.filter(({ flag }) => flags.has(flag));
  const config = readConfig(
    undefined,
    Object.fromEntries(given.map(({ flag, variable }) => [variable, textOf(flags.get(flag))])),
  );
  if (config.ok) return config;
  return refuse(
    config.error.findings.map(({ path, message }) => {
      const flag = given.find(({ variable }) => variable === path)?.flag ?? path;
      return { path: flag, message: message.replace(path, flag) };
    }),
  );
}

/** --quiet is the one switch, and turns its setting off. */
function textOf(value: unknown): string {
  return value === true ? "0" : String(value);
}
