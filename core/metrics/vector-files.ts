import { z } from "zod";
import benchmarkVectors from "./vectors/benchmark.json" with { type: "json" };
import coreVectors from "./vectors/core.json" with { type: "json" };
import exposureVectors from "./vectors/exposure-turnover.json" with { type: "json" };
import largeVectors from "./vectors/large.json" with { type: "json" };
import tradeVectors from "./vectors/trades.json" with { type: "json" };

const tolerance = z.object({ rel: z.number(), abs: z.number() });
const expected = z.record(z.string(), z.number().nullable());
const numbers = z.array(z.number());
const gaps = z.array(z.number().nullable());
const walk = z.object({ seed: z.number(), n: z.number(), mu: z.number(), sigma: z.number(), start: z.number() });
const benchmarkSettings = z.object({ periodsPerYear: z.number(), riskFreeAnnual: z.number() });
const seriesSettings = benchmarkSettings.extend({
  marAnnual: z.number(),
  varAlpha: z.number(),
  yearBasis: z.enum(["bars", "calendar"]),
});

/** A file of vectors: each an input of the given shape and what must come of it. */
function vectors<S extends z.ZodRawShape>(shape: S) {
  const known = { id: z.string(), description: z.string(), expected, tolerance: tolerance.optional() };
  return z.object({ tolerance, cases: z.array(z.object({ ...shape, ...known })) });
}

/** The reference vectors of every group of metrics, checked for their shape. */
export const vectorFiles = {
  core: vectors({
    settings: seriesSettings,
    input: z.object({ equity: numbers.optional(), timestamps: numbers.optional(), returns: gaps.optional() }),
    generator: walk.optional(),
  }).parse(coreVectors),
  large: vectors({
    settings: seriesSettings,
    generator: walk,
    checks: z.object({ equityFirst5: numbers, equityLast: z.number(), equityAt500000: z.number() }),
  }).parse(largeVectors),
  benchmark: vectors({ settings: benchmarkSettings, input: z.object({ returns: gaps, benchmark: gaps }) }).parse(
    benchmarkVectors,
  ),
  trades: vectors({
    input: z.object({
      trades: z.array(
        z.object({ pnl: z.number(), returnPct: z.number(), entryBar: z.number(), exitBar: z.number(), fees: z.number() }),
      ),
    }),
  }).parse(tradeVectors),
  exposure: vectors({
    settings: z.object({ periodsPerYear: z.number() }),
    input: z.object({
      bars: z.number(),
      heldBars: numbers,
      fills: z.array(z.object({ notional: z.number() })),
      equityClose: numbers,
    }),
  }).parse(exposureVectors),
};

export type Expected = z.infer<typeof expected>;
export type Tolerance = z.infer<typeof tolerance>;
export type SettingsInVector = z.infer<typeof seriesSettings>;
