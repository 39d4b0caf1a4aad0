export interface TableColumn {
  readonly head: string;
  /** Text, which stands to the left; numbers stand to the right. */
  readonly left?: true;
  /** Left out where the line is too long, the highest number first. */
  readonly spare?: number;
}

/** A table as lines of at most `width` characters; columns that may be spared are left out where they do not fit. */
export function tableLines(
  columns: readonly (TableColumn & { readonly cells: readonly string[] })[],
  width: number,
): { readonly head: string; readonly rows: readonly string[] } {
  const laid = columns.map((column) => ({
    ...column,
    width: Math.max(column.head.length, ...column.cells.map((cell) => cell.length)),
  }));
  const length = () => laid.reduce((sum, column) => sum + column.width + 2, -2);
  while (length() > width) {
    const spare = laid.reduce((most, column, i) => ((column.spare ?? 0) > (laid[most]?.spare ?? 0) ? i : most), 0);
    if (laid[spare]?.spare === undefined) break;
    laid.splice(spare, 1);
  }
  const line = (text: (column: (typeof laid)[number]) => string) =>
    laid
      .map((column) => (column.left ? text(column).padEnd(column.width) : text(column).padStart(column.width)))
      .join("  ")
      .trimEnd();
  return { head: line(({ head }) => head), rows: (laid[0]?.cells ?? []).map((_, i) => line(({ cells }) => cells[i]!)) };
}
