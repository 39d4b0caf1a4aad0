import type { RunSettings } from "../../core/requests/backtest.ts";
import { timeOf } from "../../core/run/answer.ts";
import type { Run } from "../../core/run/backtest.ts";
import { count, money, plain, shortPercent, shortTime } from "./numbers.ts";
import type { Styles } from "./style.ts";
import { marked, wrapped } from "./text.ts";

/** What a run and a sweep both rest on. */
export type Basis = Pick<Run, "bars" | "interval" | "warmupBars" | "origin">;

const BAR_WORDS = {
  "1m": "one-minute",
  "5m": "5-minute",
  "15m": "15-minute",
  "30m": "30-minute",
  "1h": "hourly",
  "1d": "daily",
  "1wk": "weekly",
  "1mo": "monthly",
} as const;

export const SIDES = { long: "long only", short: "short only", both: "long and short" } as const;

/** Fewer closed trades than this say little about the next ones. */
export const FEW_TRADES = 30;

/** How many trades were closed: `no closed trades`, `1 closed trade`. */
export function closedTrades(trades: number): string {
  return trades === 1 ? "1 closed trade" : `${trades === 0 ? "no" : count(trades)} closed trades`;
}

/** What a reader has to know of the engine and the bars, besides that the bars are made up. */
export function basisRemarks({ origin, warnings }: Pick<Run, "origin" | "warnings">, fallbackReason: string | null): string[] {
  return [
    ...(fallbackReason === null ? [] : [`the plain TypeScript engine was used: ${fallbackReason}`]),
    ...(origin.note === null || origin.synthetic ? [] : [origin.note]),
    ...warnings.map(({ message }) => message),
  ];
}

/** From when to when, how many bars of which kind, and whose. */
export function barsText({ bars, interval, warmupBars, origin }: Basis): string {
  const n = bars.close.length;
  const period = `${shortTime(timeOf({ bars, interval }, 0))} to ${shortTime(timeOf({ bars, interval }, n - 1))}`;
  const warmup = warmupBars > 0 ? `, ${count(warmupBars)} more as warm-up` : "";
  return `${period}, ${count(n)} ${BAR_WORDS[interval]} bars${warmup}, source ${origin.source}`;
}

/** The symbol with what was run on it, the bars, and a warning where they are made up. */
export function headingLines(basis: Basis, what: string, columns: number, style: Styles): string[] {
  const { symbol, synthetic, note } = basis.origin;
  const warning = synthetic ? markedIn(style.yellow, "SYNTHETIC", note ?? "made-up prices", columns) : [];
  return [...wrapped(`${symbol}  ${what}`, columns).map(style.bold), ...wrapped(barsText(basis), columns), ...warning];
}

/** What a fill costs; null where it costs nothing. */
export function costsText({ commission, commissionFixed, slippage }: RunSettings["execution"]): string | null {
  if (commission === 0 && commissionFixed === 0 && slippage === 0) return null;
  const fixed = commissionFixed > 0 ? ` + ${money(commissionFixed)}` : "";
  return `each fill costs commission ${shortPercent(commission)}${fixed} and slippage ${shortPercent(slippage)}`;
}

/** When orders are filled, and how large they are. */
export function fillsText({ fill, sizing }: RunSettings["execution"]): string {
  const size = {
    percent_equity: `${shortPercent(sizing.value)} of equity`,
    shares: `${plain(sizing.value)} shares`,
    cash: `${money(sizing.value)} in cash`,
  };
  return `fills ${fill === "close" ? "at the signal's own close" : "at the open after the signal"}, ${size[sizing.type]} a position`;
}

/** Under which settings the figures came about. */
export function assumptions(
  { execution, riskFree }: RunSettings,
  periodsPerYear: number,
  columns: number,
  style: Styles,
): string[] {
  const costs = costsText(execution) ?? "no commission or slippage: pass --commission 0.001 --slippage 0.0005";
  const how = `${fillsText(execution)}; figures with ${plain(periodsPerYear)} periods a year and ${shortPercent(riskFree)} risk-free`;
  return [costs, how].flatMap((text) => markedIn(style.dim, "-", text, columns));
}

/** A marked text with its mark painted. */
export function markedIn(paint: (text: string) => string, mark: string, text: string, columns: number): string[] {
  return marked(mark, text, columns).map((line, i) => (i === 0 ? paint(mark) + line.slice(mark.length) : line));
}

/** Blocks of lines, an empty line between them; ends with a line break. */
export function paragraphs(blocks: readonly (readonly string[])[]): string {
  const told = blocks.filter((lines) => lines.length > 0);
  return `${told.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}
