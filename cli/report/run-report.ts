import { EVENT_EXPIRED, EVENT_REJECTED_CASH, EVENT_REJECTED_SIZE, EVENT_RUIN } from "../../core/engine/abi.ts";
import { type Receipt, timeOf } from "../../core/run/answer.ts";
import type { Run } from "../../core/run/backtest.ts";
import { charts } from "./charts.ts";
import { assumptions, basisRemarks, closedTrades, FEW_TRADES, headingLines, markedIn, paragraphs, SIDES } from "./facts.ts";
import { type Figured, figureTable } from "./figures.ts";
import { count, money, plain, shortTime } from "./numbers.ts";
import { type Styles, styles } from "./style.ts";
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

/** A run for people: what was run, its figures, its curves, and what to know before believing them. Ends with a line break. */
export function runReport(run: Run, { receipt, trades, written, columns, colours }: ReportChoices): string {
  const style = styles(colours);
  const blocks = [
    heading(run, columns, style),
    figureTable(figured(run), columns, style),
    charts(run, columns, style),
    trades > 0 ? tradeList(run, trades, columns, style) : [],
    [
      ...remarks(run, receipt).flatMap((text) => markedIn(style.yellow, "!", text, columns)),
      ...assumptions(run.request, run.periodsPerYear, columns, style),
    ],
    footer(run, receipt, written, columns, style),
  ];
  return paragraphs(blocks);
}

function heading(run: Run, columns: number, style: Styles): string[] {
  const { name, params, direction } = run.request.strategy;
  const values = Object.entries(params).map(([param, value]) => `${param} ${value}`);
  return headingLines(run, `${name} (${[...values, SIDES[direction]].join(", ")})`, columns, style);
}

/** The figures of a run, and those of buy and hold. */
function figured({ metrics, benchmark, benchmarkEquity }: Run): Figured {
  return { metrics, held: { ...benchmark, final_equity: benchmarkEquity.at(-1) ?? Number.NaN } };
}

/** What a reader has to know before believing the figures. */
function remarks(run: Run, { fallbackReason }: Receipt): string[] {
  const { kind } = run.simulation.events;
  const happened = (code: number) => kind.reduce((sum, each) => sum + Number(each === code), 0);
  const noCash = happened(EVENT_REJECTED_CASH);
  const noSize = happened(EVENT_REJECTED_SIZE);
  const trades = run.simulation.trades.pnl.length;
  return [
    ...(trades < FEW_TRADES ? [`the figures rest on ${closedTrades(trades)}: too few to tell skill from luck`] : []),
    ...(happened(EVENT_RUIN) > 0 ? ["the equity fell to zero or below: the run was stopped there"] : []),
    ...(noCash > 0 ? [`${orders(noCash)} rejected for want of cash`] : []),
    ...(noSize > 0 ? [`${orders(noSize)} rejected because the size came to no whole unit`] : []),
    ...(happened(EVENT_EXPIRED) > 0 ? ["the last signal had no bar left to be filled in"] : []),
    ...openPosition(run),
    ...basisRemarks(run, fallbackReason),
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

function footer(run: Run, { runtimeSeconds }: Receipt, written: readonly string[], columns: number, style: Styles): string[] {
  const seconds = `${(runtimeSeconds * 1000).toFixed(1)} ms`;
  return [
    ...written.flatMap((path) => markedIn(style.dim, "wrote", path, columns)),
    style.dim(`engine ${run.engine.name} ${run.engine.version}, ${seconds}`),
    style.dim(`result ${run.resultHash}`),
  ];
}
