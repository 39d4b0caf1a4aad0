import { longest } from "./text.ts";

export interface TableColumn {
  readonly head: string;
  /** Text, which stands to the left; numbers stand to the right. */
  readonly left?: true;
  /** Left out where the line is too long, the highest number first. */
  readonly spare?: number;
  /** What stands above neighbours of the same group. */
  readonly group?: string;
  /** Paints a cell. @param cell as wide as the column */
  readonly paint?: (cell: string, row: number) => string;
}

/** A column with its cells, as wide as the widest of them. */
interface LaidColumn extends TableColumn {
  readonly cells: readonly string[];
  readonly width: number;
}

const GAP = 2;

/**
 * A table as lines of at most `width` characters; columns that may be spared are left out where they do not fit.
 * @returns `groups` is the line above the heads: each group over its columns, a rule behind its name; empty where there is none
 */
export function tableLines(
  columns: readonly (TableColumn & { readonly cells: readonly string[] })[],
  width: number,
): { readonly groups: string; readonly head: string; readonly rows: readonly string[] } {
  const all = columns.map((column) => ({ ...column, width: Math.max(column.head.length, longest(column.cells)) }));
  let laid = widened(all);
  while (spanOf(laid) > width) {
    const spared = all.reduce((most, { spare = 0 }, i) => (spare > (all[most]?.spare ?? 0) ? i : most), 0);
    if (all[spared]?.spare === undefined) break;
    all.splice(spared, 1);
    laid = widened(all);
  }
  const line = (text: (column: LaidColumn) => string, paint = (_column: LaidColumn, cell: string) => cell) =>
    laid
      .map((column) => paint(column, column.left ? text(column).padEnd(column.width) : text(column).padStart(column.width)))
      .join(" ".repeat(GAP))
      .trimEnd();
  return {
    groups: groupLine(laid),
    head: line(({ head }) => head),
    rows: (laid[0]?.cells ?? []).map((_, i) =>
      line(
        ({ cells }) => cells[i]!,
        ({ paint }, cell) => paint?.(cell, i) ?? cell,
      ),
    ),
  };
}

/** Columns with room for the names of their groups. */
function widened(columns: readonly LaidColumn[]): LaidColumn[] {
  return neighbours(columns).flatMap(([first, ...others]) => {
    const missing = (first.group ?? "").length - spanOf([first, ...others]);
    return missing > 0 ? [{ ...first, width: first.width + missing }, ...others] : [first, ...others];
  });
}

function groupLine(columns: readonly LaidColumn[]): string {
  const parts = neighbours(columns).map((own) => {
    const [{ group }] = own;
    const span = spanOf(own);
    return group === undefined ? " ".repeat(span) : `${group} `.padEnd(span, "─").slice(0, span);
  });
  return parts.join(" ".repeat(GAP)).trimEnd();
}

/** Columns side by side that are of the same group. */
function neighbours(columns: readonly LaidColumn[]): [LaidColumn, ...LaidColumn[]][] {
  const runs: [LaidColumn, ...LaidColumn[]][] = [];
  for (const column of columns) {
    const last = runs.at(-1);
    if (last !== undefined && last[0].group === column.group) last.push(column);
    else runs.push([column]);
  }
  return runs;
}

/** How many characters columns take side by side. */
function spanOf(columns: readonly LaidColumn[]): number {
  return columns.reduce((sum, { width }) => sum + width + GAP, -GAP);
}
