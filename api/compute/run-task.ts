import type { Engine } from "../../core/engine/contract.ts";
import { type AppError, fail } from "../../core/errors.ts";
import type { BarReader } from "../../core/jobs/store.ts";
import type { ProvidedBars } from "../../core/ports.ts";
import { type BacktestRequest, parseBacktest } from "../../core/requests/backtest.ts";
import { ok, type Result } from "../../core/result.ts";
import { answerHead, curveOf, known, tradesOf } from "../../core/run/answer.ts";
import { barQueryOf, runBacktest } from "../../core/run/backtest.ts";
import type { Sha256 } from "../../core/run/canonical.ts";
import { curveText } from "../../core/run/curve-text.ts";
import type { Judge } from "../../core/run/judged-series.ts";
import { decodeRawBars } from "../../data/raw-bars-codec.ts";
import { sampleProvider } from "../../data/sample.ts";
import { encodeCurve } from "../store/curve-blob.ts";
import type { BarCache } from "./bar-cache.ts";
import { importFile } from "./import-file.ts";
import type { AnyTaskResult } from "./protocol.ts";
import type { BacktestOutput, BacktestTask, Task, TaskBars } from "./task.ts";

/** What a process needs to carry out tasks. */
export interface TaskParts {
  readonly engine: Engine;
  /** Why the engine is not the WebAssembly one; null where it is, or where the other was asked for. */
  readonly fallbackReason: string | null;
  readonly vault: BarReader;
  /** Rows by name, and what the gate found about them. */
  readonly cache: BarCache;
  readonly judge: Judge;
}

/** Errors: those of the task. @throws whatever a bug throws */
export function runTask(task: Task, parts: TaskParts): Promise<AnyTaskResult> {
  return task.kind === "import" ? importFile(task) : runBacktestTask(task, parts);
}

/** Errors: `not_found` when the rows are not there (any more), `bad_data` when they cannot be read, and those of `runBacktest`. */
export async function runBacktestTask(task: BacktestTask, parts: TaskParts): Promise<Result<BacktestOutput, AppError>> {
  const startedMs = performance.now();
  const body: unknown = JSON.parse(task.request);
  const fields = typeof body === "object" && body !== null ? body : {};
  const request = parseBacktest(withoutSource(fields, symbolOf(task.bars)));
  if (!request.ok) return request;
  const provided = await barsOf(task.bars, request.value, parts);
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

/** Unlike with the portable one nothing is copied and no thread is woken. */
const sha256: Sha256 = (parts) => {
  const hasher = new Bun.CryptoHasher("sha256");
  for (const part of parts) hasher.update(part);
  return hasher.digest("hex");
};

/** The request's fields that say how to run; where the bars come from is settled, and a request with its own bars may have no symbol. */
function withoutSource(fields: object, symbol: string): object {
  const { source: _source, bars: _bars, ...settings } = { source: undefined, bars: undefined, ...fields };
  return { symbol, ...settings };
}

function symbolOf(bars: TaskBars): string {
  return bars.kind === "sample" ? bars.symbol : bars.origin.symbol;
}

async function barsOf(
  bars: TaskBars,
  request: BacktestRequest,
  { vault, cache }: TaskParts,
): Promise<Result<ProvidedBars, AppError>> {
  const name = bars.kind === "stored" ? bars.hash : `sample ${bars.symbol}`;
  let rows = cache.get(name);
  if (rows === undefined) {
    const found = bars.kind === "stored" ? await fromVault(bars, vault) : await sampleProvider.bars(barQueryOf(request));
    if (!found.ok) return found;
    rows = found.value;
    cache.set(name, rows);
  }
  return ok(bars.kind === "stored" ? { raw: rows.raw, origin: bars.origin } : rows);
}

async function fromVault(
  { hash, origin }: Extract<TaskBars, { kind: "stored" }>,
  vault: BarReader,
): Promise<Result<ProvidedBars, AppError>> {
  const bytes = await vault.get(hash);
  if (bytes === undefined) return fail("not_found", `the bars ${hash} are not stored here (any more)`);
  const raw = decodeRawBars(bytes);
  return raw.ok ? ok({ raw: raw.value, origin }) : raw;
}
