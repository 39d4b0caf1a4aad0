import { availableParallelism } from "node:os";
import { wireSweeper } from "../api/wiring.ts";
import type { AppError } from "../core/errors.ts";
import type { BarQuery } from "../core/ports.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Receipt } from "../core/run/answer.ts";
import type { WalkForwardPorts } from "../core/run/walk-forward.ts";
import { inFlags } from "./flag-names.ts";
import type { GivenFlags } from "./given-flags.ts";
import { progressOf } from "./progress.ts";
import { barsFor } from "./run-bars.ts";
import type { RunSource } from "./run-source.ts";
import { configWith } from "./service-flags.ts";
import type { TableOutput } from "./table-output.ts";
import type { Terminal } from "./terminal.ts";

/** Which trials are to be worked on, where, and what is printed in the end. */
interface TrialWork {
  readonly flags: GivenFlags;
  readonly source: RunSource;
  readonly query: BarQuery;
  readonly output: TableOutput;
}

/** Work that is done, and what only the edge knows of it. Nothing is stored, so there is no id. */
export interface Done<T> {
  readonly run: T;
  readonly receipt: Omit<Receipt, "jobId">;
}

/**
 * Does work on trials, timed, with a bar on the terminal that tells how far it is; null when Ctrl+C ended it, which is told.
 * Errors: those of settings and engine, of the source and of the work, told in flags.
 */
export async function workOnTrials<T>(
  { flags, source, query, output }: TrialWork,
  terminal: Terminal,
  work: (ports: WalkForwardPorts) => Promise<Result<T, AppError> | undefined>,
): Promise<Result<Done<T> | null, AppError>> {
  const config = configWith(flags);
  if (!config.ok) return config;
  const wired = await wireSweeper(config.value.engine, config.value.threads ?? availableParallelism());
  if (!wired.ok) return wired;
  const { engine, fallbackReason } = wired.value;
  using sweeper = wired.value.sweeper;
  const watched = terminal.interactiveErrors === true && !output.json && !output.csvAlone;
  const shown = { ...terminal, interactiveErrors: watched };
  const provider = await barsFor(source, query, () => config, shown);
  if (!provider.ok) return err(inFlags(provider.error));
  const nowMs = Date.now();
  const startedMs = performance.now();
  const progress = progressOf(shown, () => performance.now());
  const ports = { provider: provider.value, engine, sweeper, nowMs, turn: nextTurn };
  const run = await untilInterrupted((signal) => work({ ...ports, hooks: { signal, onProgress: progress.update } }));
  progress.clear();
  if (run === undefined) {
    terminal.writeError("cancelled\n");
    return ok(null);
  }
  if (!run.ok) return err(inFlags(run.error));
  const runtimeSeconds = (performance.now() - startedMs) / 1000;
  return ok({ run: run.value, receipt: { createdAtMs: nowMs, runtimeSeconds, fallbackReason } });
}

/** Lets what waits be done, Ctrl+C for one. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
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
