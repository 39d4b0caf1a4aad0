import { type AppError, fail } from "../../core/errors.ts";
import { parseSweep } from "../../core/requests/sweep.ts";
import { ok, type Result } from "../../core/result.ts";
import { runSweep, sweepQueryOf } from "../../core/run/sweep.ts";
import { sweepAnswer } from "../../core/run/sweep-answer.ts";
import { encodeTrials } from "../store/trial-blob.ts";
import { preparedSweep, type SweepParts } from "./sweep-ports.ts";
import type { OnProgress, SweepTask, SweptOutput } from "./task.ts";

/**
 * Errors: those of `preparedSweep` and of `runSweep`.
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
  const prepared = await preparedSweep(task, sweepQueryOf(request), parts, onProgress);
  if (!prepared.ok) return prepared;

  const { ports, fallbackReason } = prepared.value;
  const ran = await runSweep(request, ports);
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
