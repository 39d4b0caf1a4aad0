import { z } from "zod";
import overfittingVectors from "../metrics/vectors/overfitting.json" with { type: "json" };
import publishedVectors from "./vectors/published-overfitting.json" with { type: "json" };

const number = z.number();
const numbers = z.array(number);
const moments = z.object({ sharpe: number, skewness: number, kurtosis: number });
const about = { id: z.string(), published: z.record(z.string(), number).optional(), publishedDecimals: number.optional() };
const resampling = { seed: number, meanBlock: number, resamples: number };
const matrix = z.object({ kind: z.literal("matrix"), seed: number, rows: number, columns: number, mu: numbers, sigma: number });
const checks = z.object({ firstRow: numbers, lastRow: numbers });
const drawn = z.object({ generator: matrix, checks: checks.optional() });
const split = z.object({
  inSample: numbers,
  best: number,
  isSharpe: number,
  oosSharpe: number,
  oosRank: number,
  logit: number,
});

const oneCase = z.discriminatedUnion("kind", [
  z.object({
    ...about,
    kind: z.literal("psr"),
    input: moments.extend({ benchmarkSharpe: number, n: number }),
    expected: z.object({ psr: number.nullable() }),
  }),
  z.object({
    ...about,
    kind: z.literal("expectedMaxSharpe"),
    input: z.object({ trials: number }),
    expected: z.object({ value: number }),
  }),
  z.object({
    ...about,
    kind: z.literal("minTrackRecordLength"),
    input: moments.extend({ benchmarkSharpe: number, confidence: number }),
    expected: z.object({ observations: number.nullable() }),
  }),
  z.object({
    ...about,
    kind: z.literal("dsr"),
    input: moments.extend({ trialSharpeVariance: number, trials: number, n: number }),
    expected: z.object({ benchmarkSharpe: number, dsr: number }),
  }),
  z.object({
    ...about,
    kind: z.literal("dsrFromTrials"),
    input: drawn,
    expected: moments.extend({
      trialSharpes: numbers,
      trialSharpeVariance: number,
      best: number,
      benchmarkSharpe: number,
      psrVsZero: number,
      dsr: number,
    }),
  }),
  z.object({
    ...about,
    kind: z.literal("cscv"),
    input: z.union([drawn.extend({ blocks: number }), z.object({ returns: z.array(numbers), blocks: number })]),
    expected: z.object({
      combinations: number,
      droppedRows: number,
      blockRows: number,
      pbo: number,
      probabilityOfLoss: number,
      logitMean: number,
      logitMedian: number,
      isSharpeMean: number,
      oosSharpeMean: number,
      degradationSlope: number,
      degradationIntercept: number,
      degradationR2: number,
      perCombination: z.array(split).optional(),
    }),
  }),
  z.object({
    ...about,
    kind: z.literal("stationaryBootstrapIndices"),
    input: z.object({ ...resampling, n: number }),
    expected: z.object({ indices: z.array(numbers) }),
  }),
  z.object({
    ...about,
    kind: z.literal("bootstrapCi"),
    input: z.object({
      ...resampling,
      generator: z.object({ kind: z.literal("returns"), seed: number, n: number, mu: number, sigma: number }),
      confidence: number,
      periodsPerYear: number,
    }),
    expected: z.object({
      mean: number,
      meanLow: number,
      meanHigh: number,
      sharpe: number,
      sharpeLow: number,
      sharpeHigh: number,
      sharpeStandardError: number,
      firstResampleFirst10: numbers,
      lastResampleLast10: numbers,
    }),
  }),
  z.object({
    ...about,
    kind: z.literal("realityCheck"),
    input: drawn.extend(resampling),
    expected: z.object({
      means: numbers,
      rcStatistic: number,
      rcCountAtLeast: number,
      rcPValue: number,
      omega: numbers,
      spaStatistic: number,
      spaPValueLower: number,
      spaPValueConsistent: number,
      spaPValueUpper: number,
    }),
  }),
]);

export type Case = z.infer<typeof oneCase>;
export type CaseOf<K extends Case["kind"]> = Extract<Case, { kind: K }>;
/** A matrix told by what draws it. */
export type DrawnMatrix = z.infer<typeof drawn>;

const tolerance = z.object({ rel: number, abs: number });

/** The reference vectors of overfitting and the examples printed in papers, checked for their shape: every kind of case is known. */
export const vectorFiles = {
  reference: z.object({ tolerance, cases: z.array(oneCase) }).parse(overfittingVectors),
  published: z.object({ cases: z.array(oneCase) }).parse(publishedVectors),
};
