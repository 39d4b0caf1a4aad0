import { type AppError, fail } from "../../core/errors.ts";
import { parseWalkForward } from "../../core/requests/walk-forward.ts";
import { ok, type Result } from "../../core/result.ts";
import { known } from "../../core/run/answer.ts";
import { sweepQueryOf } from "../../core/run/sweep.ts";
import { runWalkForward, type WalkForwardRun } from "../../core/run/walk-forward.ts";
import { walkForwardAnswer } from "../../core/run/walk-forward-answer.ts";
import { isDailyOrLonger } from "../../core/time.ts";
import { encodeCurve } from "../store/curve-blob.ts";
import { preparedSweep, type SweepParts } from "./sweep-ports.ts";
import type { OnProgress, WalkedOutput, WalkForwardTask } from "./task.ts";

/**
 * Errors: those of `preparedSweep` and of `runWalkForward`.
 * @param onProgress is told some ten times a second at most
 */
export async function runWalkForwardTask(
  task: WalkForwardTask,
  parts: SweepParts,
  onProgress: OnProgress,
): Promise<Result<WalkedOutput, AppError>> {
  const startedMs = performance.now();
  const asked = parseWalkForward(JSON.parse(task.request), { barsApart: true });
  if (!asked.ok) return asked;
  const { request } = asked.value;
  const prepared = await preparedSweep(task, sweepQueryOf(request), parts, onProgress);
  if (!prepared.ok) return prepared;

  const { ports, fallbackReason } = prepared.value;
  const ran = await runWalkForward(request, { ...ports, turn });
  if (ran === undefined) return fail("unavailable", "the walk-forward was called off");
  if (!ran.ok) return ran;
  const run = ran.value;
  const receipt = {
    walkForwardId: task.walkForwardId,
    createdAtMs: task.createdAtMs,
    runtimeSeconds: (performance.now() - startedMs) / 1000,
    fallbackReason,
  };
  const { sharpe, total_return: totalReturn, max_drawdown: maxDrawdown } = run.metrics;
  return ok({
    kind: "walk_forward",
    headline: { sharpe: known(sharpe), totalReturn: known(totalReturn), maxDrawdown: known(maxDrawdown) },
    resultHash: run.resultHash,
    head: JSON.stringify(walkForwardAnswer(withoutCurve(run), receipt)),
    curve: encodeCurve({
      initialCash: run.curve[0]!,
      daily: isDailyOrLonger(run.interval),
      timeMs: run.outOfSampleBars.timeMs,
      equity: run.curve.subarray(1),
    }),
  });
}

/** The run as an answer shows it to whoever wants no curve. */
function withoutCurve(run: WalkForwardRun): WalkForwardRun {
  return { ...run, request: { ...run.request, equityPoints: "none" } };
}

/** Lets what came over the channel be heard. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
