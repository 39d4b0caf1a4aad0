import type { ParamValue } from "../../core/strategies/strategy.ts";
import { brailleCurve } from "./braille.ts";
import { colourScale, rangeOf } from "./colour-scale.ts";
import { BEST_MARK } from "./map-cells.ts";
import type { Surface } from "./surface.ts";
import type { MapLook } from "./sweep-map.ts";
import { trialMetrics } from "./trial-metrics.ts";

/** More values than this are drawn as a line. */
const MOST_BARS = 24;
const LINE_ROWS = 8;

/** A figure along one parameter for a terminal: a bar for each value, or a line where there are many. */
export function sweepBars(surface: Surface, look: MapLook): string[] {
  const { label } = trialMetrics[surface.metric];
  const [low, high] = rangeOf(surface.values);
  if (Number.isNaN(low)) return [look.style.dim(`${label} is undefined everywhere: there is nothing to draw`)];
  return surface.x.values.length > MOST_BARS ? curve(surface, look, low, high) : bars(surface, look, low, high);
}

/** Bars from 0 to the right, or to the left where the figure is below it. */
function bars({ metric, x, values, best }: Surface, { columns, style, paint }: MapLook, low: number, high: number): string[] {
  const { format, centre } = trialMetrics[metric];
  const scale = colourScale(values, centre);
  const names = x.values.map(String);
  const margin = Math.max(x.name.length, ...names.map((name) => name.length));
  const figures = Array.from(values, format);
  const aside = Math.max(...figures.map((figure) => figure.length));
  const width = columns - margin - aside - 6;
  const [from, to] = [Math.min(low, 0), Math.max(high, 0)];
  const zero = to > from ? Math.round((width * -from) / (to - from)) : 0;
  const rows = names.map((name, i) => {
    const value = values[i]!;
    const end = Number.isNaN(value) || to === from ? zero : Math.round((width * (value - from)) / (to - from));
    const bar = "█".repeat(Math.abs(end - zero));
    const shown = paint === null || scale === null || bar === "" ? bar : paint(bar, scale.colourOf(value), null);
    const line = `${" ".repeat(Math.min(zero, end))}${shown}${" ".repeat(width - Math.max(zero, end))}`;
    const figure = `${figures[i]!.padStart(aside)}${best?.x === i ? ` ${BEST_MARK}` : ""}`;
    return `${style.dim(`${name.padStart(margin)} │`)} ${line} ${figure}`;
  });
  return [style.dim(x.name.padStart(margin)), ...rows, ...(best === null ? [] : [`${BEST_MARK} the best trial`])];
}

/** A line over the values in their order. */
function curve({ metric, x, values }: Surface, { columns, style }: MapLook, low: number, high: number): string[] {
  const { format } = trialMetrics[metric];
  const order = ordered(x.values);
  const labels = { top: format(high), bottom: format(low) };
  const margin = Math.max(labels.top.length, labels.bottom.length);
  const width = columns - margin - 3;
  const lines = brailleCurve(
    Float64Array.from(order, (i) => values[i]!),
    { columns: width, rows: LINE_ROWS, low, high },
  );
  const ends = [order[0], order.at(-1)].map((i) => String(x.values[i ?? 0]));
  const [first = "", last = ""] = ends;
  const middle = x.name
    .padStart(Math.floor((width - first.length - last.length + x.name.length) / 2))
    .padEnd(width - first.length - last.length);
  return [
    ...lines.map((line, row) => {
      const label = row === 0 ? labels.top : row === lines.length - 1 ? labels.bottom : "";
      return `${label.padStart(margin)} ${style.dim(label === "" ? "│" : "┤")} ${style.cyan(line)}`;
    }),
    `${" ".repeat(margin + 3)}${style.dim(first + middle + last)}`,
  ];
}

/** Positions by the values of the parameter, ascending; names keep their order. */
function ordered(values: readonly ParamValue[]): number[] {
  const places = Array.from(values, (_, i) => i);
  return values.every((value) => typeof value === "number")
    ? places.sort((a, b) => Number(values[a]) - Number(values[b]))
    : places;
}
