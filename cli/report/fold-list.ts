import { timeOf } from "../../core/run/answer.ts";
import type { TrialFigures } from "../../core/run/fold-choice.ts";
import type { FoldRun, WalkForwardRun } from "../../core/run/walk-forward.ts";
import type { BarWindow } from "../../core/sweep/folds.ts";
import { paramsOf } from "../../core/sweep/grid.ts";
import type { TrialColumn } from "../../core/sweep/table.ts";
import { shortTime } from "./numbers.ts";
import { bySign, type Styles } from "./style.ts";
import { varied } from "./surface.ts";
import { type TableColumn, tableLines } from "./table.ts";
import { trialMetrics } from "./trial-metrics.ts";
import { foldCount } from "./walk-forward-facts.ts";

/** Of more folds than these, the last are listed. */
const LISTED = 40;
/** In the place of what a fold without a choice lacks. */
const NONE = "-";

type Spares = readonly [inSample: number, outOfSample: number];

/** The figures of a window in the order of the table, those that a narrow one leaves out with the highest number first; 0 stays. */
const SHOWN: readonly (readonly [TrialColumn, head: string, Spares])[] = [
  ["sharpe", "Sharpe", [2, 1]],
  ["total_return", "Return", [4, 0]],
  ["max_drawdown", "Drawdown", [5, 3]],
  ["trades", "Trades", [11, 8]],
];

interface Column extends TableColumn {
  readonly cell: (fold: FoldRun) => string;
}

/** The folds: what each chose, what that came to where it was chosen, and on the bars after. */
export function foldList(run: WalkForwardRun, columns: number, style: Styles): string[] {
  const first = Math.max(0, run.folds.length - LISTED);
  const folds = run.folds.slice(first);
  const all = foldCount(run.folds.length);
  const title = first === 0 ? all : `The last ${LISTED} of ${all}; --csv has all`;
  const { groups, head, rows } = tableLines(
    [...chosenColumns(run), ...windowColumns(run, "in sample", style), ...windowColumns(run, "out of sample", style)].map(
      ({ cell, ...column }) => ({ ...column, cells: folds.map(cell) }),
    ),
    columns,
  );
  return [style.bold(title), style.dim(groups), style.dim(head), ...rows];
}

function chosenColumns({ request: { grid } }: WalkForwardRun): Column[] {
  return varied(grid).map(({ name }) => ({
    head: name,
    cell: ({ choice }) => (choice === null ? NONE : String(paramsOf(grid, choice.trial)[name])),
  }));
}

function windowColumns(run: WalkForwardRun, group: "in sample" | "out of sample", style: Styles): Column[] {
  const own = group === "out of sample";
  const windowOf = (fold: FoldRun): BarWindow => (own ? fold.outOfSample : fold.inSample);
  const figuresOf = (fold: FoldRun): TrialFigures | null => (own ? fold.outOfSampleFigures : (fold.choice?.figures ?? null));
  const time = (bar: number) => shortTime(timeOf(run, bar));
  const { objective } = run.request;
  const listed = SHOWN.some(([name]) => name === objective);
  const ranked: typeof SHOWN = listed ? [] : [[objective, trialMetrics[objective].label, [1, 2]]];
  return [
    { group, head: "from", left: true, ...spareOf(own ? 0 : 7), cell: (fold) => time(windowOf(fold).from) },
    { group, head: "to", left: true, ...spareOf(own ? 9 : 10), cell: (fold) => time(windowOf(fold).to - 1) },
    ...[...ranked, ...SHOWN].map(([name, head, spares]): Column => {
      const cell = (fold: FoldRun) => {
        const figures = figuresOf(fold);
        return figures === null ? NONE : trialMetrics[name].format(figures[name]);
      };
      const painted = own && name === "total_return" ? { paint: (text: string) => bySign(style, text.trim(), text) } : {};
      return { group, head, cell, ...spareOf(spares[own ? 1 : 0]), ...painted };
    }),
  ];
}

function spareOf(spare: number): { readonly spare?: number } {
  return spare === 0 ? {} : { spare };
}
