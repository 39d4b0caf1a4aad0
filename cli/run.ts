import type { Command } from "commander";
import { wireEngine } from "../api/wiring.ts";
import type { AppError } from "../core/errors.ts";
import { err, ok, type Result } from "../core/result.ts";
import { answerOf, type Receipt } from "../core/run/answer.ts";
import { barQueryOf, type Run, runBacktest } from "../core/run/backtest.ts";
import { engineOf } from "./engine-flag.ts";
import { EXIT_OK, reportFailure } from "./failure.ts";
import { writeFiles } from "./files.ts";
import { inFlags } from "./flag-names.ts";
import { type GivenFlags, givenFlags } from "./given-flags.ts";
import { filesOf, type OutputChoices, parseOutput } from "./output.ts";
import { runReport } from "./report/run-report.ts";
import { barsFor } from "./run-bars.ts";
import { addRunFlags } from "./run-flags.ts";
import { type AskedRun, parseRun } from "./run-request.ts";
import { configWith } from "./service-flags.ts";
import type { Terminal } from "./terminal.ts";

/** The command `run`: one backtest, told as a report or as the API's answer. Resolves to the exit code. */
export function defineRun(command: Command, terminal: Terminal, done: (exitCode: number) => void): void {
  addRunFlags(command).action(async () => {
    const flags = givenFlags(command);
    const json = flags.get("--json") === true;
    const told = await runAndTell(flags, terminal, json);
    done(told.ok ? EXIT_OK : reportFailure(told.error, terminal, json));
  });
}

async function runAndTell(flags: GivenFlags, terminal: Terminal, json: boolean): Promise<Result<null, AppError>> {
  const output = parseOutput(flags);
  if (!output.ok) return output;
  const asked = parseRun(flags);
  if (!asked.ok) return asked;
  const done = await runAsked(asked.value, flags, {
    ...terminal,
    interactiveErrors: terminal.interactiveErrors === true && !json,
  });
  if (!done.ok) return done;
  const { run, receipt } = done.value;
  const written = await writeFiles(filesOf(run, receipt, output.value));
  if (!written.ok) return written;
  terminal.write(
    json ? `${JSON.stringify(answerOf(run, receipt))}\n` : report(run, receipt, output.value, written.value, terminal),
  );
  return ok(null);
}

/** Runs what was asked for, timed. Nothing is stored, so there is no job. */
async function runAsked(
  { request, source }: AskedRun,
  flags: GivenFlags,
  terminal: Terminal,
): Promise<Result<{ run: Run; receipt: Receipt }, AppError>> {
  const choice = engineOf(flags);
  if (!choice.ok) return choice;
  const wired = await wireEngine(choice.value);
  if (!wired.ok) return wired;
  const { engine, fallbackReason } = wired.value;
  const provider = await barsFor(source, barQueryOf(request), () => configWith(flags), terminal);
  if (!provider.ok) return err(inFlags(provider.error));
  const nowMs = Date.now();
  const startedMs = performance.now();
  const run = await runBacktest(request, { provider: provider.value, engine, nowMs });
  if (!run.ok) return err(inFlags(run.error));
  const runtimeSeconds = (performance.now() - startedMs) / 1000;
  return ok({ run: run.value, receipt: { jobId: null, createdAtMs: nowMs, runtimeSeconds, fallbackReason } });
}

function report(run: Run, receipt: Receipt, { trades }: OutputChoices, written: readonly string[], terminal: Terminal): string {
  return runReport(run, { receipt, trades, written, columns: terminal.columns, colours: terminal.colours });
}
