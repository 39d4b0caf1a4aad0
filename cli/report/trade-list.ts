import { REASONS, timeOf } from "../../core/run/answer.ts";
import type { Run } from "../../core/run/backtest.ts";
import { count, money, percent, price, shortTime } from "./numbers.ts";
import type { Styles } from "./style.ts";
import { type TableColumn, tableLines } from "./table.ts";

interface Column extends TableColumn {
  readonly cell: (run: Run, k: number) => string;
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

  const { head, rows } = tableLines(
    COLUMNS.map((column) => ({ ...column, cells: Array.from({ length: total - first }, (_, i) => column.cell(run, first + i)) })),
    columns,
  );
  return [style.bold(title), style.dim(head), ...rows];
}
