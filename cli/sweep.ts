import type { Command } from "commander";
import type { AppError } from "../core/errors.ts";
import { ok, type Result } from "../core/result.ts";
import { runSweep, type SweepRun, sweepQueryOf } from "../core/run/sweep.ts";
import { type SweepReceipt, sweepAnswer } from "../core/run/sweep-answer.ts";
import { EXIT_CANCELLED, EXIT_OK, reportFailure } from "./failure.ts";
import { type AskedFile, writeFiles } from "./files.ts";
import { type GivenFlags, givenFlags } from "./given-flags.ts";
import { pngOf } from "./picture/png.ts";
import { sweepPicture } from "./picture/sweep-picture.ts";
import { sweepReport } from "./report/sweep-report.ts";
import { addSweepFlags } from "./sweep-flags.ts";
import { parseSweepOutput, type SweepOutput } from "./sweep-output.ts";
import { parseSweepFlags } from "./sweep-request.ts";
import type { Terminal } from "./terminal.ts";
import { trialCsv } from "./trial-csv.ts";
import { workOnTrials } from "./trial-work.ts";

/** The command `sweep`: every combination of parameters, told as a report, as the API's answer or as a table. Resolves to the exit code. */
export function defineSweep(command: Command, terminal: Terminal, done: (exitCode: number) => void): void {
  addSweepFlags(command).action(async () => {
    const flags = givenFlags(command);
    const told = await sweepAndTell(flags, terminal);
    done(told.ok ? told.value : reportFailure(told.error, terminal, flags.get("--json") === true));
  });
}

async function sweepAndTell(flags: GivenFlags, terminal: Terminal): Promise<Result<number, AppError>> {
  const asked = parseSweepFlags(flags);
  if (!asked.ok) return asked;
  const { request, source } = asked.value;
  const output = parseSweepOutput(flags, request.grid, request.objective);
  if (!output.ok) return output;
  const work = { flags, source, query: sweepQueryOf(request), output: output.value };
  const swept = await workOnTrials(work, terminal, (ports) => runSweep(request, ports));
  if (!swept.ok) return swept;
  if (swept.value === null) return ok(EXIT_CANCELLED);
  return tell(swept.value.run, { sweepId: null, ...swept.value.receipt }, output.value, terminal);
}

async function tell(
  run: SweepRun,
  receipt: SweepReceipt,
  { json, csv, csvAlone, png, view }: SweepOutput,
  terminal: Terminal,
): Promise<Result<number, AppError>> {
  const files: AskedFile[] = [{ flag: "--csv", path: csv, content: () => trialCsv(run.table) }];
  if (view !== null) files.push({ flag: "--png", path: png, content: () => pngOf(sweepPicture(run, view)) });
  const written = await writeFiles(files);
  if (!written.ok) return written;
  const { columns, colours, colourBits = 1 } = terminal;
  if (csvAlone) for (const part of trialCsv(run.table)) terminal.write(part);
  else if (json) terminal.write(`${JSON.stringify(sweepAnswer(run, receipt))}\n`);
  else terminal.write(sweepReport(run, { receipt, view, written: written.value, columns, colours, colourBits }));
  return ok(EXIT_OK);
}
