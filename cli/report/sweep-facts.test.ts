import { describe, expect, test } from "bun:test";
import { someBars } from "../../core/indicators/generated-bars.ts";
import type { Luck } from "../../core/run/luck.ts";
import type { SweepRun } from "../../core/run/sweep.ts";
import { sweepOf } from "../../core/run/test-sweep.ts";
import { engineTs } from "../../engine-ts/engine.ts";
import { plainSweeper } from "../../engine-ts/sweep.ts";
import { sweepPicture } from "../picture/sweep-picture.ts";
import { luckDetails, luckNote, luckText } from "./sweep-facts.ts";

const NONE = Number.NaN;
const LUCK: Luck = {
  ...{ trialCount: 19_900, effectiveTrials: 812, expectedMaxSharpe: 1.2, probabilisticSharpe: 0.99, deflatedSharpe: 0.61 },
  ...{
    deflatedSharpeAllTrials: 0.42,
    minTrackRecordLength: 1300,
    probabilityOfBacktestOverfitting: 0.56,
    probabilityOfLoss: 0.2,
  },
  ...{ degradationSlope: -0.4, plateauScore: 0.7, sharpeCi: [-0.3, 1.9], returnCi: [0.01, 0.2], luckProbability: 0.02 },
  verdict: { code: "promising", text: "It is rare.", reasons: ["It stands alone.", "2 bars are few: 3 are needed.", "More."] },
  resampling: { seed: 1, meanBlock: 10, resamples: 1000 },
  snooping: null,
};
const BLANK = Object.fromEntries(
  Object.entries(LUCK).flatMap(([name, value]) => (typeof value === "number" ? [[name, NONE]] : [])),
);

const run = await sweepOf(
  someBars(3, 80),
  { strategy: "momentum", params: { lookback: [2, 5] }, overfitting: "none" },
  plainSweeper(engineTs),
);
const judged = (change: Partial<Luck>): SweepRun => ({ ...run, luck: { ...LUCK, ...change } });
const coded = (code: Luck["verdict"]["code"], reasons: readonly string[] = []) =>
  judged({ verdict: { code, text: "So it is.", reasons } });

describe("the verdict on luck", () => {
  test("stands in capitals before its sentences; where there is none, they say so themselves", () => {
    expect(
      (["likely_luck", "inconclusive", "promising", "not_computable"] as const).map((code) => luckText(coded(code))),
    ).toEqual(["LIKELY LUCK. So it is.", "INCONCLUSIVE. So it is.", "PROMISING. So it is.", "So it is."]);
  });

  test("comes with up to two reasons against the best trial, and the figures behind it", () => {
    expect(luckDetails(judged({}))).toEqual([
      "against it: it stands alone",
      "against it: 2 bars are few: 3 are needed",
      "behind it: luck does as well in 2 %; probability of overfitting 56 %; deflated Sharpe 61 %; plateau 70 %; Sharpe, 95 % interval -0.30 to 1.90",
    ]);
    expect(luckDetails(coded("likely_luck")).map((line) => line.slice(0, 10))).toEqual(["behind it:"]);
  });

  test("rounds shares to 0 and 100 % only where they are that", () => {
    const shares = { luckProbability: 0.004, probabilityOfBacktestOverfitting: 0, deflatedSharpe: 0.996, plateauScore: 1 };
    expect(luckDetails(judged(shares)).at(-1)).toStartWith(
      "behind it: luck does as well in under 1 %; probability of overfitting 0 %; deflated Sharpe over 99 %; plateau 100 %; ",
    );
  });

  test("comes with the tests of all trials where they were made and are defined", () => {
    const snooping = { realityCheck: 0.0304, spa: { lower: 0.1, consistent: 0.2, upper: 0.3 } };
    expect(luckDetails(judged({ snooping })).at(-1)).toEndWith("; Reality Check p 0.030; SPA p 0.200");
    const undefinedOnes = { realityCheck: 1, spa: { lower: NONE, consistent: NONE, upper: NONE } };
    expect(luckDetails(judged({ snooping: undefinedOnes })).at(-1)).toEndWith("; Reality Check p 1.000");
  });

  test("that there is not comes with its further reasons, and the figures that can be had", () => {
    const verdict = { code: "not_computable", text: "So it is.", reasons: ["So it is.", "Ten bars."] } as const;
    const few = (plateauScore: number) => judged({ ...BLANK, verdict, plateauScore, sharpeCi: [NONE, NONE] });
    expect(luckDetails(few(0.5))).toEqual(["also: ten bars", "what can be told: plateau 50 %"]);
    expect(luckDetails(few(NONE))).toEqual(["also: ten bars"]);
  });

  test("that is not wanted leaves a warning where something was chosen", () => {
    expect(luckText(run)).toStartWith("2 trials were tried, and the best of them was picked by the very bars it is shown on");
    expect([luckNote(run), luckDetails(run)]).toEqual([`${luckText(run)}.`, []]);
    const one = { ...run, table: { ...run.table, grid: { ...run.table.grid, trials: 1 } } };
    expect([luckText(one), luckNote(one)]).toEqual([null, null]);
  });
});

test("a picture carries the verdict in a line", () => {
  expect(luckNote(judged({}))).toBe(
    "PROMISING: luck alone times the market as well in about 1 in 50 such searches; 19,900 combinations tried, about 812 different in substance.",
  );
  expect(luckNote(coded("not_computable"))).toBe("So it is.");
  const view = { metric: "sharpe", x: run.table.grid.axes[0]!, y: null } as const;
  expect(sweepPicture(judged({}), view)).toContain(
    ">PROMISING: luck alone times the market as well in about 1 in 50 such searches; ",
  );
  const one = { ...run, table: { ...run.table, grid: { ...run.table.grid, trials: 1 } } };
  expect(sweepPicture(one, view)).not.toContain("were tried");
});
