import type { SweepRun } from "../../core/run/sweep.ts";
import type { TrialColumn } from "../../core/sweep/table.ts";
import type { Styles } from "./style.ts";
import { varied } from "./surface.ts";
import { type TableColumn, tableLines } from "./table.ts";
import { trialMetrics } from "./trial-metrics.ts";

/** Figures in the order of a table, those that a narrow one leaves out with the highest number first. */
const SHOWN: readonly (readonly [TrialColumn, spare?: number])[] = [
  ["sharpe", 4],
  ["cagr", 5],
  ["total_return", 1],
  ["max_drawdown", 2],
  ["trades", 3],
  ["win_rate", 6],
  ["profit_factor", 8],
  ["sortino", 9],
  ["calmar", 10],
  ["exposure", 7],
  ["volatility_ann", 11],
];

/** The best trials: the parameters that vary, the objective, then other figures as far as there is room. */
export function trialList({ table, order, request }: SweepRun, columns: number, style: Styles): string[] {
  const { grid } = table;
  const { objective } = request;
  const listed = order.subarray(0, request.top);
  if (listed.length === 0) return [];
  const free = varied(grid);
  const params = free.map((axis) => ({
    head: axis.name,
    cells: cellsOf(listed, (trial) => String(axis.values[grid.choices[trial * grid.axes.length + grid.axes.indexOf(axis)]!])),
  }));
  const figure = (name: TrialColumn, spare?: number): TableColumn & { readonly cells: string[] } => ({
    head: trialMetrics[name].label,
    cells: cellsOf(listed, (trial) => trialMetrics[name].format(table.columns[name][trial]!)),
    ...(spare === undefined ? {} : { spare }),
  });
  const others = SHOWN.filter(([name]) => name !== objective).map(([name, spare]) => figure(name, spare));
  const { head, rows } = tableLines([...params, figure(objective), ...others], columns);
  return [style.dim(head), ...rows];
}

function cellsOf(trials: Int32Array, cell: (trial: number) => string): string[] {
  return Array.from(trials, cell);
}
