import { colourScale } from "./colour-scale.ts";
import { type CellLook, colourCells, type DrawnCells, letterCells, numberCells } from "./map-cells.ts";
import type { CellPaint, Styles } from "./style.ts";
import { columnsOf, type Surface } from "./surface.ts";
import { longest } from "./text.ts";
import { axisTicks } from "./ticks.ts";
import { trialMetrics } from "./trial-metrics.ts";

export interface MapLook {
  readonly columns: number;
  readonly style: Styles;
  /** Null for a picture without colours. */
  readonly paint: CellPaint | null;
}

/**
 * A figure over two parameters for a terminal: x to the right, y upwards, blank where there is no value. Cells hold their numbers where those have room;
 * else they are colours, or letters where colours are not wanted, and where there are too many cells, each has the best of several.
 */
export function sweepMap(surface: Surface, { columns, style, paint }: MapLook): string[] {
  const { label, centre } = trialMetrics[surface.metric];
  const scale = colourScale(surface.values, centre);
  if (scale === null) return [style.dim(`${label} is undefined everywhere: there is nothing to draw`)];
  const name = surface.y?.name ?? "";
  const margin = Math.max(name.length, longest((surface.y?.values ?? []).map(String)));
  const look: CellLook = { room: columns - margin - 2, style, paint };
  const drawn =
    numberCells(surface, scale, look) ??
    (paint === null ? letterCells(surface, scale, look.room) : colourCells(surface, scale, look.room, paint));
  const labels = rowLabels(drawn);
  const { block } = drawn.surface;
  return [
    style.dim(name.padStart(margin)),
    ...drawn.lines.map((line, i) => style.dim(`${(labels.get(i) ?? "").padStart(margin)} ${labels.has(i) ? "┤" : "│"}`) + line),
    style.dim(`${" ".repeat(margin)} └${"─".repeat(columnsOf(drawn.surface) * drawn.width)}`),
    " ".repeat(margin + 2) + style.dim(columnLabels(drawn, look.room)),
    ...drawn.legend,
    ...(block.x * block.y > 1 ? [`a cell is the best of ${block.x} x ${block.y}`] : []),
  ];
}

/** The values of y beside their lines, by line from the top on. */
function rowLabels({ surface: { y, block }, stacked, lines }: DrawnCells): ReadonlyMap<number, string> {
  const values = y?.values ?? [];
  const most = values.length <= Math.min(lines.length, 12) ? values.length : Math.max(2, Math.floor(lines.length / 2));
  const ticks = axisTicks(values, most).reverse();
  return new Map(ticks.map((i) => [lines.length - 1 - Math.floor(i / block.y / stacked), String(values[i])]));
}

/** The values of x under the middles of their columns, as many as have room, and the parameter's name behind them. */
function columnLabels({ surface, width }: DrawnCells, room: number): string {
  const { x, block } = surface;
  const texts = x.values.map(String);
  const widest = longest(texts) + 2;
  const length = columnsOf(surface) * width;
  let line = "";
  for (const i of axisTicks(x.values, Math.max(2, Math.floor(length / widest)))) {
    const text = texts[i]!;
    const middle = (Math.floor(i / block.x) + 0.5) * width;
    const start = Math.max(0, Math.min(Math.floor(middle - text.length / 2), length - text.length));
    if (line === "" || start > line.length) line = line.padEnd(start) + text;
  }
  return line.length + 2 + x.name.length <= room ? `${line}  ${x.name}` : line;
}
