import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { blockSumsOf } from "../core/overfitting/block-sums.ts";
import { crossValidate } from "../core/overfitting/cscv.ts";
import { deflatedSharpe, sharpeOfLuck } from "../core/overfitting/deflated-sharpe.ts";
import { effectiveTrials } from "../core/overfitting/effective-trials.ts";
import { largestExceeds } from "../core/overfitting/largest-of-correlated.ts";
import { minTrackRecordLength } from "../core/overfitting/min-track-record-length.ts";
import { plateauScore } from "../core/overfitting/plateau-score.ts";
import { findWinners, sharpeOver, splitsOf } from "../core/overfitting/splits.ts";
import { stationaryBootstrap } from "../core/overfitting/stationary-bootstrap.ts";
import { timingReturns } from "../core/overfitting/timing.ts";
import { verdictOf } from "../core/overfitting/verdict.ts";
import { parseSweep } from "../core/requests/sweep.ts";
import { sweepSchema } from "../core/requests/sweep-schema.ts";
import { MOST_SNOOPING_STEPS } from "../core/run/luck.ts";
import { runSweep } from "../core/run/sweep.ts";
import { sweepAnswer } from "../core/run/sweep-answer.ts";
import { mean } from "../core/statistics/moments.ts";
import { probabilisticSharpe } from "../core/statistics/probabilistic-sharpe.ts";
import { sampleProvider } from "../data/sample.ts";
import { engineTs } from "../engine-ts/engine.ts";
import { plainSweeper } from "../engine-ts/sweep.ts";

const PAGE = readFileSync(new URL("./overfitting.md", import.meta.url), "utf8");
/** The words without line breaks and marks of quotations, minus signs as numbers have them. */
const prose = PAGE.replaceAll(/\n> ?/g, "\n").replaceAll("−", "-").replaceAll(/\s+/g, " ");
const [REQUEST = "", BLOCK = ""] = [...PAGE.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = ""]) => text);

