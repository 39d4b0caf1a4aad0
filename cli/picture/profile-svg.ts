import type { ParamValue } from "../../core/strategies/strategy.ts";
import { colourScale, hexOf, rangeOf } from "../report/colour-scale.ts";
import type { Surface } from "../report/surface.ts";
import { axisTicks, roundTicks } from "../report/ticks.ts";
import { trialMetrics } from "../report/trial-metrics.ts";
import { bestFrame, type Caption, framed, plotFrame, undefinedEverywhere } from "./frame.ts";
import { element, FAINT, INK, lineFrom, rectangle, textAt, widthOf } from "./svg.ts";

const WIDTH = 1100;
const HEIGHT = 560;
const TICK = 20;
const NAME = 24;
const LINE = "#2166ac";
/** Up to so many values are shown as dots as well. */
const DOTTED = 60;
/** Air above and below, as a part of the range: bars have their figures there. */
const AIR = { line: 0.06, bars: 0.14 };

/** Where a value of the parameter, by its position on the axis, and a figure lie. */
interface Plot {
  readonly left: number;
  readonly top: number;
  readonly xOf: (position: number) => number;
  readonly yOf: (figure: number) => number;
}

/** A figure along the one parameter that varies, as an SVG document: a line over numbers, bars over names. */
export function profileSvg(surface: Surface, caption: Caption): string {
  const { metric, x, values, best } = surface;
  const { tick, label, centre } = trialMetrics[metric];
  const numeric = x.values.every((value) => typeof value === "number");
  const [low, high] = spanOf(values, numeric);
  const ticks = Number.isNaN(low) ? [] : roundTicks(low, high, 8);
  const left = Math.ceil(36 + NAME + 16 + widthOf(ticks.map(tick), TICK) + 16);
  const place = { left, width: WIDTH, height: HEIGHT, right: 48, below: 88 };
  return framed(caption, place, (top) => {
    const yOf = (figure: number) => top + HEIGHT * (1 - (figure - low) / (high - low));
    const plot: Plot = { left, top, xOf: numeric ? linear(x.values, left) : evenly(x.values, left), yOf };
    const grid = ticks.flatMap((value) => [
      lineFrom(left, yOf(value), left + WIDTH, yOf(value), value === centre ? FAINT : "#e4e4e4"),
      textAt(left - 14, yOf(value) + TICK * 0.36, tick(value), { size: TICK, anchor: "end" }),
    ]);
    const drawn =
      ticks.length === 0 ? [undefinedEverywhere({ ...place, top }, label)] : numeric ? line(surface, plot) : bars(surface, plot);
    const marked =
      best === null || Number.isNaN(values[best.x]!) ? [] : bestFrame(plot.xOf(best.x), yOf(values[best.x]!), 16, 16);
    return [
      ...grid,
      ...drawn,
      plotFrame({ ...place, top }),
      ...acrossTicks(x.values, plot),
      textAt(left + WIDTH / 2, top + HEIGHT + 70, x.name, { size: NAME, anchor: "middle", bold: true }),
      textAt(36 + NAME, top + HEIGHT / 2, label, { size: NAME, anchor: "middle", bold: true, turn: -90 }),
      ...marked,
    ];
  });
}

/** From the lowest to the highest figure with some air; bars stand on 0. */
function spanOf(values: Float64Array, numeric: boolean): readonly [low: number, high: number] {
  const [least, most] = rangeOf(values);
  const [low, high] = numeric ? [least, most] : [Math.min(least, 0), Math.max(most, 0)];
  const air = (numeric ? AIR.line : AIR.bars) * (high > low ? high - low : Math.abs(high) || 1);
  return [low - air, high + air];
}

function linear(values: readonly ParamValue[], left: number): Plot["xOf"] {
  const numbers = values.map(Number);
  const [low, high] = rangeOf(Float64Array.from(numbers));
  return (position) => left + 24 + ((numbers[position]! - low) / (high - low)) * (WIDTH - 48);
}

function evenly(values: readonly ParamValue[], left: number): Plot["xOf"] {
  return (position) => left + ((position + 0.5) * WIDTH) / values.length;
}

/** In the order of the parameter's values, broken where there is no figure; of very many only the lowest and the highest next to one another. */
function line({ x, values }: Surface, { xOf, yOf }: Plot): string[] {
  const all = Array.from(x.values, (_, i) => i).sort((a, b) => Number(x.values[a]) - Number(x.values[b]));
  const order = all.length > 2 * WIDTH ? extremes(all, values, Math.ceil(all.length / WIDTH)) : all;
  let path = "";
  let joined = false;
  for (const i of order) {
    const value = values[i]!;
    if (!Number.isNaN(value)) path += `${joined ? "L" : "M"}${xOf(i).toFixed(2)} ${yOf(value).toFixed(2)}`;
    joined = !Number.isNaN(value);
  }
  const known = order.filter((i) => !Number.isNaN(values[i]!));
  const dots =
    known.length > DOTTED ? [] : known.map((i) => element("circle", { cx: xOf(i), cy: yOf(values[i]!), r: 5, fill: LINE }));
  return [element("path", { d: path, fill: "none", stroke: LINE, "stroke-width": 3, "stroke-linejoin": "round" }), ...dots];
}

/** Of each so many positions those of the lowest and of the highest figure; one position where none has a figure. */
function extremes(order: readonly number[], values: Float64Array, every: number): number[] {
  const kept: number[] = [];
  for (let start = 0; start < order.length; start += every) {
    let [low, high] = [start, start];
    for (let k = start; k < Math.min(start + every, order.length); k++) {
      const value = values[order[k]!]!;
      if (!(value >= values[order[low]!]!) && !Number.isNaN(value)) low = k;
      if (!(value <= values[order[high]!]!) && !Number.isNaN(value)) high = k;
    }
    kept.push(order[Math.min(low, high)]!);
    if (low !== high) kept.push(order[Math.max(low, high)]!);
  }
  return kept;
}

/** Bars from 0, in the colours of a map, with their figures. */
function bars({ metric, x, values }: Surface, { xOf, yOf }: Plot): string[] {
  const { centre, format } = trialMetrics[metric];
  const scale = colourScale(values, centre);
  const width = Math.min(160, (WIDTH / x.values.length) * 0.7);
  return Array.from(values).flatMap((value, i) => {
    if (scale === null || Number.isNaN(value)) return [];
    const top = Math.min(yOf(value), yOf(0));
    const look = { fill: hexOf(scale.colourOf(value)), stroke: FAINT, "stroke-width": 1 };
    const height = Math.abs(yOf(value) - yOf(0));
    const aside = value < 0 ? top + height + 34 : top - 18;
    return [
      rectangle(xOf(i) - width / 2, top, width, height, look),
      textAt(xOf(i), aside, format(value), { size: TICK, anchor: "middle" }),
    ];
  });
}

/** Ticks of the parameter; a label that would run into the one before is left out. */
function acrossTicks(values: readonly ParamValue[], { top, xOf }: Plot): string[] {
  const widest = widthOf(values.map(String), TICK) + 20;
  const places = axisTicks(values, Math.floor(WIDTH / widest)).sort((a, b) => xOf(a) - xOf(b));
  const bottom = top + HEIGHT;
  let free = Number.NEGATIVE_INFINITY;
  return places.flatMap((i) => {
    const tick = lineFrom(xOf(i), bottom, xOf(i), bottom + 8, INK);
    if (xOf(i) < free) return [tick];
    free = xOf(i) + widest;
    return [tick, textAt(xOf(i), bottom + 30, String(values[i]), { size: TICK, anchor: "middle" })];
  });
}
