import type { AppError } from "../../core/errors.ts";
import type { Result } from "../../core/result.ts";
import { runSweepPartTask } from "./run-sweep-part-task.ts";
import { runSweepTask } from "./run-sweep-task.ts";
import { runTask, type TaskParts } from "./run-task.ts";
import { runWalkForwardTask } from "./run-walk-forward-task.ts";
import type { SweepParts } from "./sweep-ports.ts";
import type { OnProgress, OutputOf, Task } from "./task.ts";

/** A task of any kind. Errors: those of the task. @throws whatever a bug throws */
export function runAnyTask(
  task: Task,
  parts: TaskParts & SweepParts,
  onProgress: OnProgress,
): Promise<Result<OutputOf[Task["kind"]], AppError>> {
  switch (task.kind) {
    case "sweep":
      return runSweepTask(task, parts, onProgress);
    case "sweep_part":
      return runSweepPartTask(task, parts, onProgress);
    case "walk_forward":
      return runWalkForwardTask(task, parts, onProgress);
    default:
      return runTask(task, parts);
  }
}
