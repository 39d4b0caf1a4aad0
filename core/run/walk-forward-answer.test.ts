import { describe, expect, test } from "bun:test";
import { engineTs } from "../../engine-ts/engine.ts";
import { plainSweeper } from "../../engine-ts/sweep.ts";
import { TRIAL_COLUMNS } from "../sweep/table.ts";
import { answerOf } from "./answer.ts";
import { pricedAt, runOf, weekdayBars } from "./test-run.ts";
import { walkForwardOf } from "./test-walk-forward.ts";
import { type WalkForwardAnswer, walkForwardAnswer } from "./walk-forward-answer.ts";

const PLAIN = { engine: engineTs, sweeper: plainSweeper(engineTs) };
const RECEIPT = { walkForwardId: "w", createdAtMs: Date.UTC(2025, 0, 2, 3, 4, 5), runtimeSeconds: 0.25, fallbackReason: "none" };
const BARS = weekdayBars(pricedAt([100, 101, 99, 102, 98, 103, 104, 101, 107, 109, 111]));
const FIELDS = {
  strategy: "momentum",
  params: { lookback: [1, 2, 3] },
  commission: 0.001,
  in_sample_bars: 4,
  out_of_sample_bars: 3,
};

async function answer(fields: object = {}): Promise<WalkForwardAnswer> {
  return walkForwardAnswer(await walkForwardOf(BARS, { ...FIELDS, ...fields }, PLAIN), RECEIPT);
}

describe("the answer to a walk-forward", () => {
  test("has the documented shape, in its order", async () => {
    const got = await answer();
    expect(JSON.parse(JSON.stringify(got))).toEqual(got);
    expect(Object.keys(got)).toEqual(
      `walk_forward_id status symbol strategy created_at mode trials skipped objective folds out_of_sample efficiency_ratio parameter_stability
      conventions data engine result_hash runtime_seconds`.split(/\s+/),
    );
    expect(got).toMatchObject({
      ...{ walk_forward_id: "w", status: "completed", symbol: "TEST", strategy: "momentum", mode: "rolling" },
      ...{ created_at: "2025-01-02T03:04:05.000Z", trials: 3, skipped: 0, objective: "sharpe", runtime_seconds: 0.25 },
      engine: { name: "ts", version: engineTs.version, fallback_reason: "none" },
      result_hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
    expect(Object.keys(got.parameter_stability)).toEqual(["lookback"]);
  });

  test("tells the windows of every fold by their first and last bar, and the figures of each", async () => {
    const { folds, out_of_sample } = await answer({ purge_bars: 1 });
    const windows = folds.map(({ index, in_sample, out_of_sample: out }) => [
      ...[index, in_sample.from, in_sample.to, in_sample.bars],
      ...[out.from, out.to, out.bars],
    ]);
    expect(windows).toEqual([
      [0, "2020-01-02", "2020-01-06", 3, "2020-01-08", "2020-01-10", 3],
      [1, "2020-01-07", "2020-01-09", 3, "2020-01-13", "2020-01-15", 3],
      [2, "2020-01-10", "2020-01-14", 3, "2020-01-16", "2020-01-16", 1],
    ]);
    expect(out_of_sample).toMatchObject({ from: "2020-01-08", to: "2020-01-16", bars: 7, metrics: { periods: 7 } });
    for (const { out_of_sample: out } of folds) expect(Object.keys(out.metrics)).toEqual([...TRIAL_COLUMNS]);
  });

  test("has no choice and no figures in sample where the objective is undefined for every trial", async () => {
    const { folds, efficiency_ratio, parameter_stability } = await answer({
      objective: "profit_factor",
      params: { lookback: [50, 60] },
    });
    for (const { chosen, in_sample, out_of_sample } of folds) {
      expect([chosen, in_sample.metrics]).toEqual([null, null]);
      expect(out_of_sample.metrics).toMatchObject({ total_return: 0, sharpe: null, trades: 0 });
    }
    expect([efficiency_ratio, parameter_stability.lookback]).toEqual([null, { kept: null, mean_step: null }]);
  });

  test("shows every bar of the curve, as many as were asked for, or none", async () => {
    const { equity_curve } = (await answer()).out_of_sample;
    expect(equity_curve?.map(({ time }) => time.slice(-2))).toEqual(["08", "09", "10", "13", "14", "15", "16"]);
    const { metrics } = (await answer()).out_of_sample;
    expect(equity_curve?.at(-1)?.equity).toBe(metrics.final_equity!);
    expect(Math.min(...(equity_curve ?? []).map(({ drawdown }) => drawdown))).toBe(metrics.max_drawdown!);
    const thin = (await answer({ equity_points: 3 })).out_of_sample;
    expect([thin.equity_curve?.length, "equity_curve_sampled" in thin]).toEqual([3, true]);
    expect((await answer({ equity_points: "none" })).out_of_sample.equity_curve).toBeNull();
  });

  test("tells conventions and data as the answer to a single run does, and how folds are cut", async () => {
    const single = answerOf(await runOf(BARS, { strategy: "momentum", params: { lookback: 2 }, commission: 0.001 }, engineTs), {
      ...RECEIPT,
      jobId: null,
    });
    const got = await answer({ purge_bars: 1, embargo_bars: 2 });
    expect(got.data).toEqual(single.data);
    expect(got.conventions).toEqual({
      ...single.conventions,
      ...{ in_sample_bars: 4, out_of_sample_bars: 3, purge_bars: 1, embargo_bars: 2 },
      ...{ in_sample_cash: "initial_cash", out_of_sample_cash: "carried" },
      ...{ in_sample_indicators: "window_alone", out_of_sample_indicators: "all_bars_before", fold_end: "left_at_last_close" },
    });
    expect((await answer({ close_at_end: true })).conventions.fold_end).toBe("closed");
  });
});
