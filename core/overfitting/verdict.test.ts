import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { LuckFigures, SweepFacts } from "./figures.ts";
import { verdictOf } from "./verdict.ts";
import { count, objectiveText, oddsOf, percent, sharpeText } from "./wording.ts";

const figures: LuckFigures = {
  trialCount: 19_900,
  effectiveTrials: 812,
  expectedMaxSharpe: 1.2,
  probabilisticSharpe: 0.99,
  deflatedSharpe: 0.61,
  deflatedSharpeAllTrials: 0.42,
  minTrackRecordLength: 1300.4,
  probabilityOfBacktestOverfitting: 0.37,
  probabilityOfLoss: 0.2,
  degradationSlope: -0.4,
  plateauScore: 0.7,
  sharpeCi: [0.3, 1.9],
  returnCi: [0.01, 0.2],
  luckProbability: 0.2,
};
const facts: SweepFacts = {
  bars: 2520,
  traded: 19_900,
  judged: 19_900,
  objective: "sharpe",
  hasBest: true,
  trades: 40,
  sharpe: 1.4,
  unvalidated: null,
};

describe("verdict", () => {
  test("says in two sentences what was tried, what luck gives and how often", () => {
    expect(verdictOf(figures, facts)).toEqual({
      code: "inconclusive",
      text:
        "Of 19,900 combinations tried, about 812 differ in substance; luck alone would give the best of them a Sharpe ratio of about 1.20, and this one has 1.40. " +
        "Luck alone times the market as well in about 1 in 5 such searches: it may be skill or chance, and more data would tell.",
      reasons: [],
    });
  });

  test("is promising where luck is rare, and likely luck where it is as good as not", () => {
    const codeAt = (luckProbability: number) => verdictOf({ ...figures, luckProbability }, facts).code;
    expect([0, 0.05, 0.051, 0.49, 0.5, 1].map(codeAt)).toEqual([
      "promising",
      "promising",
      "inconclusive",
      "inconclusive",
      "likely_luck",
      "likely_luck",
    ]);
    expect(verdictOf({ ...figures, luckProbability: 0.004 }, facts).text).toContain("about 1 in 250 such searches");
    expect(verdictOf({ ...figures, luckProbability: 0.8 }, facts).text).toContain("about 8 of 10 such searches");
  });

  test("is never promising where even the best earned no more than cash", () => {
    const { code, text } = verdictOf({ ...figures, luckProbability: 0.001 }, { ...facts, sharpe: -0.1 });
    expect(code).toBe("inconclusive");
    expect(text).toContain("no more than cash");
  });

  test("is never promising on a handful of trades", () => {
    const { code, text, reasons } = verdictOf({ ...figures, luckProbability: 0.001 }, { ...facts, trades: 4 });
    expect(code).toBe("inconclusive");
    expect(text).toEndWith(
      "Luck alone would time the market as well in about 1 in 1,000 such searches, but 4 closed trades cannot tell skill from a lucky hit.",
    );
    expect(reasons).toEqual(["It rests on 4 closed trades; fewer than 5 cannot tell skill from a lucky hit."]);
    const restsOn = (trades: number) => verdictOf(figures, { ...facts, trades }).reasons[0];
    expect([0, 1].map(restsOn)).toEqual([
      "It rests on no closed trades; fewer than 5 cannot tell skill from a lucky hit.",
      "It rests on 1 closed trade; fewer than 5 cannot tell skill from a lucky hit.",
    ]);
  });

  test("lists what speaks against the best", () => {
    const weak: LuckFigures = {
      ...figures,
      effectiveTrials: 1.2,
      deflatedSharpe: 0.1,
      probabilityOfBacktestOverfitting: 0.61,
      plateauScore: 0.204,
      minTrackRecordLength: 12_345.1,
      sharpeCi: [-0.3, 1.1],
    };
    const { text, reasons } = verdictOf(weak, { ...facts, judged: 3, objective: "total_return", unvalidated: "Left out." });
    expect(text).toContain("about 1 differs in substance");
    expect(reasons).toEqual([
      "Only 3 combinations have a Sharpe ratio, so what luck can do is estimated roughly.",
      "A Sharpe ratio of 1.40 is not above the 1.20 that luck would give the best of so many.",
      "Chosen on one half of the history, the best fell into the lower half of all on the other in 61 % of the splits.",
      "It stands alone: its neighbours in the grid keep 20 % of its total return.",
      "2,520 bars are a short record: 12,346 are needed to tell its Sharpe ratio from 0.",
      "Histories drawn anew from its returns give Sharpe ratios from -0.30 to 1.10.",
      "Left out.",
    ]);
  });

  test("tells a record that is far too short without a number that nobody can read", () => {
    const needing = (minTrackRecordLength: number) => verdictOf({ ...figures, minTrackRecordLength }, facts).reasons;
    expect(needing(252_000)).toEqual(["2,520 bars are a short record: 252,000 are needed to tell its Sharpe ratio from 0."]);
    expect(needing(1e34)).toEqual([
      "2,520 bars are a short record: more than 100 times as many are needed to tell its Sharpe ratio from 0.",
    ]);
  });

  test.each([
    [{ traded: 0, judged: 0 }, {}, ["None of the 19,900 combinations ever traded."]],
    [{ traded: 0, judged: 0 }, { trialCount: 1 }, ["The one combination never traded."]],
    [{ judged: 0 }, {}, ["None of the 19,900 combinations ever gained or lost anything, so no Sharpe ratio is defined."]],
    [{ judged: 1 }, { trialCount: 1 }, ["Only one combination was tried: nothing was chosen, so nothing was chosen by luck."]],
    [{ judged: 1 }, {}, ["Only one combination has a Sharpe ratio: there is nothing to compare it with."]],
    [{ bars: 10 }, {}, ["10 bars are too few: a verdict needs 32."]],
    [{ hasBest: false, objective: "profit_factor" }, {}, ["No combination has a defined profit factor."]],
    [
      { sharpe: Number.NaN, objective: "max_drawdown" },
      {},
      ["The best by max drawdown has no Sharpe ratio: it never gained or lost anything."],
    ],
    [{}, { luckProbability: Number.NaN }, ["The best combination shows no timing of its own that could be told from holding."]],
  ])("cannot be computed for %o, %o, and says why", (fact, figure, reasons) => {
    const verdict = verdictOf({ ...figures, ...figure }, { ...facts, ...fact });
    expect(verdict).toEqual({ code: "not_computable", text: `Luck cannot be judged here. ${reasons[0]}`, reasons });
  });

  test("never tells an undefined number", () => {
    const value = fc.oneof(
      fc.constant(Number.NaN),
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    );
    const anyFigures = fc.record({
      trialCount: fc.integer({ min: 1, max: 1e6 }),
      effectiveTrials: fc.oneof(fc.constant(Number.NaN), fc.double({ min: 1, max: 1e6, noNaN: true })),
      expectedMaxSharpe: fc.double({ min: 0, max: 5, noNaN: true }),
      probabilisticSharpe: value,
      deflatedSharpe: value,
      deflatedSharpeAllTrials: value,
      minTrackRecordLength: value,
      probabilityOfBacktestOverfitting: value,
      probabilityOfLoss: value,
      degradationSlope: value,
      plateauScore: value,
      sharpeCi: fc.oneof(fc.constant([Number.NaN, Number.NaN] as const), fc.tuple(fc.constant(-1), fc.constant(2))),
      returnCi: fc.constant([Number.NaN, Number.NaN] as const),
      luckProbability: value,
    });
    const anyFacts = fc.record({
      bars: fc.integer({ min: 1, max: 5000 }),
      traded: fc.integer({ min: 0, max: 3 }),
      judged: fc.integer({ min: 0, max: 3 }),
      objective: fc.constant("sharpe"),
      hasBest: fc.boolean(),
      trades: fc.integer({ min: 0, max: 100 }),
      sharpe: value,
      unvalidated: fc.constant(null),
    });
    fc.assert(
      fc.property(anyFigures, anyFacts, (some, known) => {
        // Trials are known to differ wherever luck has a probability.
        const consistent = Number.isNaN(some.effectiveTrials) ? { ...some, luckProbability: Number.NaN } : some;
        const { code, text, reasons } = verdictOf(consistent, known);
        expect([text, ...reasons].join(" ")).not.toMatch(/NaN|Infinity|undefined|null/);
        expect(code === "not_computable" ? reasons.length : 1).toBeGreaterThan(0);
      }),
      { seed: 3, numRuns: 2000 },
    );
  });
});

describe("wording", () => {
  test("numbers are set as people read them", () => {
    expect([1, 999, 1000, 19_900.4, 1_234_567].map(count)).toEqual(["1", "999", "1,000", "19,900", "1,234,567"]);
    expect([1.005, -0.001, -0.3].map(sharpeText)).toEqual(["1.00", "0.00", "-0.30"]);
    expect(percent(0.204)).toBe("20 %");
    expect(["sharpe", "total_return"].map(objectiveText)).toEqual(["Sharpe ratio", "total return"]);
  });

  test("probabilities are told as odds", () => {
    expect([0, 0.0036, 0.02, 0.25, 0.4, 0.41, 0.9, 0.91, 1].map(oddsOf)).toEqual([
      "fewer than 1 in 1,000 such searches",
      "about 1 in 280 such searches",
      "about 1 in 50 such searches",
      "about 1 in 4 such searches",
      "about 1 in 3 such searches",
      "about 4 of 10 such searches",
      "about 9 of 10 such searches",
      "nearly every such search",
      "nearly every such search",
    ]);
  });
});
