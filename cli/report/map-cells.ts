import type { TrialColumn } from "../../core/sweep/table.ts";
import { type ColourScale, isLight, type Rgb } from "./colour-scale.ts";
import type { CellPaint, Styles } from "./style.ts";
import { coarser, columnsOf, rowsOf, type Surface } from "./surface.ts";
import { longest, wrapped } from "./text.ts";
import { beyondText, trialMetrics } from "./trial-metrics.ts";

/** Stands at the best cell where it holds no number. */
export const BEST_MARK = "◆";
/** The most lines that a map takes. */
const MOST_LINES = 24;
/** A number with an empty column on both sides. */
const NARROWEST = 3;
const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
const DIGITS = "0123456789";
const LETTERS = "abcdefghij";

/** The cells of a map as lines from the top on. */
export interface DrawnCells {
  /** What is drawn: coarser than what was to be where it has more cells than there is room for. */
  readonly surface: Surface;
  /** Characters that a cell is wide, and cells that a line is high. */
  readonly width: number;
  readonly stacked: 1 | 2;
  readonly lines: readonly string[];
  /** What the cells mean, in lines that fit. */
  readonly legend: readonly string[];
}

export interface CellLook {
  /** Characters that a line may have. */
  readonly room: number;
  readonly style: Styles;
  /** Null for cells without colours. */
  readonly paint: CellPaint | null;
}

/** Numbers in the cells, coloured where colours are wanted, the best in brackets; null where they have no room. */
export function numberCells(surface: Surface, scale: ColourScale, { room, style, paint }: CellLook): DrawnCells | null {
  const { values, best, metric, x } = surface;
  if (columnsOf(surface) * NARROWEST > room || rowsOf(surface) > MOST_LINES) return null;
  const texts = Array.from(values, (value) => (Number.isNaN(value) ? "" : trialMetrics[metric].brief(value)));
  const width = Math.max(longest(texts), longest(x.values.map(String))) + 2;
  if (columnsOf(surface) * width > room) return null;
  const lines = upwards(rowsOf(surface), (row) =>
    across(surface, (column) => {
      const i = row * x.values.length + column;
      const isBest = best?.x === column && best.y === row;
      const text = `${isBest ? "[" : " "}${texts[i]!.padStart(width - 2)}${isBest ? "]" : " "}`;
      const value = values[i]!;
      if (paint === null || Number.isNaN(value)) return isBest ? style.bold(text) : text;
      const ground = scale.colourOf(value);
      return paint(isBest ? style.bold(text) : text, isLight(ground) ? BLACK : WHITE, ground);
    }),
  );
  return { surface, width, stacked: 1, lines, legend: best === null ? [] : ["in brackets: the best trial"] };
}

/** Colours: a cell is two characters, or, where that is too wide, half of one. */
export function colourCells(asked: Surface, scale: ColourScale, room: number, paint: CellPaint): DrawnCells {
  const wide = columnsOf(asked) * 2 <= room && rowsOf(asked) <= MOST_LINES;
  const surface = wide ? asked : coarser(asked, room, MOST_LINES * 2);
  const colourAt = (column: number, row: number) => {
    const value = surface.values[row * columnsOf(surface) + column];
    return value === undefined || Number.isNaN(value) ? null : scale.colourOf(value);
  };
  const { best } = surface;
  const mark = (column: number, row: number, text: string, ground: Rgb | null) =>
    best?.x === column && best.y === row
      ? paint(BEST_MARK.padEnd(text.length), ground !== null && isLight(ground) ? BLACK : WHITE, ground)
      : null;
  const whole = (column: number, row: number) => {
    const ground = colourAt(column, row);
    return mark(column, row, "  ", ground) ?? paint("  ", null, ground);
  };
  const halves = (column: number, lower: number) => {
    const [above, below] = [colourAt(column, lower + 1), colourAt(column, lower)];
    const marked = mark(column, lower + 1, " ", above) ?? mark(column, lower, " ", below);
    if (marked !== null) return marked;
    if (above === null) return below === null ? " " : paint("▄", below, null);
    return paint("▀", above, below);
  };
  const lines = wide
    ? upwards(rowsOf(surface), (row) => across(surface, (column) => whole(column, row)))
    : upwards(Math.ceil(rowsOf(surface) / 2), (pair) => across(surface, (column) => halves(column, pair * 2)));
  return {
    surface,
    width: wide ? 2 : 1,
    stacked: wide ? 1 : 2,
    lines,
    legend: [strip(scale, surface, paint, room), ...endText(scale, surface.metric, room), ...markText(surface)],
  };
}

/** Characters: ten digits upwards from the centre or from the lowest value, letters downwards from the centre. */
export function letterCells(asked: Surface, scale: ColourScale, room: number): DrawnCells {
  const wide = columnsOf(asked) * 2 <= room && rowsOf(asked) <= MOST_LINES;
  const surface = coarser(asked, room, MOST_LINES);
  const { best, metric, values } = surface;
  const { low, high } = scale;
  const { centre, format } = trialMetrics[metric];
  const parted = centre !== null && low < centre && high > centre;
  const from = parted ? centre : low;
  const step = (parted ? Math.max(high - centre, centre - low) : high - low) / DIGITS.length;
  const letterOf = (value: number) => {
    const steps = step > 0 ? (Math.min(Math.max(value, low), high) - from) / step : 0;
    return steps < 0
      ? LETTERS[Math.min(Math.ceil(-steps), LETTERS.length) - 1]!
      : DIGITS[Math.min(Math.floor(steps), DIGITS.length - 1)]!;
  };
  const lines = upwards(rowsOf(surface), (row) =>
    across(surface, (column) => {
      const value = values[row * columnsOf(surface) + column]!;
      const letter = Number.isNaN(value) ? " " : best?.x === column && best.y === row ? BEST_MARK : letterOf(value);
      return letter.padEnd(wide ? 2 : 1);
    }),
  );
  const last = LETTERS.indexOf(letterOf(low));
  const below = last < 0 ? "" : `, ${last === 0 ? "a" : `a to ${LETTERS[last]}`} from there down to ${format(low)}`;
  const legend = `0 to ${letterOf(high)}: from ${format(from)} up to ${format(high)}${below}, a step is ${format(step)}`;
  return {
    surface,
    width: wide ? 2 : 1,
    stacked: 1,
    lines,
    legend: [...wrapped(legend, room), ...endText(scale, metric, room), ...markText(surface)],
  };
}

function endText(scale: ColourScale, metric: TrialColumn, room: number): string[] {
  const text = beyondText(scale, metric);
  return text === null ? [] : wrapped(text, room);
}

function markText({ best }: Surface): string[] {
  return best === null ? [] : [`${BEST_MARK} the best trial`];
}

function upwards(rows: number, line: (row: number) => string): string[] {
  return Array.from({ length: rows }, (_, i) => line(rows - 1 - i));
}

function across(surface: Surface, cell: (column: number) => string): string {
  return Array.from({ length: columnsOf(surface) }, (_, column) => cell(column)).join("");
}

/** The colours from the lowest value to the highest. */
function strip({ low, high, colourOf }: ColourScale, { metric }: Surface, paint: CellPaint, room: number): string {
  const { format } = trialMetrics[metric];
  if (low === high) return `${paint("  ", null, colourOf(low))} ${format(low)}`;
  const steps = Math.min(24, room - format(low).length - format(high).length - 2);
  const colours = Array.from({ length: steps }, (_, k) => paint(" ", null, colourOf(low + ((high - low) * k) / (steps - 1))));
  return `${format(low)} ${colours.join("")} ${format(high)}`;
}
