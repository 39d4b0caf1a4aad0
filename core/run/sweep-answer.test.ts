import { describe, expect, test } from "bun:test";
import { engineTs } from "../../engine-ts/engine.ts";
import { plainSweeper } from "../../engine-ts/sweep.ts";
import { TRIAL_COLUMNS } from "../sweep/table.ts";
import { trialRow } from "../sweep/trial-row.ts";
import { answerOf } from "./answer.ts";
import type { Luck } from "./luck.ts";
import { type SweepAnswer, sweepAnswer } from "./sweep-answer.ts";
import { pricedAt, runOf, weekdayBars } from "./test-run.ts";
import { sweepOf } from "./test-sweep.ts";

const PLAIN = plainSweeper(engineTs);

const RECEIPT = { sweepId: "s", createdAtMs: Date.UTC(2025, 0, 2, 3, 4, 5), runtimeSeconds: 0.25, fallbackReason: "none" };
const BARS = weekdayBars(pricedAt([100, 101, 99, 102, 98, 103, 104, 101, 107, 109]));
const FIELDS = { strategy: "momentum", params: { lookback: [1, 2, 3, 50] }, commission: 0.001, direction: "both" };

/** A judgement in which no two figures are alike. */
const LUCK: Luck = {
  ...{ trialCount: 4, effectiveTrials: 3.5, expectedMaxSharpe: 1.2, probabilisticSharpe: 0.99, deflatedSharpe: 0.61 },
  ...{
    deflatedSharpeAllTrials: 0.42,
    minTrackRecordLength: 1300.4,
    probabilityOfBacktestOverfitting: 0.37,
    probabilityOfLoss: 0.21,
  },
  ...{ degradationSlope: -0.4, plateauScore: 0.7, sharpeCi: [0.3, 1.9], returnCi: [-0.1, 0.25], luckProbability: 0.2 },
  verdict: { code: "inconclusive", text: "Who knows.", reasons: ["One.", "Two."] },
  resampling: { seed: 7, meanBlock: 2.5, resamples: 100 },
  snooping: { realityCheck: 0.03, spa: { lower: 0.01, consistent: 0.02, upper: 0.04 } },
};

async function answer(fields: object = {}, receipt: Partial<typeof RECEIPT> = {}): Promise<SweepAnswer> {
  return sweepAnswer(await sweepOf(BARS, { ...FIELDS, ...fields }, PLAIN), { ...RECEIPT, ...receipt });
}

