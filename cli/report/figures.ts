import type { Figures } from "../../core/run/backtest.ts";
import { count, money, percent, ratio } from "./numbers.ts";
import { bySign, type Styles } from "./style.ts";
import { longest, wrapped } from "./text.ts";

/** Metrics by their names in the answer, and those of buy and hold where they stand beside them. */
export interface Figured {
  readonly metrics: Figures;
  readonly held: Figures | null;
}

interface Figure {
  readonly label: string;
  readonly name: string;
  readonly format: (value: number) => string;
  /** Buy and hold has it too. */
  readonly twin: boolean;
  /** Why it may be undefined, after "because". */
  readonly undefinedWhen: string;
}

const NO_TRADE = "no trade was closed";
const TOO_SHORT = "the run is too short";

function metric(label: string, name: string, format: (value: number) => string, undefinedWhen: string, twin = false): Figure {
  return { label, name, format, twin, undefinedWhen };
}

const GROWTH: readonly Figure[] = [
  metric("Final equity", "final_equity", money, TOO_SHORT, true),
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

/** Figures whose sign is coloured. */
const COLOURED = ["Total return", "CAGR"];
const LABEL = 14;
const GAP = "   ";

/** Figures beside those of buy and hold, the trades to the right where there is room, then why figures are undefined. */
export function figureTable({ metrics, held }: Figured, columns: number, style: Styles): string[] {
  const shown = ({ format, name }: Figure, figures: Figures) => format(figures[name] ?? Number.NaN);
  const own = GROWTH.map((figure) => shown(figure, metrics));
  const others = held === null ? null : GROWTH.map((figure) => (figure.twin ? shown(figure, held) : ""));
  const width = Math.max(12, longest([...own, ...(others ?? [])]) + 1);
  const left = GROWTH.map(({ label }, i) => {
    const cell = own[i]!.padStart(width);
    const toned = COLOURED.includes(label) ? bySign(style, own[i]!, cell) : cell;
    return label.padEnd(LABEL) + toned + (others === null ? "" : style.dim(others[i]!.padStart(width)));
  });
  const cells = TRADES.map((figure) => shown(figure, metrics));
  const rightWidth = Math.max(12, longest(cells) + 1);
  const right = TRADES.map(({ label }, i) => label.padEnd(LABEL) + cells[i]!.padStart(rightWidth));
  if (others !== null) {
    left.unshift(style.dim(" ".repeat(LABEL) + "strategy".padStart(width) + "buy & hold".padStart(width)));
    right.unshift(style.dim("trades".padStart(LABEL + rightWidth)));
  }
  const leftWidth = LABEL + (others === null ? 1 : 2) * width;
  const beside = leftWidth + GAP.length + LABEL + rightWidth <= columns;
  const table = beside ? left.map((line, i) => `${line}${GAP}${right[i] ?? ""}`) : [...left, "", ...right];
  return [
    ...table,
    ...undefinedNotes(metrics)
      .flatMap((note) => wrapped(note, columns))
      .map(style.dim),
  ];
}

/** One note for each reason, naming the figures it leaves undefined. */
function undefinedNotes(metrics: Figures): string[] {
  const reasons = new Map<string, string[]>();
  const tradeless = metrics.trades === 0;
  for (const figure of [...GROWTH, ...TRADES]) {
    if (!Number.isNaN(metrics[figure.name] ?? Number.NaN)) continue;
    const reason = tradeless && TRADES.includes(figure) ? NO_TRADE : figure.undefinedWhen;
    reasons.set(reason, [...(reasons.get(reason) ?? []), figure.label]);
  }
  return Array.from(reasons, ([reason, labels]) => `n/a because ${reason}: ${labels.join(", ")}`);
}
