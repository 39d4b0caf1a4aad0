import type { WalkForwardRun } from "../../core/run/walk-forward.ts";
import type { WalkForwardReceipt } from "../../core/run/walk-forward-answer.ts";
import { charts } from "./charts.ts";
import { assumptions, basisRemarks, headingLines, markedIn, paragraphs, SIDES } from "./facts.ts";
import { figureTable } from "./figures.ts";
import { foldList } from "./fold-list.ts";
import { count, seconds } from "./numbers.ts";
import { type Styles, styles } from "./style.ts";
import { axisText } from "./sweep-facts.ts";
import { wrapped } from "./text.ts";
import { foldAssumptions, foldsText, plainWords, walkForwardRemarks } from "./walk-forward-facts.ts";

export interface WalkForwardReportChoices {
  readonly receipt: WalkForwardReceipt;
  /** Files that were written. */
  readonly written: readonly string[];
  readonly columns: number;
  readonly colours: boolean;
}

/** A walk-forward for people: the folds, the out-of-sample windows as one, what they say in plain words, and what to know before believing them. Ends with a line break. */
export function walkForwardReport(run: WalkForwardRun, { receipt, written, columns, colours }: WalkForwardReportChoices): string {
  const style = styles(colours);
  const noted = (paint: (text: string) => string, mark: string) => (text: string) => markedIn(paint, mark, text, columns);
  const { metrics } = run;
  return paragraphs([
    heading(run, receipt, columns, style),
    foldList(run, columns, style),
    [
      ...wrapped("Out of sample, all folds as one", columns).map(style.bold),
      ...figureTable({ metrics, held: null }, columns, style),
    ],
    charts({ ...run, bars: run.outOfSampleBars }, columns, style),
    [style.bold("In plain words"), ...plainWords(run).flatMap(noted(style.cyan, "-"))],
    [
      ...[...walkForwardRemarks(run), ...basisRemarks(run, receipt.fallbackReason)].flatMap(noted(style.yellow, "!")),
      ...assumptions(run.request, run.periodsPerYear, columns, style),
      ...foldAssumptions(run).flatMap(noted(style.dim, "-")),
    ],
    [...written.flatMap(noted(style.dim, "wrote")), style.dim(`result ${run.resultHash}`)],
  ]);
}

function heading(run: WalkForwardRun, { runtimeSeconds }: WalkForwardReceipt, columns: number, style: Styles): string[] {
  const { strategy, direction, grid } = run.request;
  const walked = [...grid.axes.map(axisText), SIDES[direction]].join(", ");
  const trials = count(grid.trials * run.folds.length);
  const done = `${foldsText(run)}; ${trials} trials in ${seconds(runtimeSeconds)} (engine ${run.engine.name} ${run.engine.version})`;
  return [...headingLines(run, `${strategy} walk-forward: ${walked}`, columns, style), ...wrapped(done, columns)];
}
