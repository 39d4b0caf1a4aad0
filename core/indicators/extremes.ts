import { blankColumn } from "./indicator.ts";

/** A ring of positions that holds at least `period` of them; its length is a power of two. */
function ringOf(period: number): Int32Array {
  return new Int32Array(2 ** Math.ceil(Math.log2(period + 1)));
}

/** Highest of the last `period` values; NaN before bar period - 1. O(n) for every period. */
export function highestLine(values: Float64Array, period: number): Float64Array {
  const line = blankColumn(values.length);
  // Bars that can still become the highest, their values falling from head to tail.
  const ring = ringOf(period);
  const mask = ring.length - 1;
  let head = 0;
  let tail = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    while (tail > head && values[ring[(tail - 1) & mask]!]! <= value) tail--;
    ring[tail++ & mask] = i;
    if (ring[head & mask]! <= i - period) head++;
    if (i >= period - 1) line[i] = values[ring[head & mask]!]!;
  }
  return line;
}

/** Lowest of the last `period` values; NaN before bar period - 1. O(n) for every period. */
export function lowestLine(values: Float64Array, period: number): Float64Array {
  const line = blankColumn(values.length);
  const ring = ringOf(period);
  const mask = ring.length - 1;
  let head = 0;
  let tail = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    while (tail > head && values[ring[(tail - 1) & mask]!]! >= value) tail--;
    ring[tail++ & mask] = i;
    if (ring[head & mask]! <= i - period) head++;
    if (i >= period - 1) line[i] = values[ring[head & mask]!]!;
  }
  return line;
}

/** Midpoint of the highest high and the lowest low of the last `period` bars. */
export function midpointLine(high: Float64Array, low: Float64Array, period: number): Float64Array {
  const lowest = lowestLine(low, period);
  return highestLine(high, period).map((highest, i) => (highest + lowest[i]!) / 2);
}
