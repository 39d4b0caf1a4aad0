import { REASONS, timeOf } from "../../core/run/answer.ts";
import type { Run } from "../../core/run/backtest.ts";
import { count, money, percent, price, shortTime } from "./numbers.ts";
import type { Styles } from "./style.ts";

interface Column {
  readonly head: string;
  readonly cell: (run: Run, k: number) => string;
  readonly left?: true;
  /** Left out where the line is too long, the highest number first. */
  readonly spare?: number;
}

const COLUMNS: readonly Column[] = [
  { head: "entry", left: true, cell: (run, k) => shortTime(timeOf(run, run.simulation.trades.entryBar[k]!)) },
  { head: "exit", left: true, cell: (run, k) => shortTime(timeOf(run, run.simulation.trades.exitBar[k]!)) },
  { head: "side", left: true, cell: (run, k) => (run.simulation.trades.side[k]! > 0 ? "long" : "short") },
  { head: "quantity", spare: 4, cell: (run, k) => price(run.simulation.trades.quantity[k]!) },
  { head: "entry at", spare: 2, cell: (run, k) => price(run.simulation.trades.entryPrice[k]!) },
  { head: "exit at", spare: 1, cell: (run, k) => price(run.simulation.trades.exitPrice[k]!) },
  { head: "fees", spare: 5, cell: (run, k) => money(run.simulation.trades.fees[k]!) },
  { head: "profit", cell: (run, k) => money(run.simulation.trades.pnl[k]!) },
  { head: "return", cell: (run, k) => percent(run.simulation.trades.return[k]!) },
  { head: "bars", spare: 6, cell: (run, k) => count(run.simulation.trades.exitBar[k]! - run.simulation.trades.entryBar[k]!) },
  { head: "why", left: true, spare: 3, cell: (run, k) => REASONS[run.simulation.trades.reason[k]!]!.replaceAll("_", " ") },
];

/** The last `most` closed trades, oldest first; columns that do not fit are left out. */
export function tradeList(run: Run, most: number, columns: number, style: Styles): string[] {
  const total = run.simulation.trades.pnl.length;
  const first = Math.max(0, total - most);
  if (total === 0) return [style.bold("No trade was closed")];
  const all = total === 1 ? "1 closed trade" : `${count(total)} closed trades`;
  const title = first === 0 ? all : `The last ${count(total - first)} of ${all}`;

  const laid = COLUMNS.map((column) => {
    const cells = Array.from({ length: total - first }, (_, i) => column.cell(run, first + i));
    return { ...column, cells, width: Math.max(column.head.length, ...cells.map((cell) => cell.length)) };
  });
  const length = () => laid.reduce((sum, { width }) => sum + width + 2, -2);
  while (length() > columns) {
    const spare = laid.reduce((most, column, i) => ((column.spare ?? 0) > (laid[most]?.spare ?? 0) ? i : most), 0);
    if (laid[spare]?.spare === undefined) break;
    laid.splice(spare, 1);
  }
  const line = (text: (column: (typeof laid)[number]) => string) =>
    laid
      .map((column) => (column.left ? text(column).padEnd(column.width) : text(column).padStart(column.width)))
      .join("  ")
      .trimEnd();
  return [
    style.bold(title),
    style.dim(line(({ head }) => head)),
    ...Array.from({ length: total - first }, (_, i) => line(({ cells }) => cells[i]!)),
  ];
}
