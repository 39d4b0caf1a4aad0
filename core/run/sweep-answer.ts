import { trialRow } from "../sweep/trial-row.ts";
import { conventionsOf, dataOf, type Receipt } from "./answer.ts";
import type { SweepRun } from "./sweep.ts";

/** What only the edge knows of a sweep. */
export interface SweepReceipt extends Omit<Receipt, "jobId"> {
  readonly sweepId: string | null;
}

/** The answer of the API and of `--json`; `best` is null where the objective is undefined for every trial. */
export function sweepAnswer(run: SweepRun, receipt: SweepReceipt) {
  const { request, table, order, trials } = run;
  const { grid, objective } = request;
  const winner = order[0]!;
  return {
    sweep_id: receipt.sweepId,
    status: "completed",
    symbol: run.origin.symbol,
    strategy: request.strategy,
    created_at: new Date(receipt.createdAtMs).toISOString(),
    trials: grid.trials,
    skipped: grid.skipped,
    objective,
    best: Number.isNaN(table.columns[objective][winner]) ? null : trialRow(table, winner),
    top: Array.from(order.subarray(0, request.top), (trial) => trialRow(table, trial)),
    overfitting: null,
    kernel: trials.kernel,
    runtime_seconds: receipt.runtimeSeconds,
    trials_per_second: receipt.runtimeSeconds > 0 ? grid.trials / receipt.runtimeSeconds : null,
    conventions: conventionsOf(run, request.direction),
    data: dataOf(run),
    engine: { name: run.engine.name, version: run.engine.version, fallback_reason: receipt.fallbackReason },
    result_hash: run.resultHash,
  };
}

export type SweepAnswer = ReturnType<typeof sweepAnswer>;
