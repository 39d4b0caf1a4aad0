import { availableParallelism } from "node:os";
import type { Command } from "commander";
import { wireSweeper } from "../api/wiring.ts";
import type { AppError } from "../core/errors.ts";
import { err, ok, type Result } from "../core/result.ts";
import { runSweep, type SweepRun, sweepQueryOf } from "../core/run/sweep.ts";
import { type SweepReceipt, sweepAnswer } from "../core/run/sweep-answer.ts";
import { EXIT_CANCELLED, EXIT_OK, reportFailure } from "./failure.ts";
import { type AskedFile, writeFiles } from "./files.ts";
import { inFlags } from "./flag-names.ts";
import { type GivenFlags, givenFlags } from "./given-flags.ts";
import { pngOf } from "./picture/png.ts";
import { sweepPicture } from "./picture/sweep-picture.ts";
import { progressOf } from "./progress.ts";
import { sweepReport } from "./report/sweep-report.ts";
import { barsFor } from "./run-bars.ts";
import { configWith } from "./service-flags.ts";
import { addSweepFlags } from "./sweep-flags.ts";
import { parseSweepOutput, type SweepOutput } from "./sweep-output.ts";
import { type AskedSweep, parseSweepFlags } from "./sweep-request.ts";
import type { Terminal } from "./terminal.ts";
import { trialCsv } from "./trial-csv.ts";

interface Swept {
  readonly run: SweepRun;
  readonly receipt: SweepReceipt;
}

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
  const { grid, objective } = asked.value.request;
  const output = parseSweepOutput(flags, grid, objective);
  if (!output.ok) return output;
  const quiet = output.value.json || output.value.csvAlone;
  const swept = await sweepAsked(asked.value, flags, {
    ...terminal,
    interactiveErrors: terminal.interactiveErrors === true && !quiet,
  });
  if (!swept.ok) return swept;
  if (swept.value === null) {
    terminal.writeError("cancelled\n");
    return ok(EXIT_CANCELLED);
  }
  return tell(swept.value, output.value, terminal);
}

/** Sweeps what was asked for, timed; null when Ctrl+C ended it. Nothing is stored, so there is no id. */
async function sweepAsked(
  { request, source }: AskedSweep,
  flags: GivenFlags,
  terminal: Terminal,
): Promise<Result<Swept | null, AppError>> {
  const config = configWith(flags);
  if (!config.ok) return config;
  const wired = await wireSweeper(config.value.engine, config.value.threads ?? availableParallelism());
  if (!wired.ok) return wired;
  using sweeper = wired.value.sweeper;
  const provider = await barsFor(source, sweepQueryOf(request), () => config, terminal);
  if (!provider.ok) return err(inFlags(provider.error));
  const nowMs = Date.now();
  const startedMs = performance.now();
  const progress = progressOf(terminal, () => performance.now());
  const run = await untilInterrupted((signal) =>
    runSweep(request, {
      provider: provider.value,
      engine: wired.value.engine,
      sweeper,
      nowMs,
      hooks: { signal, onProgress: progress.update },
    }),
  );
  progress.clear();
  if (run === undefined) return ok(null);
  if (!run.ok) return err(inFlags(run.error));
  const runtimeSeconds = (performance.now() - startedMs) / 1000;
  const { fallbackReason } = wired.value;
  return ok({ run: run.value, receipt: { sweepId: null, createdAtMs: nowMs, runtimeSeconds, fallbackReason } });
}

/** Does work that Ctrl+C aborts; a second one ends the process. */
async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  process.once("SIGINT", abort);
  try {
    return await work(controller.signal);
  } finally {
    process.off("SIGINT", abort);
  }
}

async function tell(
  { run, receipt }: Swept,
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
