import { type ColourScale, colourScale, hexOf, isLight } from "../report/colour-scale.ts";
import { coarser, columnsOf, rowsOf, type Surface } from "../report/surface.ts";
import { axisTicks } from "../report/ticks.ts";
import { beyondText, trialMetrics } from "../report/trial-metrics.ts";
import { colourBar } from "./colour-bar.ts";
import { bestFrame, type Caption, framed, type Place, plotFrame, undefinedEverywhere } from "./frame.ts";
import { element, INK, lineFrom, rectangle, textAt, widthOf } from "./svg.ts";

/** The largest map, and the largest cell, in pixels. */
const MAP = { width: 1200, height: 960 };
const CELL = { width: 150, height: 100 };
const TICK = 20;
const NAME = 24;
/** Numbers smaller than this are left out. */
const SMALLEST = 13;
/** Cells from this size on are parted by a white line. */
const PARTED = 12;

/** A figure over two parameters as an SVG document: x to the right, y upwards, hatched where there is no value. */
export function heatmapSvg(asked: Surface, caption: Caption): string {
  const surface = coarser(asked, MAP.width, MAP.height);
  const [columns, rows] = [columnsOf(surface), rowsOf(surface)];
  const cell = {
    width: Math.min(Math.floor(MAP.width / columns), CELL.width),
    height: Math.min(Math.floor(MAP.height / rows), CELL.height),
  };
  const labels = (surface.y?.values ?? []).map(String);
  const left = Math.ceil(30 + NAME + 16 + widthOf(labels, TICK) + 14);
  const scale = colourScale(surface.values, trialMetrics[surface.metric].centre);
  const right = scale === null ? 40 : 210;
  const place: Place = { left, width: columns * cell.width, height: rows * cell.height, right, below: 88 };
  return framed({ ...caption, notes: [...ownNotes(surface, scale), ...caption.notes] }, place, (top) => {
    const map = { ...place, top, columns, rows, cell };
    return [
      ...hatching(map),
      ...(scale === null ? [undefinedEverywhere(map, trialMetrics[surface.metric].label)] : cells(surface, scale, map)),
      plotFrame(map),
      ...axes(surface, map),
      ...bestMark(surface, map),
      ...(scale === null ? [] : colourBar(scale, surface.metric, { x: left + place.width + 44, y: top, height: place.height })),
    ];
  });
}

/** What the picture leaves out. */
function ownNotes({ block, metric }: Surface, scale: ColourScale | null): string[] {
  const beyond = scale === null ? null : beyondText(scale, metric);
  return [
    ...(block.x * block.y > 1 ? [`A cell is the best of ${block.x} x ${block.y}.`] : []),
    ...(beyond === null ? [] : [`${trialMetrics[metric].label}: ${beyond}.`]),
  ];
}

interface MapPlace extends Place {
  readonly top: number;
  readonly columns: number;
  readonly rows: number;
  readonly cell: { readonly width: number; readonly height: number };
}

function xOf({ left, cell }: MapPlace, column: number): number {
  return left + column * cell.width;
}

/** The upper edge of a row; the first row is the lowest. */
function yOf({ top, rows, cell }: MapPlace, row: number): number {
  return top + (rows - 1 - row) * cell.height;
}

/** What shows where there is no cell. */
function hatching({ left, top, width, height }: MapPlace): string[] {
  const stroke = element("path", { d: "M0 12L12 0M-3 3L3 -3M9 15L15 9", stroke: "#cfcfcf", "stroke-width": 1.5 });
  const ground = rectangle(0, 0, 12, 12, { fill: "#f0f0f0" });
  const pattern = element("pattern", { id: "none", width: 12, height: 12, patternUnits: "userSpaceOnUse" }, ground + stroke);
  return [element("defs", {}, pattern), rectangle(left, top, width, height, { fill: "url(#none)" })];
}

/** The cells, those of one colour as one path, and their numbers where they have room. */
function cells({ values, metric }: Surface, scale: ColourScale, map: MapPlace): string[] {
  const { columns, cell } = map;
  const gap = Math.min(cell.width, cell.height) >= PARTED ? 1 : 0;
  const paths = new Map<string, string[]>([["#ffffff", []]]);
  const numbers: string[] = [];
  const texts = Math.min(cell.width, cell.height * 0.4) < SMALLEST ? [] : Array.from(values, trialMetrics[metric].brief);
  const size = texts.length === 0 ? 0 : Math.min(26, cell.height * 0.4, (cell.width - 8) / widthOf(texts, 1));
  for (const [i, value] of values.entries()) {
    if (Number.isNaN(value)) continue;
    const colour = scale.colourOf(value);
    const [x, y] = [xOf(map, i % columns), yOf(map, Math.floor(i / columns))];
    const fill = hexOf(colour);
    const same = paths.get(fill) ?? [];
    same.push(box(x, y, cell.width - gap, cell.height - gap));
    paths.set(fill, same);
    if (gap > 0) paths.get("#ffffff")?.push(box(x, y, cell.width, cell.height));
    if (size < SMALLEST) continue;
    const look = { size, anchor: "middle", fill: isLight(colour) ? INK : "#ffffff" } as const;
    numbers.push(textAt(x + cell.width / 2, y + cell.height / 2 + size * 0.36, texts[i]!, look));
  }
  return [
    ...Array.from(paths, ([fill, boxes]) => element("path", { d: boxes.join(""), fill, "shape-rendering": "crispEdges" })),
    ...numbers,
  ];
}

function box(x: number, y: number, width: number, height: number): string {
  return `M${x} ${y}h${width}v${height}h-${width}z`;
}

/** Ticks with their values, and the names of the parameters. */
function axes({ x, y, block }: Surface, map: MapPlace): string[] {
  const { left, top, width, height, cell } = map;
  const bottom = top + height;
  const across = x.values.map(String);
  const widest = widthOf(across, TICK);
  const parts = axisTicks(x.values, Math.max(2, Math.floor(width / (widest + 24)))).flatMap((i) => {
    const middle = xOf(map, Math.floor(i / block.x)) + cell.width / 2;
    return [
      lineFrom(middle, bottom, middle, bottom + 8, INK),
      textAt(middle, bottom + 30, across[i]!, { size: TICK, anchor: "middle" }),
    ];
  });
  const up = y?.values ?? [];
  for (const i of axisTicks(up, Math.max(2, Math.floor(height / (TICK * 2))))) {
    const middle = yOf(map, Math.floor(i / block.y)) + cell.height / 2;
    parts.push(lineFrom(left - 8, middle, left, middle, INK));
    parts.push(textAt(left - 14, middle + TICK * 0.36, String(up[i]), { size: TICK, anchor: "end" }));
  }
  parts.push(textAt(left + width / 2, bottom + 70, x.name, { size: NAME, anchor: "middle", bold: true }));
  parts.push(textAt(30 + NAME, top + height / 2, y?.name ?? "", { size: NAME, anchor: "middle", bold: true, turn: -90 }));
  return parts;
}

/** Never smaller than an eye finds. */
function bestMark({ best }: Surface, map: MapPlace): string[] {
  if (best === null) return [];
  const { width, height } = map.cell;
  const [x, y] = [xOf(map, best.x) + width / 2, yOf(map, best.y) + height / 2];
  return bestFrame(x, y, Math.max(width, 14) + 4, Math.max(height, 14) + 4);
}
