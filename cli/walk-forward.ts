import type { Command } from "commander";
import type { AppError, Finding } from "../core/errors.ts";
import { refuse } from "../core/requests/findings.ts";
import { parseWalkForward } from "../core/requests/walk-forward.ts";
import { ok, type Result } from "../core/result.ts";
import { sweepQueryOf } from "../core/run/sweep.ts";
import { runWalkForward, type WalkForwardRun } from "../core/run/walk-forward.ts";
import { type WalkForwardReceipt, walkForwardAnswer } from "../core/run/walk-forward-answer.ts";
import { EXIT_CANCELLED, EXIT_OK, reportFailure } from "./failure.ts";
import { writeFiles } from "./files.ts";
import { foldCsv } from "./fold-csv.ts";
import { type GivenFlags, givenFlags } from "./given-flags.ts";
import { walkForwardReport } from "./report/walk-forward-report.ts";
import { parseGridFlags } from "./sweep-request.ts";
import { type TableOutput, tableOutput } from "./table-output.ts";
import type { Terminal } from "./terminal.ts";
import { workOnTrials } from "./trial-work.ts";
import { addWalkForwardFlags } from "./walk-forward-flags.ts";
import { allWalkForwardSettings } from "./walk-forward-settings.ts";

/** The command `walk-forward`: parameters chosen and traded fold by fold, told as a report, as the API's answer or as a table. Resolves to the exit code. */
export function defineWalkForward(command: Command, terminal: Terminal, done: (exitCode: number) => void): void {
  addWalkForwardFlags(command).action(async () => {
    const flags = givenFlags(command);
    const told = await walkAndTell(flags, terminal);
    done(told.ok ? told.value : reportFailure(told.error, terminal, flags.get("--json") === true));
  });
}

async function walkAndTell(flags: GivenFlags, terminal: Terminal): Promise<Result<number, AppError>> {
  const asked = parseGridFlags(flags, allWalkForwardSettings, parseWalkForward);
  if (!asked.ok) return asked;
  const { request, source } = asked.value;
  const findings: Finding[] = [];
  const output = tableOutput(flags, ["--file", "--csv"], findings);
  if (findings.length > 0) return refuse(findings);
  const work = { flags, source, query: sweepQueryOf(request), output };
  const walked = await workOnTrials(work, terminal, (ports) => runWalkForward(request, ports));
  if (!walked.ok) return walked;
  if (walked.value === null) return ok(EXIT_CANCELLED);
  return tell(walked.value.run, { walkForwardId: null, ...walked.value.receipt }, output, terminal);
}

async function tell(
  run: WalkForwardRun,
  receipt: WalkForwardReceipt,
  { json, csv, csvAlone }: TableOutput,
  terminal: Terminal,
): Promise<Result<number, AppError>> {
  const table = () => foldCsv(run, receipt);
  const written = await writeFiles([{ flag: "--csv", path: csv, content: table }]);
  if (!written.ok) return written;
  const { columns, colours } = terminal;
  if (csvAlone) terminal.write(table());
  else if (json) terminal.write(`${JSON.stringify(walkForwardAnswer(run, receipt))}\n`);
  else terminal.write(walkForwardReport(run, { receipt, written: written.value, columns, colours }));
  return ok(EXIT_OK);
}
