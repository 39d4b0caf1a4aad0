import { EVENT_EXPIRED, EVENT_REJECTED_CASH, EVENT_REJECTED_SIZE, EVENT_RUIN } from "../../core/engine/abi.ts";
import { type Receipt, timeOf } from "../../core/run/answer.ts";
import type { Run } from "../../core/run/backtest.ts";
import { charts } from "./charts.ts";
import { figureTable } from "./figures.ts";
import { count, money, plain, shortPercent, shortTime } from "./numbers.ts";
import { type Styles, styles } from "./style.ts";
import { marked, wrapped } from "./text.ts";
import { tradeList } from "./trade-list.ts";

export interface ReportChoices {
  readonly receipt: Receipt;
  /** How many of the last trades to list. */
  readonly trades: number;
  /** Files that were written. */
  readonly written: readonly string[];
  readonly columns: number;
  readonly colours: boolean;
}

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
/** Fewer closed trades than this say little about the next ones. */
const FEW_TRADES = 30;

/** A run for people: what was run, its figures, its curves, and what to know before believing them. Ends with a line break. */
export function runReport(run: Run, { receipt, trades, written, columns, colours }: ReportChoices): string {
  const style = styles(colours);
  const blocks = [
    heading(run, columns, style),
    figureTable(run, columns, style),
    charts(run, columns, style),
    trades > 0 ? tradeList(run, trades, columns, style) : [],
    [...remarks(run, receipt).flatMap((text) => markedIn(style.yellow, "!", text, columns)), ...assumptions(run, columns, style)],
    footer(run, receipt, written, columns, style),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function heading(run: Run, columns: number, style: Styles): string[] {
  const { name, params, direction } = run.request.strategy;
  const values = Object.entries(params).map(([param, value]) => `${param} ${value}`);
  const sides = { long: "long only", short: "short only", both: "long and short" }[direction];
  const bars = run.bars.close.length;
  const period = `${shortTime(timeOf(run, 0))} to ${shortTime(timeOf(run, bars - 1))}`;
  const warmup = run.warmupBars > 0 ? `, ${count(run.warmupBars)} more as warm-up` : "";
  const details = `${period}, ${count(bars)} ${BAR_WORDS[run.interval]} bars${warmup}, source ${run.origin.source}`;
  const synthetic = run.origin.synthetic ? markedIn(style.yellow, "SYNTHETIC", run.origin.note ?? "made-up prices", columns) : [];
  const [first = "", ...rest] = wrapped(`${run.origin.symbol}  ${name} (${[...values, sides].join(", ")})`, columns);
  return [style.bold(first), ...rest.map(style.bold), ...wrapped(details, columns), ...synthetic];
}

/** What a reader has to know before believing the figures. */
function remarks(run: Run, { fallbackReason }: Receipt): string[] {
  const { kind } = run.simulation.events;
  const happened = (code: number) => kind.reduce((sum, each) => sum + Number(each === code), 0);
  const noCash = happened(EVENT_REJECTED_CASH);
  const noSize = happened(EVENT_REJECTED_SIZE);
  const trades = run.simulation.trades.pnl.length;
  const told = trades === 1 ? "1 closed trade" : `${trades === 0 ? "no" : trades} closed trades`;
  return [
    ...(trades < FEW_TRADES ? [`the figures rest on ${told}: too few to tell skill from luck`] : []),
    ...(happened(EVENT_RUIN) > 0 ? ["the equity fell to zero or below: the run was stopped there"] : []),
    ...(noCash > 0 ? [`${orders(noCash)} rejected for want of cash`] : []),
    ...(noSize > 0 ? [`${orders(noSize)} rejected because the size came to no whole unit`] : []),
    ...(happened(EVENT_EXPIRED) > 0 ? ["the last signal had no bar left to be filled in"] : []),
    ...openPosition(run),
    ...(fallbackReason === null ? [] : [`the plain TypeScript engine was used: ${fallbackReason}`]),
    ...(run.origin.note === null || run.origin.synthetic ? [] : [run.origin.note]),
    ...run.warnings.map(({ message }) => message),
  ];
}

function orders(number: number): string {
  return number === 1 ? "1 order was" : `${count(number)} orders were`;
}

function openPosition(run: Run): string[] {
  const left = run.simulation.openPosition;
  if (left === null) return [];
  const side = left.side > 0 ? "long" : "short";
  const since = shortTime(timeOf(run, left.entryBar));
  const profit = money(left.unrealizedPnl);
  return [
    `still open at the end: ${side} ${plain(left.quantity)} since ${since} at ${plain(left.entryPrice)}, ${profit} not realised; no closed trade holds it`,
  ];
}

function assumptions(run: Run, columns: number, style: Styles): string[] {
  const { commission, commissionFixed, slippage, fill, sizing } = run.request.execution;
  const free = commission === 0 && commissionFixed === 0 && slippage === 0;
  const fixed = commissionFixed > 0 ? ` + ${money(commissionFixed)}` : "";
  const costs = free
    ? "no commission or slippage: pass --commission 0.001 --slippage 0.0005"
    : `each fill costs commission ${shortPercent(commission)}${fixed} and slippage ${shortPercent(slippage)}`;
  const size = {
    percent_equity: `${shortPercent(sizing.value)} of equity`,
    shares: `${plain(sizing.value)} shares`,
    cash: `${money(sizing.value)} in cash`,
  };
  const when = fill === "close" ? "at the signal's own close" : "at the open after the signal";
  const how = `fills ${when}, ${size[sizing.type]} a position; figures with ${plain(run.periodsPerYear)} periods a year and ${shortPercent(run.request.riskFree)} risk-free`;
  return [costs, how].flatMap((text) => markedIn(style.dim, "-", text, columns));
}

function footer(run: Run, { runtimeSeconds }: Receipt, written: readonly string[], columns: number, style: Styles): string[] {
  const seconds = `${(runtimeSeconds * 1000).toFixed(1)} ms`;
  return [
    ...written.flatMap((path) => markedIn(style.dim, "wrote", path, columns)),
    style.dim(`engine ${run.engine.name} ${run.engine.version}, ${seconds}`),
    style.dim(`result ${run.resultHash}`),
  ];
}

/** A marked text with its mark painted. */
function markedIn(paint: (text: string) => string, mark: string, text: string, columns: number): string[] {
  return marked(mark, text, columns).map((line, i) => (i === 0 ? paint(mark) + line.slice(mark.length) : line));
}