/** What is shown as a pattern: `…` is anything, white space is for reading. */
function patternOf(shown: string): RegExp {
  const literal = shown.replace(/\s+/g, "").split("…");
  return new RegExp(`^${literal.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("\\d*")}$`);
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

describe("docs/overfitting.md", () => {
  test("shows what its example answers, and reads it rightly", async () => {
    const asked = parseSweep(JSON.parse(REQUEST));
    if (!asked.ok) throw new Error(asked.error.detail);
    const ports = { provider: sampleProvider, engine: engineTs, sweeper: plainSweeper(engineTs), nowMs: Date.UTC(2030, 0, 1) };
    const run = await runSweep(asked.value.request, ports);
    if (!run?.ok) throw new Error("the example failed");
    const receipt = { sweepId: null, createdAtMs: 0, runtimeSeconds: 0.1, fallbackReason: null };
    const block = sweepAnswer(run.value, receipt).overfitting;
    const shown = patternOf(BLOCK);
    const told = JSON.parse(JSON.stringify(block));
    const inOrder = [...BLOCK.matchAll(/"([a-z_]+)": /g)]
      .map(([, name = ""]) => name)
      .filter((name) => Object.hasOwn(told, name));
    expect(inOrder.toSorted()).toEqual(Object.keys(told).toSorted());
    const arranged = Object.fromEntries(inOrder.map((name) => [name, told[name]]));
    expect(JSON.stringify(arranged).replace(/\s+/g, "")).toMatch(shown);
  });

  test("gives every figure of the block a row, and every field of the request its default", () => {
    const [, figures = ""] = PAGE.split("## The figures");
    const rows = figures.split("\n").flatMap((line) => (line.startsWith("| `") ? [line.split(" | ")[0] ?? ""] : []));
    const named = rows.flatMap((row) => [...row.matchAll(/`([a-z_]+)`/g)].map(([, name = ""]) => name));
    const block = [...BLOCK.matchAll(/"([a-z_]+)": /g)].map(([, name = ""]) => name);
    const inside = ["verdict_code", "verdict", "reasons", "lower", "consistent", "upper", "seed", "mean_block", "resamples"];
    expect(named.toSorted()).toEqual(block.filter((name) => !inside.includes(name)).toSorted());
    const { overfitting, seed, snooping_tests } = sweepSchema.parse({});
    const fields = [...PAGE.matchAll(/^\| `(overfitting|seed|snooping_tests)` \| `?([a-z0-9]+)`? \|/gm)].map(
      ([, , value]) => value,
    );
    expect(fields).toEqual([overfitting, seed, snooping_tests].map(String));
    expect(prose).toContain(`of which ${MOST_SNOOPING_STEPS.toLocaleString("en")} are the limit`);
    expect(prose).toContain(`Each of the ${splitsOf(16).count.toLocaleString("en")} ways`);
  });

  test("gives the thresholds of the verdict", () => {
    const luck = {
      trialCount: 9,
      effectiveTrials: 5,
      expectedMaxSharpe: 0,
      probabilisticSharpe: 1,
      deflatedSharpe: 1,
      deflatedSharpeAllTrials: 1,
    };
    const rest = {
      minTrackRecordLength: 9,
      probabilityOfBacktestOverfitting: 0,
      probabilityOfLoss: 0,
      degradationSlope: 1,
      plateauScore: 1,
    };
    const figures = { ...luck, ...rest, sharpeCi: [1, 2], returnCi: [1, 2], luckProbability: 0.05 } as const;
    const facts = { bars: 32, traded: 9, judged: 9, objective: "sharpe", hasBest: true, trades: 5, sharpe: 1, unvalidated: null };
    const codes = [
      [{}, {}, "promising"],
      [{ luckProbability: 0.0501 }, {}, "inconclusive"],
      [{}, { sharpe: 0 }, "inconclusive"],
      [{}, { trades: 4 }, "inconclusive"],
      [{ luckProbability: 0.4999 }, {}, "inconclusive"],
      [{ luckProbability: 0.5 }, {}, "likely_luck"],
      [{}, { bars: 31 }, "not_computable"],
    ] as const;
    for (const [figure, fact, code] of codes) expect(verdictOf({ ...figures, ...figure }, { ...facts, ...fact }).code).toBe(code);
    expect(prose).toContain(
      "`luck_probability` at most 5 %, the best trial earned more than cash, and it closed at least 5 trades",
    );
    expect(prose).toContain("| `likely_luck` | `luck_probability` at least 50 % |");
    expect(prose).toContain("fewer than 32 bars");
    const against = [
      [{}, { judged: 4 }],
      [{}, { trades: 4 }],
      [{ deflatedSharpe: 0.499 }, {}],
      [{ probabilityOfBacktestOverfitting: 0.501 }, {}],
      [{ plateauScore: 0.499 }, {}],
      [{ minTrackRecordLength: 32.1 }, {}],
      [{ sharpeCi: [0, 1] }, {}],
      [{}, { unvalidated: "Not done." }],
    ] as const;
    expect(verdictOf(figures, facts).reasons).toEqual([]);
    for (const [figure, fact] of against)
      expect(verdictOf({ ...figures, ...figure }, { ...facts, ...fact }).reasons).toHaveLength(1);
  });

  test("works out what one estimate and one number of trials give", () => {
    const estimate = { sharpe: 0.06, observations: 1001, skewness: -0.5, kurtosis: 6 };
    expect(prose).toContain("s = 0.06 (0.95 a year), n = 1,001, g3 = -0.5, g4 = 6");
    expect((0.06 * Math.sqrt(252)).toFixed(2)).toBe("0.95");
    const spread = 0.3 / Math.sqrt(252);
    const selection = (trials: number) => ({ trials, sharpeVariance: spread ** 2 });
    const examples = {
      effective_trials: `M = 101, ρ = 0.9: ${effectiveTrials({ differing: 101, correlation: 0.9 }).toFixed(1)}`,
      expected_max_sharpe: `N = 11, σ = 0.3/√252: ${(sharpeOfLuck(selection(11)) * Math.sqrt(252)).toFixed(2)}`,
      probabilistic_sharpe: percent(probabilisticSharpe(estimate, 0)),
      deflated_sharpe: `N = 11, σ as above: ${percent(deflatedSharpe(estimate, selection(11)))}`,
      deflated_sharpe_all_trials: `N = 101: ${percent(deflatedSharpe(estimate, selection(101)))}`,
      min_track_record_length: minTrackRecordLength(estimate, 0).toFixed(1),
    };
    for (const [name, example] of Object.entries(examples)) {
      expect(PAGE.split("\n").find((line) => line.startsWith(`| \`${name}\` | `))).toContain(` | ${example} | `);
    }
  });

  test("works out timing: what is left of two trials when their share of the market is taken out", () => {
    const market = Float64Array.of(0.03, -0.01, 0.03, -0.01);
    const left = [Float64Array.of(0.03, 0, 0, -0.01), Float64Array.of(0.03, 0, 0.03, -0.01)].map((trial) =>
      timingReturns(trial, market, 0),
    );
    const shown = left.map((values) => Array.from(values, (value) => Number((value * 100).toPrecision(9))));
    expect(shown).toEqual([
      [1.5, 0.5, -1.5, -0.5],
      [0.375, 0.875, 0.375, -0.125],
    ]);
    expect(left.map((values) => Number((mean(values) * 100).toPrecision(9)))).toEqual([0, 0.375]);
    expect(prose).toContain("β is 0.5, and 1.5, 0.5, -1.5 and -0.5 % are left: 0 % on average");
    expect(prose).toContain("Its β is 0.875; 0.375, 0.875, 0.375 and -0.125 % are left, 0.375 % on average");
  });

  test("works out how often luck exceeds a t statistic of 2.5", () => {
    const exceeds = (differing: number, correlation: number) => percent(largestExceeds(2.5, { differing, correlation }));
    expect(prose).toContain(
      `exceeded by luck in ${exceeds(1, 0)} of single tries. The best of 101 independent trials exceeds it in ${exceeds(101, 0)} of searches, the best of 101 with a mean correlation of 0.5 in ${exceeds(101, 0.5)}, of 0.9 in ${exceeds(101, 0.9)}.`,
    );
  });

  test("works out cross-validation: six splits of two trials in four blocks", () => {
    const means = [
      [2, 2, 1, -1],
      [-1, -1, 0, 1],
    ];
    const values = Float64Array.from({ length: 16 }, (_, i) => (means[i % 2]![i >> 2]! + ((i >> 1) % 2 === 0 ? 1 : -1)) / 100);
    const sums = blockSumsOf({ values, rows: 8, columns: 2 }, 4);
    const found = crossValidate(sums, findWinners);
    const { count, low, high } = splitsOf(4);
    const rows = Array.from({ length: count }, (_, i) => {
      const blocks = [1, 2, 3, 4].filter((block) => ((low[i]! + (high[i]! << 2)) >> (block - 1)) & 1);
      const best = found.best[i]!;
      const other = sharpeOver(sums, 1 - best, low[count - 1 - i]!, high[count - 1 - i]!);
      const sharpes = [found.inSample[i]!, found.outOfSample[i]!, other].map((value) => value.toFixed(2));
      return [blocks.join(", "), "AB"[best], ...sharpes, 2 * found.rank[i]! <= 3 ? "overfit" : ""].join(" | ").trim();
    });
    const shown = [...PAGE.matchAll(/^> \| (\d, \d \| [AB] \|.*) \|$/gm)].map(([, row = ""]) => row.trim());
    expect(shown).toEqual(rows);
    const { probabilityOfOverfitting, probabilityOfLoss, degradationSlope } = found;
    expect(prose).toContain(
      `Two of six: ${(probabilityOfOverfitting * 100).toFixed(0)} %. One of six is a loss: ${(probabilityOfLoss * 100).toFixed(0)} %. The slope of the fourth column over the third is ${degradationSlope.toFixed(2)}.`,
    );
  });

  test("works out a plateau and a history", () => {
    const grid = { axes: [{ name: "lookback", values: [10, 20, 30] }], trials: 3, skipped: 0, choices: Int32Array.of(0, 1, 2) };
    const plateau = plateauScore(grid, Float64Array.of(0.9, 1.2, 0.6), 1);
    expect(plateau).toBeCloseTo(0.625, 15);
    expect(prose).toContain(
      "Lookbacks 10, 20, 30 have Sharpe ratios of 0.9, 1.2, 0.6: the neighbours of 20 keep 0.75 and 0.5 of it, the plateau is 0.625.",
    );
    const history = stationaryBootstrap(12, { seed: 1, meanBlock: 3 })();
    expect(prose).toContain(`the first history is the returns ${history.join(", ")}.`);
  });

  test("tells the shares that the experiment measured", () => {
    const share = z.number();
    const row = z.object({
      seeds: z.string(),
      grid: z.string(),
      market: z.string(),
      promising: share,
      deflated_sharpe_from_95: share,
      overfitting_up_to_10: share,
    });
    const receipt = readFileSync(new URL("../profiles/DL-020/luck.json", import.meta.url), "utf8");
    const { results } = z.object({ results: z.array(row) }).parse(JSON.parse(receipt));
    const fresh = results.filter(({ seeds }) => seeds === "fresh");
    const table = [...PAGE.matchAll(/^\| ([a-z][a-z0-9., ]+) \| ([\d.]+ %) \| ([\d.]+ %) \| ([\d.]+ %) \|$/gm)].map((match) =>
      match.slice(1),
    );
    expect(table).toEqual(
      fresh
        .filter(({ grid, market }) => grid === "SMA pairs" && market !== "clustered random walk")
        .map((one) => [one.market, ...[one.promising, one.deflated_sharpe_from_95, one.overfitting_up_to_10].map(percent)]),
    );
    const promising = (grid: string, market: string) => {
      const found = fresh.find((one) => one.grid === grid && one.market === market);
      return found === undefined ? "not measured" : percent(found.promising);
    };
    const [calm, rising, wild] = ["random walk", "rising random walk", "clustered random walk"] as const;
    expect(prose).toContain(
      `RSI reversion ${promising("RSI", calm)} \`promising\` (${promising("RSI", rising)} on a rising walk), Bollinger reversion ${promising("Bollinger", calm)} (${promising("Bollinger", rising)})`,
    );
    expect(prose).toContain(
      `SMA pairs ${promising("SMA pairs", wild)}, RSI ${promising("RSI", wild)}, Bollinger ${promising("Bollinger", wild)}.`,
    );
    const weak = [0.5, 1].map((sharpe) => promising("SMA pairs", `changing drift, right rule ${sharpe}`));
    expect(prose).toContain(`${weak.join(" and ")} of such searches are \`promising\``);
    expect((1 - 0.95 ** 10) * 100).toBeCloseTo(40, 0);
  });
});
