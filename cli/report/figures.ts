import type { Run } from "../../core/run/backtest.ts";
import { count, money, percent, ratio, UNDEFINED } from "./numbers.ts";
import type { Styles } from "./style.ts";
import { wrapped } from "./text.ts";

interface Figure {
  readonly label: string;
  readonly format: (value: number) => string;
  readonly value: (run: Run) => number;
  /** The same of buy and hold, where it is known. */
  readonly benchmark?: (run: Run) => number;
  /** Why it may be undefined, after "because". */
  readonly undefinedWhen: string;
}

const NO_TRADE = "no trade was closed";
const TOO_SHORT = "the run is too short";

/** A metric by its name in the answer; `twin` where buy and hold has one of the same name. */
function metric(label: string, name: string, format: (value: number) => string, undefinedWhen: string, twin = false): Figure {
  const figure = { label, format, undefinedWhen, value: (run: Run) => run.metrics[name] ?? Number.NaN };
  return twin ? { ...figure, benchmark: (run) => run.benchmark[name] ?? Number.NaN } : figure;
}

const GROWTH: readonly Figure[] = [
  {
    label: "Final equity",
    format: money,
    value: (run) => run.metrics.final_equity ?? Number.NaN,
    benchmark: (run) => run.benchmarkEquity[run.benchmarkEquity.length - 1] ?? Number.NaN,
    undefinedWhen: TOO_SHORT,
  },
  metric("Total return", "total_return", percent, TOO_SHORT, true),
  metric("CAGR", "cagr", percent, TOO_SHORT, true),
  metric("Volatility", "volatility_ann", percent, TOO_SHORT, true),
  metric("Max drawdown", "max_drawdown", percent, TOO_SHORT, true),
  metric("Sharpe", "sharpe", ratio, "returns do not vary", true),
  metric("Sortino", "sortino", ratio, "no return is below the target"),
  metric("Calmar", "calmar", ratio, "there is no drawdown"),
  metric("Exposure", "exposure", percent, TOO_SHORT),
];

const TRADES: readonly Figure[] = [
  metric("Closed trades", "trades", count, ""),
  metric("Win rate", "win_rate", percent, NO_TRADE),
  metric("Profit factor", "profit_factor", ratio, "no trade lost"),
  metric("Expectancy", "expectancy", money, NO_TRADE),
  metric("Average win", "avg_win", money, "no trade won"),
  metric("Average loss", "avg_loss", money, "no trade lost"),
  metric("Best trade", "best_trade_return", percent, NO_TRADE),
  metric("Worst trade", "worst_trade_return", percent, NO_TRADE),
  metric("Fees paid", "total_fees", money, NO_TRADE),
];

const LABEL = 14;
const GAP = "   ";

/** The figures of a run beside those of buy and hold, the trades to the right where there is room, then why figures are undefined. */
export function figureTable(run: Run, columns: number, style: Styles): string[] {
  const growth = GROWTH.map((figure) => [figure.format(figure.value(run)), figure.benchmark?.(run)] as const);
  const rows = growth.map(([own, held], i) => [own, held === undefined ? "" : GROWTH[i]!.format(held)] as const);
  const width = Math.max(12, ...rows.flat().map((cell) => cell.length + 1));
  const left = [
    style.dim(" ".repeat(LABEL) + "strategy".padStart(width) + "buy & hold".padStart(width)),
    ...rows.map(([own, held], i) => {
      const { label } = GROWTH[i]!;
      return label.padEnd(LABEL) + toned(label, own, own.padStart(width), style) + style.dim(held.padStart(width));
    }),
  ];
  const cells = TRADES.map((figure) => figure.format(figure.value(run)));
  const rightWidth = Math.max(12, ...cells.map((cell) => cell.length + 1));
  const right = [
    style.dim("trades".padStart(LABEL + rightWidth)),
    ...TRADES.map(({ label }, i) => label.padEnd(LABEL) + cells[i]!.padStart(rightWidth)),
  ];
  const beside = LABEL + 2 * width + GAP.length + LABEL + rightWidth <= columns;
  const table = beside ? left.map((line, i) => `${line}${GAP}${right[i] ?? ""}`) : [...left, "", ...right];
  return [
    ...table,
    ...undefinedNotes(run)
      .flatMap((note) => wrapped(note, columns))
      .map(style.dim),
  ];
}

function toned(label: string, text: string, cell: string, style: Styles): string {
  if (label !== "Total return" && label !== "CAGR") return cell;
  return text.startsWith("-") ? style.red(cell) : text === UNDEFINED || !/[1-9]/.test(text) ? cell : style.green(cell);
}

/** One note for each reason, naming the figures it leaves undefined. */
function undefinedNotes(run: Run): string[] {
  const reasons = new Map<string, string[]>();
  const tradeless = run.metrics.trades === 0;
  for (const figure of [...GROWTH, ...TRADES]) {
    if (!Number.isNaN(figure.value(run))) continue;
    const reason = tradeless && TRADES.includes(figure) ? NO_TRADE : figure.undefinedWhen;
    reasons.set(reason, [...(reasons.get(reason) ?? []), figure.label]);
  }
  return Array.from(reasons, ([reason, labels]) => `n/a because ${reason}: ${labels.join(", ")}`);
}
