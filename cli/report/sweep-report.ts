import type { SweepRun } from "../../core/run/sweep.ts";
import type { SweepReceipt } from "../../core/run/sweep-answer.ts";
import { paramsOf } from "../../core/sweep/grid.ts";
import { givenParameter } from "../flag-names.ts";
import { assumptions, basisRemarks, closedTrades, FEW_TRADES, headingLines, markedIn, paragraphs, SIDES } from "./facts.ts";
import { count, seconds } from "./numbers.ts";
import { cellPaint, type Styles, styles } from "./style.ts";
import { surfaceOf, type View, varied } from "./surface.ts";
import { sweepBars } from "./sweep-bars.ts";
import { axisText, bestTrial, luckDetails, luckText, surfaceText, trialsText } from "./sweep-facts.ts";
import { sweepMap } from "./sweep-map.ts";
import { wrapped } from "./text.ts";
import { trialList } from "./trial-list.ts";
import { trialMetrics } from "./trial-metrics.ts";

export interface SweepReportChoices {
  readonly receipt: SweepReceipt;
  /** Null where no parameter varies: there is no picture then. */
  readonly view: View | null;
  /** Files that were written. */
  readonly written: readonly string[];
  readonly columns: number;
  readonly colours: boolean;
  readonly colourBits: number;
}

/** A sweep for people: what was swept, the best trials, a picture of all, and what to know before believing the best. Ends with a line break. */
export function sweepReport(run: SweepRun, choices: SweepReportChoices): string {
  const { columns, colours } = choices;
  const style = styles(colours);
  return paragraphs([
    heading(run, choices.receipt, columns, style),
    ranking(run, columns, style),
    picture(run, choices, style),
    [
      ...remarks(run, choices.receipt).flatMap((text) => markedIn(style.yellow, "!", text, columns)),
      ...assumptions(run.request, run.periodsPerYear, columns, style),
      ...next(run, columns, style),
    ],
    [...choices.written.flatMap((path) => markedIn(style.dim, "wrote", path, columns)), style.dim(`result ${run.resultHash}`)],
  ]);
}

function heading(run: SweepRun, receipt: SweepReceipt, columns: number, style: Styles): string[] {
  const { strategy, direction, grid } = run.request;
  const swept = [...grid.axes.map(axisText), SIDES[direction]].join(", ");
  const { runtimeSeconds } = receipt;
  const speed = runtimeSeconds > 0 ? `, ${count(grid.trials / runtimeSeconds)} trials a second` : "";
  const done = `${trialsText(run)}, in ${seconds(runtimeSeconds)}${speed} (kernel ${run.trials.kernel}, engine ${run.engine.name} ${run.engine.version})`;
  return [...headingLines(run, `${strategy} sweep: ${swept}`, columns, style), ...wrapped(done, columns)];
}

function ranking(run: SweepRun, columns: number, style: Styles): string[] {
  const { trials } = run.table.grid;
  const { objective, top } = run.request;
  const { label } = trialMetrics[objective];
  const lines = trialList(run, columns, style);
  const title = top < trials ? `The best ${count(top)} of ${count(trials)} trials by ${label}` : `All trials by ${label}`;
  const luck = luckText(run);
  return [
    ...(lines.length === 0 ? [] : [...wrapped(title, columns).map(style.bold), ...lines]),
    ...(luck === null ? [] : markedIn(style.yellow, "!", luck, columns)),
    ...luckDetails(run).flatMap((text) => markedIn(style.dim, " ", text, columns)),
  ];
}

function picture(run: SweepRun, { view, columns, colours, colourBits }: SweepReportChoices, style: Styles): string[] {
  if (view === null) return [];
  const surface = surfaceOf(run.table, bestTrial(run), view);
  const look = { columns, style, paint: colours ? cellPaint(colourBits) : null };
  const drawn = surface.y === null ? sweepBars(surface, look) : sweepMap(surface, look);
  return [...wrapped(surfaceText(surface), columns).map(style.bold), ...drawn];
}

/** What a reader has to know before believing the figures. */
function remarks(run: SweepRun, { fallbackReason }: SweepReceipt): string[] {
  const { table, request } = run;
  const best = bestTrial(run);
  const { label } = trialMetrics[request.objective];
  const closed = best === null ? null : table.columns.trades[best]!;
  const idle = table.columns.trades.reduce((sum, trades) => sum + Number(trades === 0), 0);
  return [
    ...(best === null ? [`${label} is undefined for every trial: there is no best one`] : []),
    ...(closed !== null && closed < FEW_TRADES
      ? [`the best trial rests on ${closedTrades(closed)}: too few to tell skill from luck`]
      : []),
    ...(idle > 0 ? [`${idle === 1 ? "1 trial" : `${count(idle)} trials`} closed no trade`] : []),
    ...basisRemarks(run, fallbackReason),
  ];
}

/** How to see the best trial by itself. */
function next(run: SweepRun, columns: number, style: Styles): string[] {
  const best = bestTrial(run);
  const { grid } = run.table;
  if (best === null || grid.trials === 1) return [];
  const values = paramsOf(grid, best);
  const flags = varied(grid).map(({ name }) => givenParameter(name, String(values[name])));
  return markedIn(style.dim, "-", `the best by itself: backgrid run with the same settings and ${flags.join(" ")}`, columns);
}
