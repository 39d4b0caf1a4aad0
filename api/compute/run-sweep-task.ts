import { type AppError, fail } from "../../core/errors.ts";
import { parseSweep } from "../../core/requests/sweep.ts";
import { ok, type Result } from "../../core/result.ts";
import type { Judge } from "../../core/run/judged-series.ts";
import { runSweep, sweepQueryOf } from "../../core/run/sweep.ts";
import { sweepAnswer } from "../../core/run/sweep-answer.ts";
import { encodeTrials } from "../store/trial-blob.ts";
import type { WiredSweeper } from "../wiring.ts";
import { sha256 } from "./sha256.ts";
import type { OnProgress, SweepTask, SweptOutput } from "./task.ts";
import { type RowSources, rowsOf } from "./task-rows.ts";

/** What a process needs to run sweeps. */
export interface SweepParts extends RowSources {
  /** Remembers what the gate found about rows. */
  readonly judge: Judge;
  /** Made when it is asked for first, and kept. Errors: `unavailable`. */
  readonly sweeper: () => Promise<Result<WiredSweeper, AppError>>;
  /** The most trials x bars; undefined is the standard. */
  readonly mostBarTrials: number | undefined;
  /** The most memory, in bytes; undefined is the standard. */
  readonly mostBytes: number | undefined;
}

const PROGRESS_EVERY_MS = 100;

/**
 * Errors: `not_found` when the rows are not there (any more), `bad_data` when they cannot be read, those of the sweeper and of `runSweep`.
 * @param onProgress is told some ten times a second at most
 */
export async function runSweepTask(
  task: SweepTask,
  parts: SweepParts,
  onProgress: OnProgress,
): Promise<Result<SweptOutput, AppError>> {
  const startedMs = performance.now();
  const asked = parseSweep(JSON.parse(task.request), { barsApart: true });
  if (!asked.ok) return asked;
  const { request } = asked.value;
  const provided = await rowsOf(task.bars, sweepQueryOf(request), parts);
  if (!provided.ok) return provided;
  const wired = await parts.sweeper();
  if (!wired.ok) return wired;

  const { sweeper, fallbackReason } = wired.value;
  const { judge, mostBarTrials, mostBytes } = parts;
  const ran = await runSweep(request, {
    ...{ provider: { bars: async () => provided }, sweeper, nowMs: task.nowMs, judge, sha256 },
    ...(mostBarTrials === undefined ? {} : { mostBarTrials }),
    ...(mostBytes === undefined ? {} : { mostBytes }),
    hooks: { onProgress: nowAndThen(onProgress) },
  });
  if (ran === undefined) return fail("unavailable", "the sweep was called off");
  if (!ran.ok) return ran;
  const run = ran.value;
  const receipt = {
    sweepId: task.sweepId,
    createdAtMs: task.createdAtMs,
    runtimeSeconds: (performance.now() - startedMs) / 1000,
    fallbackReason,
  };
  const answer = sweepAnswer(run, receipt);
  const { best } = answer;
  return ok({
    kind: "sweep",
    headline: {
      sharpe: best?.sharpe ?? null,
      totalReturn: best?.total_return ?? null,
      maxDrawdown: best?.max_drawdown ?? null,
    },
    resultHash: run.resultHash,
    head: JSON.stringify(answer),
    objective: request.objective,
    best: best?.[request.objective] ?? null,
    trials: encodeTrials(run.table),
  });
}

function nowAndThen(tell: OnProgress): OnProgress {
  let toldMs = -Infinity;
  return (done, total) => {
    const nowMs = performance.now();
    if (nowMs - toldMs < PROGRESS_EVERY_MS) return;
    toldMs = nowMs;
    tell(done, total);
  };
}
