import type { Interval } from "../bars.ts";
import type { AppError } from "../errors.ts";
import { fail } from "../errors.ts";
import { ok, type Result } from "../result.ts";
import { DAY_MS, formatInstant, formatTime, parseIsoTime } from "../time.ts";

/** Bar times from `startMs` to `endMs`, both included; infinite where open. */
export interface BarRange {
  readonly startMs: number;
  readonly endMs: number;
}

export const WHOLE_RANGE: BarRange = { startMs: -Infinity, endMs: Infinity };

/**
 * The range between two times as requested: each a day (the whole UTC day) or an ISO instant, both included; null leaves it open.
 * Errors: `invalid_request` with a finding at `start` or `end`.
 */
export function parseRange(start: string | null, end: string | null): Result<BarRange, AppError> {
  const from = start === null ? -Infinity : boundary("start", start);
  if (typeof from !== "number") return from;
  const to = end === null ? Infinity : boundary("end", end);
  if (typeof to !== "number") return to;
  if (to < from) {
    const message = `end must not be before start: got start ${start}, end ${end}`;
    return fail("invalid_request", message, [{ path: "end", message }]);
  }
  return ok({ startMs: from, endMs: to });
}

function boundary(field: "start" | "end", text: string) {
  const time = parseIsoTime(text);
  if (time === null) {
    const message = `${field} must be a day such as 2020-01-31 or an instant such as 2020-01-31T14:30:00Z: got ${JSON.stringify(text)}`;
    return fail("invalid_request", message, [{ path: field, message }]);
  }
  return field === "end" && time.dateOnly ? time.timeMs + DAY_MS - 1 : time.timeMs;
}

/** Positions of ordered rows: warm-up [first, start), range [start, end). */
export interface RowCut {
  readonly first: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Where a range lies in ascending times. Errors: `no_data`, naming the data's own range, when it holds no bar.
 *
 * @param timeMs ascending, not empty
 */
export function cutRange(
  timeMs: Float64Array,
  range: BarRange,
  warmupBars: number,
  interval: Interval,
): Result<RowCut, AppError> {
  const start = lowerBound(timeMs, (t) => t >= range.startMs);
  const end = lowerBound(timeMs, (t) => t > range.endMs);
  if (start < end) return ok({ first: Math.max(0, start - warmupBars), start, end });
  const own = `${formatTime(timeMs[0]!, interval)} to ${formatTime(timeMs[timeMs.length - 1]!, interval)}`;
  return fail("no_data", `there are no bars ${worded(range)}; the data runs from ${own}`);
}

function worded({ startMs, endMs }: BarRange): string {
  if (endMs === Infinity) return `from ${formatInstant(startMs)} on`;
  if (startMs === -Infinity) return `up to ${formatInstant(endMs)}`;
  return `from ${formatInstant(startMs)} to ${formatInstant(endMs)}`;
}

/** The first position whose time passes a test that all later ones pass too. */
function lowerBound(timeMs: Float64Array, passes: (t: number) => boolean): number {
  let low = 0;
  let high = timeMs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (passes(timeMs[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
