import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type DrawdownEpisode, summariseDrawdowns } from "./drawdown-episodes.ts";

/** The definition word by word, looking over the whole curve for every point. */
function episodesByDefinition(equity: readonly number[]): DrawdownEpisode[] {
  const episodes: DrawdownEpisode[] = [];
  for (let peak = 0; peak + 1 < equity.length; peak++) {
    const high = Math.max(...equity.slice(0, peak + 1));
    if (equity[peak] !== high || !((equity[peak + 1] ?? high) < high)) continue;
    const back = equity.findIndex((value, i) => i > peak && value >= high);
    const end = back < 0 ? equity.length - 1 : back;
    const below = equity.slice(peak + 1, back < 0 ? undefined : back).map((value) => value / high - 1);
    const depth = Math.min(...below);
    const trough = peak + 1 + below.indexOf(depth);
    episodes.push({ peak, trough, recovery: back < 0 ? Number.NaN : back, bars: end - peak, depth });
  }
  return episodes;
}

describe("drawdowns", () => {
  test("100, 120, 90, 110, 120, 60: one recovered, one open, the deeper one told", () => {
    const summary = summariseDrawdowns(Float64Array.of(100, 120, 90, 110, 120, 60));
    expect(summary.deepest).toEqual({ peak: 4, trough: 5, recovery: Number.NaN, bars: 1, depth: -0.5 });
    expect(summary).toMatchObject({ count: 2, bars: 4, longestBars: 3, depths: -0.75 });
    expect(summary.squares).toBeCloseTo(1 / 16 + 1 / 144 + 1 / 4, 15);
  });

  test("a fall in the first bar is measured from the starting capital", () => {
    expect(summariseDrawdowns(Float64Array.of(100, 80)).deepest).toMatchObject({ peak: 0, trough: 1, depth: 80 / 100 - 1 });
  });

  test("of two equally deep ones the first is told, and it starts at the last point of its peak", () => {
    const summary = summariseDrawdowns(Float64Array.of(100, 100, 50, 50, 100, 50, 100));
    expect(summary.deepest).toEqual({ peak: 1, trough: 2, recovery: 4, bars: 3, depth: -0.5 });
  });

  test("a curve that never falls has none", () => {
    expect(summariseDrawdowns(Float64Array.of(1, 1, 2))).toMatchObject({ deepest: null, count: 0, bars: 0, squares: 0 });
  });

  test("without a positive starting capital nothing is defined", () => {
    for (const start of [0, -5]) expect(summariseDrawdowns(Float64Array.of(start, -10)).squares).toBeNaN();
    expect(summariseDrawdowns(new Float64Array(0))).toMatchObject({ deepest: null, count: 0 });
  });

  test("one pass finds what the definition says, on random curves with many ties", () => {
    const curves = fc.array(fc.integer({ min: -2, max: 12 }), { maxLength: 30 }).map((rest) => [5, ...rest]);
    fc.assert(
      fc.property(curves, (equity) => {
        const want = episodesByDefinition(equity);
        const got = summariseDrawdowns(Float64Array.from(equity));
        const depth = Math.min(...want.map((one) => one.depth));
        expect(got.deepest).toEqual(want.find((one) => one.depth === depth) ?? null);
        expect(got.count).toBe(want.length);
        expect(got.bars).toBe(want.reduce((sum, one) => sum + one.bars, 0));
        expect(got.longestBars).toBe(Math.max(0, ...want.map((one) => one.bars)));
        expect(got.depths).toBe(want.reduce((sum, one) => sum + one.depth, 0));
      }),
      { seed: 3, numRuns: 1500 },
    );
  });
});
