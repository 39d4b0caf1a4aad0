import type { Command } from "commander";
import type { Check, CheckStatus } from "../api/doctor/check.ts";
import { diagnose } from "../api/doctor/doctor.ts";
import { VERSION } from "../core/version.ts";
import { EXIT_OK, EXIT_OTHER, reportFailure } from "./failure.ts";
import { givenFlags } from "./given-flags.ts";
import { type Styles, styles } from "./report/style.ts";
import { longest, marked } from "./report/text.ts";
import { addServiceFlags, configWith } from "./service-flags.ts";
import type { Terminal } from "./terminal.ts";

const HELP = `
Tells what is configured, what of it can be reached, and what is wrong: machine,
engine, settings, data folder, PostgreSQL, Redis. Changes nothing. Each matter is
ok, warn, fail or skipped.

Examples:
  backgrid doctor
  backgrid doctor --data-dir /var/lib/backgrid --json

Exit codes: 0 nothing fails, 2 bad flags, 1 anything else.`;

const STATUS_WIDTH = "skipped".length;
const PAINTS = {
  ok: ({ green }) => green,
  warn: ({ yellow }) => yellow,
  fail: ({ red }) => red,
  skipped: ({ dim }) => dim,
} as const satisfies Record<CheckStatus, (style: Styles) => (text: string) => string>;

/** The command `doctor`: a list of checks. */
export function defineDoctor(command: Command, terminal: Terminal, done: (exitCode: number) => void): void {
  addServiceFlags(command, "--host", "--port", "--data-dir", "--engine", "--concurrency", "--threads")
    .option("--json", "print the checks as JSON")
    .addHelpText("after", HELP)
    .action(async () => {
      const flags = givenFlags(command);
      const json = flags.has("--json");
      const config = configWith(flags);
      if (!config.ok && config.error.findings.some(({ path }) => path.startsWith("--")))
        return done(reportFailure(config.error, terminal, json));
      const checks = await diagnose(config);
      const status = worst(checks);
      if (json) terminal.write(`${JSON.stringify({ status, version: VERSION, checks })}\n`);
      else terminal.write(report(checks, terminal));
      done(status === "fail" ? EXIT_OTHER : EXIT_OK);
    });
}

function worst(checks: readonly Check[]): CheckStatus {
  return (["fail", "warn"] as const).find((status) => checks.some((one) => one.status === status)) ?? "ok";
}

function report(checks: readonly Check[], { columns, colours }: Terminal): string {
  const style = styles(colours);
  const width = longest(checks.map(({ name }) => name));
  const lines = checks.flatMap(({ name, status, detail }) => {
    const mark = `${status.padEnd(STATUS_WIDTH)} ${name.replaceAll("_", " ").padEnd(width)} `;
    const [first = "", ...rest] = marked(mark, detail, columns);
    return [PAINTS[status](style)(first.slice(0, status.length)) + first.slice(status.length), ...rest];
  });
  return `${[...lines, "", verdict(checks)].join("\n")}\n`;
}

function verdict(checks: readonly Check[]): string {
  const count = (status: CheckStatus) => checks.filter((one) => one.status === status).length;
  const [fails, warnings] = [count("fail"), count("warn")];
  const ofFails = fails === 0 ? "nothing fails" : fails === 1 ? "1 check fails" : `${fails} checks fail`;
  return warnings === 0 ? ofFails : `${ofFails}, ${warnings === 1 ? "1 warning" : `${warnings} warnings`}`;
}
