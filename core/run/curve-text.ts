import type { Curve } from "../jobs/job.ts";
import { formatDay, formatInstant } from "../time.ts";
import { thin } from "./thin.ts";

/** How much of a curve an answer shows: every bar, nothing, or at most so many points. */
export type EquityPoints = "full" | "none" | number;

/** Points of one piece of text: small enough that writing it holds nothing else up. */
const PIECE_POINTS = 2_000;

/** Drawdown at each bar, a fraction <= 0; the starting capital is part of the peak. */
export function drawdownsFrom(start: number, equity: Float64Array): Float64Array {
  const falls = new Float64Array(equity.length);
  let peak = start;
  for (let i = 0; i < equity.length; i++) {
    const value = equity[i]!;
    if (value > peak) peak = value;
    falls[i] = value / peak - 1;
  }
  return falls;
}

/** The bars that a thinned curve keeps, ascending; null for all of them. */
export function keptBars(equity: Float64Array, points: EquityPoints): readonly number[] | null {
  return typeof points === "number" && equity.length > points ? thin(equity, points) : null;
}

/**
 * The curve as it stands in an answer, `"equity_curve":[…]` and, where it is thinned, `,"equity_curve_sampled":true`: the text that JSON.stringify
 * makes of the points `{time, equity, drawdown}`, written without them. `"equity_curve":null` for none.
 */
export function curveText(curve: Curve, points: EquityPoints): string {
  let text = "";
  for (const piece of curvePieces(curve, points)) text += piece;
  return text;
}

/** The same text in pieces of a few thousand points, so that a long curve can be sent while others are served. */
export function* curvePieces(curve: Curve, points: EquityPoints): Generator<string, void> {
  if (points === "none") {
    yield '"equity_curve":null';
    return;
  }
  const kept = keptBars(curve.equity, points);
  yield '"equity_curve":';
  yield* pointPieces(curve, kept);
  if (kept !== null) yield ',"equity_curve_sampled":true';
}

/**
 * A JSON list of the points of some bars, in pieces. Drawdowns are those within the whole curve.
 * @param bars positions in the curve, ascending; null for all of them
 */
export function* pointPieces(curve: Curve, bars: readonly number[] | null): Generator<string, void> {
  const falls = drawdownsFrom(curve.initialCash, curve.equity);
  const count = bars?.length ?? curve.equity.length;
  yield "[";
  for (let from = 0; from < count; from += PIECE_POINTS) {
    if (from > 0) yield ",";
    yield pointTexts(curve, falls, bars, from, Math.min(from + PIECE_POINTS, count));
  }
  yield "]";
}

/** Points [from, to) of those chosen, with commas between. */
function pointTexts(curve: Curve, falls: Float64Array, bars: readonly number[] | null, from: number, to: number): string {
  const { timeMs, equity, daily } = curve;
  const timeText = daily ? formatDay : formatInstant;
  let text = "";
  // While nothing is held the values stand still, and a number in shortest digits is what takes the time.
  let [value, fall, numbers] = [Number.NaN, Number.NaN, ""];
  for (let i = from; i < to; i++) {
    const bar = bars === null ? i : bars[i]!;
    if (equity[bar] !== value || falls[bar] !== fall) {
      [value, fall] = [equity[bar]!, falls[bar]!];
      numbers = `","equity":${jsonNumber(value)},"drawdown":${jsonNumber(fall)}}`;
    }
    text += `${i > from ? "," : ""}{"time":"${timeText(timeMs[bar]!)}${numbers}`;
  }
  return text;
}

/** A number as JSON has it: null where it is none. */
function jsonNumber(value: number): string {
  return Number.isFinite(value) ? `${value}` : "null";
}
