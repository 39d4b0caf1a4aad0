import type { TrialColumn } from "../../core/sweep/table.ts";
import { type ColourScale, hexOf } from "../report/colour-scale.ts";
import { roundTicks } from "../report/ticks.ts";
import { trialMetrics } from "../report/trial-metrics.ts";
import { INK, lineFrom, rectangle, textAt } from "./svg.ts";

const WIDTH = 26;
const STRIPS = 128;
const TICK = 20;

interface BarPlace {
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

/** The colours of a scale from its lowest value, below, to its highest, with numbers beside them. */
export function colourBar({ low, high, colourOf }: ColourScale, metric: TrialColumn, { x, y, height }: BarPlace): string[] {
  const heightOf = (value: number) => (high > low ? y + height * (1 - (value - low) / (high - low)) : y + height / 2);
  const parts: string[] = [];
  for (let k = 0; k < STRIPS; k++) {
    const value = low + ((k + 0.5) / STRIPS) * (high - low);
    const top = Math.floor(y + height * (1 - (k + 1) / STRIPS));
    const bottom = Math.ceil(y + height * (1 - k / STRIPS));
    parts.push(rectangle(x, top, WIDTH, bottom - top, { fill: hexOf(colourOf(value)), "shape-rendering": "crispEdges" }));
  }
  parts.push(rectangle(x, y, WIDTH, height, { fill: "none", stroke: INK, "stroke-width": 2 }));
  const { format, tick } = trialMetrics[metric];
  const ends = high > low ? [low, high] : [low];
  const inner = roundTicks(low, high, 8).filter((value) =>
    ends.every((end) => Math.abs(heightOf(end) - heightOf(value)) > TICK * 1.4),
  );
  const marks = [...inner.map((value) => [value, tick(value)] as const), ...ends.map((value) => [value, format(value)] as const)];
  for (const [value, text] of marks) {
    parts.push(lineFrom(x + WIDTH, heightOf(value), x + WIDTH + 8, heightOf(value), INK));
    parts.push(textAt(x + WIDTH + 14, heightOf(value) + TICK * 0.36, text, { size: TICK }));
  }
  return parts;
}
