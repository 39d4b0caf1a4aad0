import { drawdowns, timeOf } from "../../core/run/answer.ts";
import type { Run } from "../../core/run/backtest.ts";
import { brailleArea, brailleCurve } from "./braille.ts";
import { money, percent, shortTime } from "./numbers.ts";
import type { Styles } from "./style.ts";

const EQUITY_ROWS = 6;
const DRAWDOWN_ROWS = 3;
/** A curve that spans more than this is shown on a log scale: equal steps are equal returns. */
const LOG_SPAN = 5;

/** Bars, and the equity at their closes with the starting capital before it. */
type Curved = Pick<Run, "bars" | "interval" | "curve">;

/** Equity and drawdown over all bars, as wide as the terminal, with the extremes at the side and the dates below. */
export function charts(run: Curved, columns: number, style: Styles): string[] {
  const equity = run.curve.subarray(1);
  const falls = drawdowns(run.curve);
  const [low, high] = extremes(equity);
  const deepest = extremes(falls)[0];
  const log = low > 0 && high / low > LOG_SPAN;
  const labels = { low: money(low), high: money(high), flat: percent(0), deepest: percent(deepest) };
  const margin = Math.max(...Object.values(labels).map((label) => label.length));
  const width = columns - margin - 3;
  const scale = log ? Math.log : (value: number) => value;

  const curve = brailleCurve(equity.map(scale), { columns: width, rows: EQUITY_ROWS, low: scale(low), high: scale(high) });
  const area = brailleArea(falls, { columns: width, rows: DRAWDOWN_ROWS, low: Math.min(deepest, 0), high: 0 });
  const title = log ? "Equity, log scale" : "Equity";
  return [
    style.bold(title),
    ...framed(curve.map(style.cyan), labels.high, labels.low, margin, style),
    style.bold("Drawdown"),
    ...framed(area.map(style.red), labels.flat, labels.deepest, margin, style),
    dateAxis(run, width, " ".repeat(margin + 3), style),
  ];
}

function extremes(values: Float64Array): readonly [low: number, high: number] {
  let low = Number.NaN;
  let high = Number.NaN;
  for (const value of values) {
    if (!(value >= low)) low = value;
    if (!(value <= high)) high = value;
  }
  return [low, high];
}

function framed(lines: readonly string[], top: string, bottom: string, margin: number, style: Styles): string[] {
  return lines.map((line, row) => {
    const label = row === 0 ? top : row === lines.length - 1 ? bottom : "";
    return `${label.padStart(margin)} ${style.dim(label === "" ? "│" : "┤")} ${line}`;
  });
}

/** The first and the last time under the ends of the charts, the one in the middle between them where there is room. */
function dateAxis(run: Curved, width: number, indent: string, style: Styles): string {
  const n = run.bars.close.length;
  const first = shortTime(timeOf(run, 0));
  const last = shortTime(timeOf(run, n - 1));
  const middle = shortTime(timeOf(run, n >> 1));
  if (n === 1 || width < first.length + last.length + 2) return indent + style.dim(first);
  const left = Math.floor((width - middle.length) / 2) - first.length;
  const right = width - first.length - left - middle.length - last.length;
  const roomy = n > 2 && left >= 2 && right >= 2;
  const between = roomy ? " ".repeat(left) + middle + " ".repeat(right) : " ".repeat(width - first.length - last.length);
  return indent + style.dim(first + between + last);
}
