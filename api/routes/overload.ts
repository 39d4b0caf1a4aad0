import { type AppError, appError } from "../../core/errors.ts";
import type { Parts } from "../parts.ts";

/**
 * Why no new work is taken now, or null: this process is on its way out, or too much waits already.
 * @param coming jobs that would wait besides
 */
export function overload(
  { runner, limits, stopping }: Pick<Parts, "runner" | "limits" | "stopping">,
  coming = 1,
): AppError | null {
  if (stopping()) return appError("unavailable", "this server is shutting down; try again in a moment");
  const waiting = Math.max(runner.queued, runner.pool.load);
  if (waiting + coming <= limits.maxQueued) return null;
  const jobs = coming === 1 ? "" : `, and ${coming} more would make more than ${limits.maxQueued}`;
  return appError("unavailable", `${waiting} jobs wait already${jobs}, which is the most that is taken; try again later`);
}
