import { describe, expect, test } from "bun:test";
import { normals } from "../random.ts";
import { mean, standardDeviation } from "../statistics/moments.ts";
import { probabilisticSharpe } from "../statistics/probabilistic-sharpe.ts";
import { quantile } from "../statistics/quantile.ts";
import { blockSumsOf, type ReturnMatrix } from "./block-sums.ts";
import { percentileInterval, resample } from "./bootstrap.ts";
import { crossValidate } from "./cscv.ts";
import { deflatedSharpe, sharpeOfLuck } from "./deflated-sharpe.ts";
import { expectedMaxSharpe } from "./expected-max-sharpe.ts";
import { minTrackRecordLength } from "./min-track-record-length.ts";
import { columnMeans, realityCheck } from "./reality-check.ts";
import { sharpeEstimateOf } from "./sharpe-estimate.ts";
import { findWinners, splitsOf } from "./splits.ts";
import { stationaryBootstrap } from "./stationary-bootstrap.ts";
import { superiorAbility } from "./superior-ability.ts";
import { type Case, type CaseOf, type DrawnMatrix, vectorFiles } from "./vector-files.ts";

const { reference, published } = vectorFiles;

/** Equal names on both sides, each number within the tolerance of the file; null stands for undefined. */
function expectFigures(got: Readonly<Record<string, number>>, want: Readonly<Record<string, number | null>>): void {
  expect(Object.keys(got).sort()).toEqual(Object.keys(want).sort());
  for (const [name, value] of Object.entries(want)) expectNumber(got[name]!, value);
}

function expectNumber(got: number, want: number | null): void {
  if (want === null) expect(got).toBeNaN();
  else
    expect(Math.abs(got - want)).toBeLessThanOrEqual(Math.max(reference.tolerance.abs, reference.tolerance.rel * Math.abs(want)));
}

function expectNumbers(got: ArrayLike<number>, want: readonly number[]): void {
  expect(got.length).toBe(want.length);
  want.forEach((value, i) => {
    expectNumber(got[i]!, value);
  });
}

/** The matrix of a generator, whose first and last rows are as the vectors say. */
function matrixOf({ generator, checks: rowsToCheck }: DrawnMatrix): ReturnMatrix {
  const { seed, rows, columns, mu, sigma } = generator;
  const next = normals(seed);
  const values = Float64Array.from({ length: rows * columns }, (_, i) => mu[i % columns]! + sigma * next());
  if (rowsToCheck !== undefined) {
    expect([...values.subarray(0, columns)]).toEqual(rowsToCheck.firstRow);
    expect([...values.subarray(values.length - columns)]).toEqual(rowsToCheck.lastRow);
  }
  return { values, rows, columns };
}

function columnOf({ values, rows, columns }: ReturnMatrix, column: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => values[row * columns + column]!);
}

const median = (values: Float64Array) => quantile(values.slice().sort(), 0.5);

function correlationSquared(x: Float64Array, y: Float64Array): number {
  const [mx, my] = [mean(x), mean(y)];
  const sum = (f: (i: number) => number) => x.reduce((total, _, i) => total + f(i), 0);
  return sum((i) => (x[i]! - mx) * (y[i]! - my)) ** 2 / (sum((i) => (x[i]! - mx) ** 2) * sum((i) => (y[i]! - my) ** 2));
}

/** The blocks that are in-sample in each split, in the order of `splitsOf`. */
function inSampleBlocks(blocks: number): number[][] {
  const { low, high } = splitsOf(blocks);
  const set = (i: number) => low[i]! + high[i]! * 2 ** (blocks / 2);
  return Array.from(low, (_, i) => Array.from({ length: blocks }, (_, k) => k).filter((k) => (set(i) >> k) % 2 === 1));
}

function checkCscv({ input, expected }: CaseOf<"cscv">): void {
  const { combinations, droppedRows, blockRows, perCombination = [], ...figures } = expected;
  const returns =
    "generator" in input
      ? matrixOf(input)
      : { values: Float64Array.from(input.returns.flat()), rows: input.returns.length, columns: input.returns[0]!.length };
  const sums = blockSumsOf(returns, input.blocks);
  const got = crossValidate(sums, findWinners);
  expect([got.logits.length, returns.rows - input.blocks * sums.blockLength, sums.blockLength]).toEqual([
    combinations,
    droppedRows,
    blockRows,
  ]);
  expectFigures(
    {
      pbo: got.probabilityOfOverfitting,
      probabilityOfLoss: got.probabilityOfLoss,
      logitMean: mean(got.logits),
      logitMedian: median(got.logits),
      isSharpeMean: mean(got.inSample),
      oosSharpeMean: mean(got.outOfSample),
      degradationSlope: got.degradationSlope,
      degradationIntercept: got.degradationIntercept,
      degradationR2: correlationSquared(got.inSample, got.outOfSample),
    },
    figures,
  );
  const blocksOfSplit = inSampleBlocks(input.blocks).map(String);
  for (const { inSample, best, oosRank, ...sharpes } of perCombination) {
    const at = blocksOfSplit.indexOf(String(inSample));
    expect([got.best[at], got.rank[at]]).toEqual([best, oosRank]);
    expectFigures({ isSharpe: got.inSample[at]!, oosSharpe: got.outOfSample[at]!, logit: got.logits[at]! }, sharpes);
  }
}

