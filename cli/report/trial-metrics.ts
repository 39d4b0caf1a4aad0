import type { TrialColumn } from "../../core/sweep/table.ts";
import type { ColourScale } from "./colour-scale.ts";
import { count, percent, plain, ratio, shortPercent } from "./numbers.ts";

/** How a column of a sweep's trials is shown. */
export interface TrialMetric {
  readonly label: string;
  readonly format: (value: number) => string;
  /** As few characters as a cell of a map has room for. */
  readonly brief: (value: number) => string;
  /** A round value beside a scale. */
  readonly tick: (value: number) => string;
  /** The value that parts good from bad; null where there is none. */
  readonly centre: number | null;
}

function fraction(label: string, centre: number | null): TrialMetric {
  return { label, format: percent, brief: briefPercent, tick: shortPercent, centre };
}

function quotient(label: string, centre: number): TrialMetric {
  return { label, format: ratio, brief: ratio, tick: plain, centre };
}

export const trialMetrics: Readonly<Record<TrialColumn, TrialMetric>> = {
  total_return: fraction("Total return", 0),
  cagr: fraction("CAGR", 0),
  sharpe: quotient("Sharpe", 0),
  sortino: quotient("Sortino", 0),
  volatility_ann: fraction("Volatility", null),
  max_drawdown: fraction("Max drawdown", null),
  calmar: quotient("Calmar", 0),
  trades: { label: "Trades", format: count, brief: count, tick: count, centre: null },
  win_rate: fraction("Win rate", null),
  profit_factor: quotient("Profit factor", 1),
  exposure: fraction("Exposure", null),
};

/** What a scale leaves out; null where nothing lies beyond its ends. */
export function beyondText({ low, high, lowest, highest }: ColourScale, metric: TrialColumn): string | null {
  const { format } = trialMetrics[metric];
  const below = lowest < low ? [`the lowest is ${format(lowest)}`] : [];
  const above = highest > high ? [`the highest is ${format(highest)}`] : [];
  return below.length + above.length === 0 ? null : `a few lie beyond the scale: ${[...below, ...above].join(", ")}`;
}

/** A fraction in percent with two or three digits: 0.153 is `15%`, 0.0153 is `1.5%`. */
function briefPercent(value: number): string {
  const size = Math.abs(value) * 100;
  return `${(value * 100).toFixed(size < 9.95 ? 1 : 0)}%`.replace(/^-(?=[0.]+%$)/, "");
}
