import type { IndicatorColumns } from "./indicator.ts";

/** Number of values that are not NaN. Values are finite or NaN; a column without NaN is told at the speed of four sums. */
export function countPresent(values: Float64Array): number {
  const n = values.length;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    a += values[i]! * 0;
    b += values[i + 1]! * 0;
    c += values[i + 2]! * 0;
    d += values[i + 3]! * 0;
  }
  for (; i < n; i++) a += values[i]! * 0;
  if (a + b + c + d === 0) return n;
  let present = 0;
  for (const value of values) if (!Number.isNaN(value)) present++;
  return present;
}

/** The positions of the values that are not NaN, ascending. */
export function presentPositions(values: Float64Array): Int32Array {
  const positions = new Int32Array(countPresent(values));
  let k = 0;
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i]!)) positions[k++] = i;
  return positions;
}

export function gather(values: Float64Array, positions: Int32Array): Float64Array {
  const gathered = new Float64Array(positions.length);
  for (let k = 0; k < positions.length; k++) gathered[k] = values[positions[k]!]!;
  return gathered;
}

/** Puts values back at their positions in a column of length n, NaN elsewhere. */
function scatter(values: Float64Array, positions: Int32Array, n: number): Float64Array {
  const scattered = new Float64Array(n).fill(Number.NaN);
  for (let k = 0; k < positions.length; k++) scattered[positions[k]!] = values[k]!;
  return scattered;
}

/** Computes over the bars with a close as if the others did not exist; without a missing bar nothing is copied. */
export function overValidBars<O extends string>(
  columns: IndicatorColumns,
  compute: (valid: IndicatorColumns) => Record<O, Float64Array>,
): Record<O, Float64Array> {
  const n = columns.close.length;
  if (countPresent(columns.close) === n) return compute(columns);
  const positions = presentPositions(columns.close);
  const outputs = compute({
    timeMs: gather(columns.timeMs, positions),
    high: gather(columns.high, positions),
    low: gather(columns.low, positions),
    close: gather(columns.close, positions),
    volume: gather(columns.volume, positions),
    ...(columns.session === undefined ? {} : { session: gather(columns.session, positions) }),
  });
  for (const name in outputs) outputs[name] = scatter(outputs[name], positions, n);
  return outputs;
}

/** A function of a column without NaN, applied to the values of a column that are not NaN and put back in their places. */
export function overValues(values: Float64Array, compute: (present: Float64Array) => Float64Array): Float64Array {
  const n = values.length;
  if (countPresent(values) === n) return compute(values);
  const positions = presentPositions(values);
  return scatter(compute(gather(values, positions)), positions, n);
}
