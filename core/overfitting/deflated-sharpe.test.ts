import { describe, expect, test } from "bun:test";
import { uniforms } from "../random.ts";
import { probabilisticSharpe } from "../statistics/probabilistic-sharpe.ts";
import { deflatedSharpe, sharpeOfLuck } from "./deflated-sharpe.ts";
import { expectedMaxSharpe } from "./expected-max-sharpe.ts";
import { minTrackRecordLength } from "./min-track-record-length.ts";
import { sharpeEstimateOf } from "./sharpe-estimate.ts";

const estimate = { sharpe: 0.1, observations: 500, skewness: -0.4, kurtosis: 5 };

describe("expected largest Sharpe ratio", () => {
  test("grows with the trials from 0, takes fractions of trials and is never below 0", () => {
    let before = 0;
    for (let trials = 1; trials < 2e6; trials *= 1.1) {
      const now = expectedMaxSharpe(trials);
      expect(now).toBeGreaterThanOrEqual(before);
      before = now;
    }
    expect(expectedMaxSharpe(1.01)).toBe(0);
  });

  test("is near the mean of the largest of a hundred normal values", () => {
    const next = uniforms(8);
    const largest = () => {
      // The sum of twelve uniforms has thinner tails: Box and Muller's pair instead.
      let most = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < 100; k++) {
        most = Math.max(most, Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()));
      }
      return most;
    };
    let sum = 0;
    for (let k = 0; k < 4000; k++) sum += largest();
    expect(Math.abs(sum / 4000 - expectedMaxSharpe(100))).toBeLessThan(0.05);
  });

  test("refuses what is no number of trials", () => {
    for (const trials of [0, 0.99, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => expectedMaxSharpe(trials)).toThrow(RangeError);
  });
});

describe("deflated Sharpe ratio", () => {
  test("of one trial is the probabilistic one, whatever the spread, which one trial does not have", () => {
    expect(deflatedSharpe(estimate, { trials: 1, sharpeVariance: Number.NaN })).toBe(probabilisticSharpe(estimate, 0));
  });

  test("falls with more trials and with a wider spread", () => {
    const of = (trials: number, sharpeVariance: number) => deflatedSharpe(estimate, { trials, sharpeVariance });
    expect(of(10, 0.001)).toBeGreaterThan(of(11, 0.001));
    expect(of(10, 0.001)).toBeGreaterThan(of(10, 0.0011));
    expect(of(10, 0)).toBe(probabilisticSharpe(estimate, 0));
  });

  test("is undefined where the spread or the number of trials is", () => {
    expect(deflatedSharpe(estimate, { trials: 2, sharpeVariance: Number.NaN })).toBeNaN();
    expect(sharpeOfLuck({ trials: Number.NaN, sharpeVariance: 0.001 })).toBeNaN();
  });
});

describe("minimum track record length", () => {
  test("is the length at which the probabilistic Sharpe ratio reaches the confidence, 95 % unless told", () => {
    const needed = minTrackRecordLength(estimate, 0.02);
    expect(probabilisticSharpe({ ...estimate, observations: needed }, 0.02)).toBeCloseTo(0.95, 12);
  });

  test("is undefined for a Sharpe ratio that is not above the threshold, or whose variance is not positive, and where no double holds it", () => {
    expect(minTrackRecordLength({ ...estimate, sharpe: 1e-160 }, 0)).toBeNaN();
    expect(minTrackRecordLength(estimate, 0.1)).toBeNaN();
    expect(minTrackRecordLength({ ...estimate, sharpe: Number.NaN }, 0)).toBeNaN();
    expect(minTrackRecordLength({ sharpe: 2, skewness: 1, kurtosis: 2 }, 0)).toBeNaN();
  });
});

describe("Sharpe estimate", () => {
  test("of 0, 0, 0, 4 % above 1 % is 0, with skewness 2 / sqrt(3) and kurtosis 7 / 3", () => {
    const { sharpe, observations, skewness, kurtosis } = sharpeEstimateOf(Float64Array.of(0, 0, 0, 0.04), 0.01);
    expect([sharpe, observations]).toEqual([0, 4]);
    expect(skewness).toBeCloseTo(2 / Math.sqrt(3), 12);
    expect(kurtosis).toBeCloseTo(7 / 3, 12);
  });

  test("is undefined for one return and for equal ones", () => {
    expect(sharpeEstimateOf(Float64Array.of(0.1), 0).sharpe).toBeNaN();
    expect(sharpeEstimateOf(new Float64Array(10).fill(0.1), 0).sharpe).toBeNaN();
  });
});
