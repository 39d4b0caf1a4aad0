import type { RawBars } from "./raw-bars.ts";

/**
 * Positions of rows that repeat, cell by cell, the first row of their time. A row with an odd cell repeats nothing.
 *
 * @param timeMs ascending
 * @param rows   the raw row at each position; null when they are the same
 */
export function repeatedPositions(timeMs: Float64Array, rows: Uint32Array | null, raw: RawBars): number[] {
  const odd = new Set(raw.oddCells.map((cell) => cell.row));
  const repeated: number[] = [];
  let first = 0;
  for (let i = 1; i < timeMs.length; i++) {
    if (timeMs[i] !== timeMs[i - 1]) {
      first = i;
      continue;
    }
    const [a, b] = rows === null ? [first, i] : [rows[first]!, rows[i]!];
    if (sameBar(raw, a, b) && !odd.has(a) && !odd.has(b)) repeated.push(i);
  }
  return repeated;
}

function sameBar(raw: RawBars, a: number, b: number): boolean {
  return (
    Object.is(raw.open[a], raw.open[b]) &&
    Object.is(raw.high[a], raw.high[b]) &&
    Object.is(raw.low[a], raw.low[b]) &&
    Object.is(raw.close[a], raw.close[b]) &&
    (raw.volume === null || Object.is(raw.volume[a], raw.volume[b]))
  );
}
