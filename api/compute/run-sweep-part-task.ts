import { type AppError, fail } from "../../core/errors.ts";
import { ok, type Result } from "../../core/result.ts";
import { sweepQueryOf } from "../../core/run/sweep.ts";
import { runSweepPart } from "../../core/run/sweep-parts.ts";
import { encodeBlock } from "../store/part-blob.ts";
import { preparedSweep, type SweepParts } from "./sweep-ports.ts";
import type { OnProgress, SweepPartTask, SweptPartOutput } from "./task.ts";

/**
 * Errors: those of `preparedSweep` and of `runSweepPart`.
 * @param onProgress is told some ten times a second at most how many of the trials of the part are done
 */
export async function runSweepPartTask(
  task: SweepPartTask,
  parts: SweepParts,
  onProgress: OnProgress,
): Promise<Result<SweptPartOutput, AppError>> {
  const request = parts.parse(task.request);
  if (!request.ok) return request;
  const prepared = await preparedSweep(task, sweepQueryOf(request.value), parts, onProgress);
  if (!prepared.ok) return prepared;
  const ran = await runSweepPart(request.value, task, prepared.value.ports);
  if (ran === undefined) return fail("unavailable", "the part of the sweep was called off");
  return ran.ok ? ok({ kind: "sweep_part", trials: encodeBlock({ ...ran.value, startedMs: task.nowMs }) }) : ran;
}
