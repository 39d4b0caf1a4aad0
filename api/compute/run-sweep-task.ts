import { type AppError, fail } from "../../core/errors.ts";
import { ok, type Result } from "../../core/result.ts";
import { type SweepRun, sweepQueryOf } from "../../core/run/sweep.ts";
import { type SweepReceipt, sweepAnswer } from "../../core/run/sweep-answer.ts";
import { collectSweep, runOrSplitSweep } from "../../core/run/sweep-parts.ts";
import { encodeTrials } from "../store/trial-blob.ts";
import { PartBlocks } from "./part-blocks.ts";
import { preparedSweep, type SweepParts } from "./sweep-ports.ts";
import type { OnProgress, SplitOutput, SweepTask, SweptOutput } from "./task.ts";

/**
 * Runs a sweep, or tells the blocks in which it is to be run, or collects the parts in which it was. What it took is counted from the beginning on: of its first
 * part, where it was run in parts.
 *
 * Errors: those of `preparedSweep`, `runOrSplitSweep` and `collectSweep`; `not_found` when a part is not there.
 * @param onProgress is told some ten times a second at most, while trials are run
 */
export async function runSweepTask(
  task: SweepTask,
  parts: SweepParts,
  onProgress: OnProgress,
): Promise<Result<SweptOutput | SplitOutput, AppError>> {
  const startedMs = performance.now();
  const parsed = parts.parse(task.request);
  if (!parsed.ok) return parsed;
  const request = parsed.value;
  const prepared = await preparedSweep(task, sweepQueryOf(request), parts, onProgress);
  if (!prepared.ok) return prepared;

  const { ports, fallbackReason } = prepared.value;
  const { sweepId, createdAtMs, nowMs, splitAbove = Number.POSITIVE_INFINITY } = task;
  const receipt = (earlierMs: number): SweepReceipt => {
    const runtimeSeconds = (earlierMs + performance.now() - startedMs) / 1000;
    return { sweepId, createdAtMs, runtimeSeconds, fallbackReason };
  };
  if (task.parts !== undefined) {
    const blocks = new PartBlocks(task.parts, parts.partReader);
    const collected = await collectSweep(request, blocks, ports);
    // Clocks of other machines may be ahead.
    return collected.ok ? ok(outputOf(collected.value, receipt(Math.max(0, nowMs - blocks.begunMs)))) : collected;
  }
  const ran = await runOrSplitSweep(request, splitAbove, ports);
  if (ran === undefined) return fail("unavailable", "the sweep was called off");
  if (!ran.ok) return ran;
  if (ran.value.kind === "blocks") return ok({ kind: "sweep", blocks: ran.value.blocks });
  return ok(outputOf(ran.value.run, receipt(0)));
}

function outputOf(run: SweepRun, receipt: SweepReceipt): SweptOutput {
  const answer = sweepAnswer(run, receipt);
  const { best } = answer;
  const { objective } = run.request;
  return {
    kind: "sweep",
    headline: {
      sharpe: best?.sharpe ?? null,
      totalReturn: best?.total_return ?? null,
      maxDrawdown: best?.max_drawdown ?? null,
    },
    resultHash: run.resultHash,
    head: JSON.stringify(answer),
    objective,
    best: best?.[objective] ?? null,
    trials: encodeTrials(run.table),
  };
}
