import type { TrialColumn, TrialTable } from "./table.ts";

/** True where a smaller figure is the better one. */
export function smallerIsBetter(column: TrialColumn): boolean {
  return column === "volatility_ann";
}

/** Trials by a figure, the best first: length grid.trials. Undefined figures come last, equal ones in grid order. */
export function rank({ columns }: TrialTable, objective: TrialColumn): Int32Array {
  return smallerIsBetter(objective) ? ascending(columns[objective]) : descending(columns[objective]);
}

/** Positions of the values from the smallest to the largest, NaN last, equal ones in the order they stand in. */
export function ascending(values: Float64Array): Int32Array {
  return sorted(values, 0);
}

/** Positions of the values from the largest to the smallest, NaN last, equal ones in the order they stand in. */
export function descending(values: Float64Array): Int32Array {
  return sorted(values, 0xffffffff);
}

const DIGITS = 1 << 16;

/**
 * A radix sort of doubles, 16 bits at a time from the lowest: stable, and linear in their number. A double's low word lies first in memory, as it does on
 * every runtime in use.
 * @param turned all bits to turn the order round, or none
 */
function sorted(values: Float64Array, turned: number): Int32Array {
  const n = values.length;
  const low = new Uint32Array(n);
  const high = new Uint32Array(n);
  const value = new Float64Array(1);
  const bits = new Uint32Array(value.buffer);
  for (let i = 0; i < n; i++) {
    // Of the two zeros one is left.
    value[0] = values[i]! + 0;
    // As whole numbers doubles are in order but for their sign, and negative ones run the other way.
    const flip = bits[1]! >>> 31 === 1 ? 0xffffffff : 0;
    const last = Number.isNaN(value[0]);
    low[i] = last ? 0xffffffff : bits[0]! ^ flip ^ turned;
    high[i] = last ? 0xffffffff : bits[1]! ^ (flip | 0x80000000) ^ turned;
  }
  let order = Int32Array.from(values, (_, i) => i);
  let next = new Int32Array(n);
  for (const [words, shift] of [
    [low, 0],
    [low, 16],
    [high, 0],
    [high, 16],
  ] as const) {
    const starts = new Int32Array(DIGITS + 1);
    for (let i = 0; i < n; i++) starts[((words[i]! >>> shift) & 0xffff) + 1]!++;
    for (let digit = 0; digit < DIGITS; digit++) starts[digit + 1]! += starts[digit]!;
    for (let i = 0; i < n; i++) {
      const position = order[i]!;
      next[starts[(words[position]! >>> shift) & 0xffff]!++] = position;
    }
    [order, next] = [next, order];
  }
  return order;
}
