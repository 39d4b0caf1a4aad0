import { DAY_MS, MINUTE_MS } from "../time.ts";
import { NO_OFFSET, type RawBars } from "./raw-bars.ts";

/** How the rows came: already ascending, exactly backwards, or mixed. */
export type RowOrder = "ascending" | "newest_first" | "unsorted";

/** Rows in order of time: `rows[i]` is the raw row at position i, null when every raw row stays where it is. */
export interface OrderedRows {
  readonly order: RowOrder;
  readonly rows: Uint32Array | null;
  readonly timeMs: Float64Array;
}

/**
 * Brings rows into ascending order; rows of one time keep the order they came in. Inputs are not written to.
 *
 * @param rows   the raw rows to order, or null for all of them
 * @param timeMs the time of each of those rows
 */
export function inOrder(rows: Uint32Array | null, timeMs: Float64Array): OrderedRows {
  const n = timeMs.length;
  let falls = 0;
  let rises = 0;
  for (let i = 1; i < n; i++) {
    if (timeMs[i]! < timeMs[i - 1]!) falls++;
    else if (timeMs[i]! > timeMs[i - 1]!) rises++;
  }
  if (falls === 0) return { order: "ascending", rows, timeMs };
  const positions = new Uint32Array(n);
  for (let i = 0; i < n; i++) positions[i] = falls === n - 1 ? n - 1 - i : i;
  if (falls < n - 1) positions.sort((a, b) => timeMs[a]! - timeMs[b]! || a - b);
  return {
    order: rises === 0 ? "newest_first" : "unsorted",
    rows: rows === null ? positions : positions.map((p) => rows[p]!),
    timeMs: Float64Array.from(positions, (p) => timeMs[p]!),
  };
}

/**
 * Times of bars of a day or longer become UTC midnight of the local date as written, so that a change of the offset between rows (summer time)
 * does not matter.
 */
export function byLocalDay(ordered: OrderedRows, raw: RawBars): OrderedRows {
  const { rows, timeMs } = ordered;
  const offsets = raw.offsetMinutes;
  let moved = false;
  const days = new Float64Array(timeMs.length);
  for (let i = 0; i < days.length; i++) {
    const offset = offsets === null ? NO_OFFSET : offsets[rows === null ? i : rows[i]!]!;
    const local = offset === NO_OFFSET ? timeMs[i]! : timeMs[i]! + offset * MINUTE_MS;
    days[i] = Math.floor(local / DAY_MS) * DAY_MS;
    if (days[i] !== timeMs[i]) moved = true;
  }
  if (!moved) return ordered;
  const again = inOrder(rows, days);
  return { ...again, order: ordered.order === "ascending" ? again.order : ordered.order };
}

/** The same rows without those at some positions (ascending). */
export function without(positions: readonly number[], ordered: OrderedRows): OrderedRows {
  if (positions.length === 0) return ordered;
  const { order, rows, timeMs } = ordered;
  const kept = new Uint32Array(timeMs.length - positions.length);
  let dropped = 0;
  for (let i = 0; i < timeMs.length; i++) {
    if (positions[dropped] === i) dropped++;
    else kept[i - dropped] = i;
  }
  return { order, rows: rows === null ? kept : kept.map((p) => rows[p]!), timeMs: Float64Array.from(kept, (p) => timeMs[p]!) };
}