describe("the answer to a sweep", () => {
  test("has the documented shape, in its order", async () => {
    const got = await answer();
    expect(JSON.parse(JSON.stringify(got))).toEqual(got);
    expect(Object.keys(got.overfitting ?? {})).toEqual(
      `verdict_code verdict reasons luck_probability trial_count effective_trials expected_max_sharpe probabilistic_sharpe deflated_sharpe
      deflated_sharpe_all_trials min_track_record_length probability_of_backtest_overfitting probability_of_loss degradation_slope plateau_score
      sharpe_ci return_ci reality_check spa bootstrap`.split(/\s+/),
    );
    expect(Object.keys(got)).toEqual(
      `sweep_id status symbol strategy created_at trials skipped objective best top overfitting kernel runtime_seconds trials_per_second
      conventions data engine result_hash`.split(/\s+/),
    );
    expect(got).toMatchObject({
      ...{ sweep_id: "s", status: "completed", symbol: "TEST", strategy: "momentum", created_at: "2025-01-02T03:04:05.000Z" },
      ...{ trials: 4, skipped: 0, objective: "sharpe", kernel: "plain" },
      ...{ runtime_seconds: 0.25, trials_per_second: 16 },
      engine: { name: "ts", version: engineTs.version, fallback_reason: "none" },
      result_hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
    expect(Object.keys(got.best ?? {})).toEqual(["params", ...TRIAL_COLUMNS]);
  });

  test("lists the best trials, undefined ones last", async () => {
    const run = await sweepOf(BARS, FIELDS, PLAIN);
    const { best, top } = sweepAnswer(run, RECEIPT);
    expect(top).toEqual(Array.from(run.order, (trial) => trialRow(run.table, trial)));
    expect(best).toEqual(top[0]!);
    const sharpes = top.map(({ sharpe }) => sharpe);
    expect(sharpes.at(-1)).toBeNull();
    expect(top.at(-1)).toMatchObject({ params: { lookback: 50 }, trades: 0, total_return: 0, win_rate: null });
    expect(sharpes.slice(0, 3).map(Number)).toEqual(
      sharpes
        .slice(0, 3)
        .map(Number)
        .toSorted((a, b) => b - a),
    );
  });

  test("lists as many as were asked for", async () => {
    expect((await answer({ top: 2 })).top).toHaveLength(2);
    expect(await answer({ top: 0 })).toMatchObject({ top: [], best: { params: expect.any(Object) } });
  });

  test("has no best where the objective is undefined for every trial", async () => {
    const got = await answer({ params: { lookback: [50, 60] }, objective: "profit_factor" });
    expect(got.best).toBeNull();
    expect(got.top.map(({ params }) => params)).toEqual([{ lookback: 50 }, { lookback: 60 }]);
  });

  test("tells conventions and data as the answer to a single run does", async () => {
    const single = answerOf(await runOf(BARS, { ...FIELDS, params: { lookback: 2 } }, engineTs), { ...RECEIPT, jobId: null });
    const got = await answer();
    expect(got.conventions).toEqual(single.conventions);
    expect(got.data).toEqual(single.data);
  });

  test("tells luck under the documented names", async () => {
    const run = await sweepOf(BARS, FIELDS, PLAIN);
    expect(sweepAnswer({ ...run, luck: LUCK }, RECEIPT).overfitting).toEqual({
      ...{ verdict_code: "inconclusive", verdict: "Who knows.", reasons: ["One.", "Two."], luck_probability: 0.2 },
      ...{ trial_count: 4, effective_trials: 3.5, expected_max_sharpe: 1.2, probabilistic_sharpe: 0.99, deflated_sharpe: 0.61 },
      ...{ deflated_sharpe_all_trials: 0.42, min_track_record_length: 1300.4, probability_of_backtest_overfitting: 0.37 },
      ...{
        probability_of_loss: 0.21,
        degradation_slope: -0.4,
        plateau_score: 0.7,
        sharpe_ci: [0.3, 1.9],
        return_ci: [-0.1, 0.25],
      },
      ...{ reality_check: 0.03, spa: { lower: 0.01, consistent: 0.02, upper: 0.04 } },
      bootstrap: { seed: 7, mean_block: 2.5, resamples: 100 },
    });
  });

  test("tells null for every figure of luck that is undefined, for tests that were not made, and where none is wanted", async () => {
    const run = await sweepOf(BARS, FIELDS, PLAIN);
    const blank = Object.fromEntries(
      Object.entries(LUCK).map(([name, value]) => [name, typeof value === "number" ? Number.NaN : value]),
    );
    const luck = { ...LUCK, ...blank, sharpeCi: [Number.NaN, 1.9], returnCi: [Number.NaN, Number.NaN], trialCount: 4 } as const;
    const spa = { lower: Number.NaN, consistent: Number.NaN, upper: Number.NaN };
    const told = (snooping: Luck["snooping"]) => sweepAnswer({ ...run, luck: { ...luck, snooping } }, RECEIPT).overfitting;
    const { verdict_code: _, verdict: __, reasons: ___, bootstrap: ____, ...figures } = told(null) ?? {};
    expect(Object.entries(figures).filter(([, value]) => value !== null)).toEqual([["trial_count", 4]]);
    expect(told({ realityCheck: Number.NaN, spa })).toMatchObject({
      reality_check: null,
      spa: { lower: null, consistent: null, upper: null },
    });
    expect((await answer({ overfitting: "none" })).overfitting).toBeNull();
  });

  test("has no speed where no time was measured", async () => {
    expect((await answer({}, { runtimeSeconds: 0 })).trials_per_second).toBeNull();
  });
});
