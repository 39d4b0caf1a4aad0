/** One stay below a peak. Indices count the points of the equity curve. */
export interface DrawdownEpisode {
  /** The last point at the peak before the fall. */
  readonly peak: number;
  /** The first point of the lowest drawdown. */
  readonly trough: number;
  /** The first point back at the peak; NaN while the episode is open. */
  readonly recovery: number;
  /** Recovery, or the last point, minus peak. */
  readonly bars: number;
  /** Drawdown at the trough, a fraction < 0. */
  readonly depth: number;
}

/** All episodes of an equity curve in sums, and the deepest of them. */
export interface DrawdownSummary {
  /** The deepest episode, the first one on ties; null without an episode. */
  readonly deepest: DrawdownEpisode | null;
  readonly count: number;
  /** Sum of the episodes' depths, <= 0. */
  readonly depths: number;
  /** Sum of the episodes' lengths. */
  readonly bars: number;
  readonly longestBars: number;
  /** Sum of the squared drawdowns over all points. */
  readonly squares: number;
}

/**
 * Follows an equity curve once through its drawdowns, E[i] / max(E[0..i]) - 1: the starting capital is part of the peak.
 *
 * @param equity length n + 1, the starting capital first
 * @returns no episode, and NaN for the squares, when the starting capital is not positive
 */
export function summariseDrawdowns(equity: Float64Array): DrawdownSummary {
  const start = equity[0] ?? Number.NaN;
  let deepest: DrawdownEpisode | null = null;
  let count = 0;
  let depths = 0;
  let bars = 0;
  let longestBars = 0;
  let squares = 0;
  if (!(start > 0)) return { deepest, count, depths, bars, longestBars, squares: Number.NaN };

  let high = start;
  let peak = 0;
  let trough = 0;
  let depth = 0;

  const close = (end: number, recovery: number): void => {
    const length = end - peak;
    count++;
    depths += depth;
    bars += length;
    if (length > longestBars) longestBars = length;
    if (deepest === null || depth < deepest.depth) deepest = { peak, trough, recovery, bars: length, depth };
    depth = 0;
  };

  for (let i = 1; i < equity.length; i++) {
    const value = equity[i]!;
    if (value >= high) {
      if (depth < 0) close(i, i);
      high = value;
      peak = i;
      continue;
    }
    const drawdown = value / high - 1;
    squares += drawdown * drawdown;
    if (drawdown < depth) {
      depth = drawdown;
      trough = i;
    }
  }
  if (depth < 0) close(equity.length - 1, Number.NaN);
  return { deepest, count, depths, bars, longestBars, squares };
}
