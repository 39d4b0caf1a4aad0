import type { Engine } from "../../core/engine/contract.ts";
import type { AppError } from "../../core/errors.ts";
import { parseBacktest } from "../../core/requests/backtest.ts";
import { ok, type Result } from "../../core/result.ts";
import { answerHead, curveOf, known, tradesOf } from "../../core/run/answer.ts";
import { barQueryOf, runBacktest } from "../../core/run/backtest.ts";
import { curveText } from "../../core/run/curve-text.ts";
import type { Judge } from "../../core/run/judged-series.ts";
import { encodeCurve } from "../store/curve-blob.ts";
import { importFile } from "./import-file.ts";
import { sha256 } from "./sha256.ts";
import type { BacktestOutput, BacktestTask, ImportOutput, ImportTask, TaskBars } from "./task.ts";
import { type RowSources, rowsOf } from "./task-rows.ts";

/** What a process needs to run backtests. */
export interface TaskParts extends RowSources {
  readonly engine: Engine;
  /** Why the engine is not the WebAssembly one; null where it is, or where the other was asked for. */
  readonly fallbackReason: string | null;
  /** Remembers what the gate found about rows. */
  readonly judge: Judge;
}

/** Tasks but sweeps. Errors: those of the task. @throws whatever a bug throws */
export function runTask(
  task: BacktestTask | ImportTask,
  parts: TaskParts,
): Promise<Result<BacktestOutput | ImportOutput, AppError>> {
  return task.kind === "import" ? importFile(task) : runBacktestTask(task, parts);
}

/** Errors: `not_found` when the rows are not there (any more), `bad_data` when they cannot be read, and those of `runBacktest`. */
export async function runBacktestTask(task: BacktestTask, parts: TaskParts): Promise<Result<BacktestOutput, AppError>> {
  const startedMs = performance.now();
  const body: unknown = JSON.parse(task.request);
  const fields = typeof body === "object" && body !== null ? body : {};
  const request = parseBacktest(withoutSource(fields, symbolOf(task.bars)));
  if (!request.ok) return request;
  const provided = await rowsOf(task.bars, barQueryOf(request.value), parts);
  if (!provided.ok) return provided;

  const { engine, fallbackReason, judge } = parts;
  const provider = { bars: async () => provided };
  const ran = await runBacktest(request.value, { provider, engine, nowMs: task.nowMs, judge, sha256 });
  if (!ran.ok) return ran;
  const run = ran.value;
  const trades = JSON.stringify(tradesOf(run));
  const curve = curveOf(run);
  const text = task.curveText ? curveText(curve, request.value.equityPoints) : null;
  const { sharpe, total_return: totalReturn, max_drawdown: maxDrawdown } = run.metrics;
  const receipt = {
    jobId: task.jobId,
    createdAtMs: task.createdAtMs,
    runtimeSeconds: (performance.now() - startedMs) / 1000,
    fallbackReason,
  };
  return ok({
    kind: "backtest",
    headline: { sharpe: known(sharpe), totalReturn: known(totalReturn), maxDrawdown: known(maxDrawdown) },
    resultHash: run.resultHash,
    head: JSON.stringify(answerHead(run, receipt)),
    trades,
    curve: encodeCurve(curve),
    curveText: text,
  });
}

/** The request's fields that say how to run; where the bars come from is settled, and a request with its own bars may have no symbol. */
function withoutSource(fields: object, symbol: string): object {
  const { source: _source, bars: _bars, ...settings } = { source: undefined, bars: undefined, ...fields };
  return { symbol, ...settings };
}

function symbolOf(bars: TaskBars): string {
  return bars.kind === "sample" ? bars.symbol : bars.origin.symbol;
}
