import type { ParamValue } from "../../core/strategies/strategy.ts";
import { TRIAL_COLUMNS, type TrialColumn, type TrialTable } from "../../core/sweep/table.ts";
import type { Cell, Surface } from "./surface.ts";

interface Told {
  readonly metric?: TrialColumn;
  readonly best?: Cell | null;
  readonly x?: readonly ParamValue[];
  readonly y?: readonly ParamValue[];
}

/** A surface over fast and slow from its rows, the lowest first; null is no value. */
export function surfaceOfRows(
  rows: readonly (readonly (number | null)[])[],
  { metric = "sharpe", best = null, x, y }: Told = {},
): Surface {
  const width = rows[0]?.length ?? 0;
  const count = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
  return {
    metric,
    x: { name: "fast", values: x ?? count(width) },
    y: { name: "slow", values: y ?? count(rows.length) },
    values: Float64Array.from(rows.flat(), (value) => value ?? Number.NaN),
    best,
    others: [],
    block: { x: 1, y: 1 },
  };
}

/** A surface along fast alone. */
export function profileOf(values: readonly (number | null)[], told: Told = {}): Surface {
  return { ...surfaceOfRows([values], told), y: null };
}

/** A table of every combination of these axes, whose figures all are what `figure` says of a trial. */
export function tableOf(
  axes: Readonly<Record<string, readonly ParamValue[]>>,
  figure: (trial: number) => number,
  skip: (params: readonly ParamValue[]) => boolean = () => false,
): TrialTable {
  const listed = Object.entries(axes).map(([name, values]) => ({ name, values }));
  let rows: number[][] = [[]];
  for (const { values } of listed) rows = rows.flatMap((row) => values.map((_, i) => [...row, i]));
  const kept = rows.filter((row) => !skip(row.map((i, k) => listed[k]!.values[i]!)));
  const column = Float64Array.from(kept, (_, trial) => figure(trial));
  const columns = Object.fromEntries(TRIAL_COLUMNS.map((name) => [name, column])) as Record<TrialColumn, Float64Array>;
  const grid = { axes: listed, trials: kept.length, skipped: rows.length - kept.length, choices: Int32Array.from(kept.flat()) };
  return { grid, columns };
}