function checkTrials({ input, expected }: CaseOf<"dsrFromTrials">): void {
  const returns = matrixOf(input);
  const estimates = Array.from({ length: returns.columns }, (_, k) => sharpeEstimateOf(columnOf(returns, k), 0));
  const sharpes = Float64Array.from(estimates, ({ sharpe }) => sharpe);
  const best = sharpes.indexOf(Math.max(...sharpes));
  const { sharpe, skewness, kurtosis, observations } = estimates[best]!;
  const selection = { trials: returns.columns, sharpeVariance: standardDeviation(sharpes) ** 2 };
  const { trialSharpes, ...figures } = expected;
  expectNumbers(sharpes, trialSharpes);
  expectFigures(
    {
      trialSharpeVariance: selection.sharpeVariance,
      best,
      sharpe,
      skewness,
      kurtosis,
      benchmarkSharpe: sharpeOfLuck(selection),
      psrVsZero: probabilisticSharpe(estimates[best]!, 0),
      dsr: deflatedSharpe({ sharpe, skewness, kurtosis, observations }, selection),
    },
    figures,
  );
}

function checkInterval({ input, expected }: CaseOf<"bootstrapCi">): void {
  const { seed, n, mu, sigma } = input.generator;
  const next = normals(seed);
  const returns = Float64Array.from({ length: n }, () => mu + sigma * next());
  const root = Math.sqrt(input.periodsPerYear);
  const means = new Float64Array(input.resamples);
  const sharpes = new Float64Array(input.resamples);
  resample(returns, input, (sample, k) => {
    means[k] = mean(sample);
    sharpes[k] = sharpeEstimateOf(sample, 0).sharpe * root;
  });
  const draw = stationaryBootstrap(n, input);
  const first = [...draw()];
  for (let k = 2; k < input.resamples; k++) draw();
  const last = [...draw()];
  const { firstResampleFirst10, lastResampleLast10, ...figures } = expected;
  expect([first.slice(0, 10), last.slice(-10)]).toEqual([firstResampleFirst10, lastResampleLast10]);
  const [meanLow, meanHigh] = percentileInterval(means, input.confidence);
  const [sharpeLow, sharpeHigh] = percentileInterval(sharpes, input.confidence);
  const sharpeStandardError = standardDeviation(sharpes);
  const sharpe = sharpeEstimateOf(returns, 0).sharpe * root;
  expectFigures({ mean: mean(returns), meanLow, meanHigh, sharpe, sharpeLow, sharpeHigh, sharpeStandardError }, figures);
}

function checkSelectionTests({ input, expected }: CaseOf<"realityCheck">): void {
  const excess = matrixOf(input);
  const white = realityCheck(excess, input);
  const hansen = superiorAbility(excess, input);
  const { means, omega, ...figures } = expected;
  expectNumbers(columnMeans(excess, new Int32Array(excess.rows).keys()), means);
  expectNumbers(hansen.omega, omega);
  expectFigures(
    {
      rcStatistic: white.statistic,
      rcCountAtLeast: Math.round(white.pValue * input.resamples),
      rcPValue: white.pValue,
      spaStatistic: hansen.statistic,
      spaPValueLower: hansen.pLower,
      spaPValueConsistent: hansen.pConsistent,
      spaPValueUpper: hansen.pUpper,
    },
    figures,
  );
}

function check(one: Case): void {
  switch (one.kind) {
    case "psr": {
      const { benchmarkSharpe, n, ...estimate } = one.input;
      expectFigures({ psr: probabilisticSharpe({ ...estimate, observations: n }, benchmarkSharpe) }, one.expected);
      break;
    }
    case "expectedMaxSharpe":
      expectFigures({ value: expectedMaxSharpe(one.input.trials) }, one.expected);
      break;
    case "minTrackRecordLength": {
      const { benchmarkSharpe, confidence, ...estimate } = one.input;
      expectFigures({ observations: minTrackRecordLength(estimate, benchmarkSharpe, confidence) }, one.expected);
      break;
    }
    case "dsr": {
      const { trialSharpeVariance, trials, n, ...estimate } = one.input;
      const selection = { trials, sharpeVariance: trialSharpeVariance };
      const dsr = deflatedSharpe({ ...estimate, observations: n }, selection);
      expectFigures({ benchmarkSharpe: sharpeOfLuck(selection), dsr }, one.expected);
      break;
    }
    case "dsrFromTrials":
      checkTrials(one);
      break;
    case "cscv":
      checkCscv(one);
      break;
    case "stationaryBootstrapIndices": {
      const draw = stationaryBootstrap(one.input.n, one.input);
      expect(one.expected.indices.map(() => [...draw()])).toEqual(one.expected.indices);
      break;
    }
    case "bootstrapCi":
      checkInterval(one);
      break;
    case "realityCheck":
      checkSelectionTests(one);
      break;
    default:
      one satisfies never;
  }
}

describe("reference vectors of overfitting", () => {
  test.each(reference.cases.map((one) => [one.kind, one.id, one] as const))("%s: %s", (_kind, _id, one) => {
    check(one);
  });
});

describe("examples printed in papers", () => {
  test.each(published.cases.map((one) => [one.kind, one.id, one] as const))("%s: %s", (_kind, _id, one) => {
    check(one);
    const printed = Object.entries(one.published ?? {});
    expect(printed.length).toBeGreaterThan(0);
    for (const [name, value] of printed) {
      const exact = new Map<string, unknown>(Object.entries(one.expected)).get(name);
      expect(Math.abs(Number(exact) - value)).toBeLessThanOrEqual(0.5 * 10 ** -(one.publishedDecimals ?? 0) + 1e-15);
    }
  });
});
