import { describe, expect, test } from "bun:test";
import { engineTs } from "../../engine-ts/engine.ts";
import { plainSweeper } from "../../engine-ts/sweep.ts";
import { TRIAL_COLUMNS } from "../sweep/table.ts";
import { trialRow } from "../sweep/trial-row.ts";
import { answerOf } from "./answer.ts";
import { type SweepAnswer, sweepAnswer } from "./sweep-answer.ts";
import { pricedAt, runOf, weekdayBars } from "./test-run.ts";
import { sweepOf } from "./test-sweep.ts";

const PLAIN = plainSweeper(engineTs);

const RECEIPT = { sweepId: "s", createdAtMs: Date.UTC(2025, 0, 2, 3, 4, 5), runtimeSeconds: 0.25, fallbackReason: "none" };
const BARS = weekdayBars(pricedAt([100, 101, 99, 102, 98, 103, 104, 101, 107, 109]));
const FIELDS = { strategy: "momentum", params: { lookback: [1, 2, 3, 50] }, commission: 0.001, direction: "both" };

async function answer(fields: object = {}, receipt: Partial<typeof RECEIPT> = {}): Promise<SweepAnswer> {
  return sweepAnswer(await sweepOf(BARS, { ...FIELDS, ...fields }, PLAIN), { ...RECEIPT, ...receipt });
}

describe("the answer to a sweep", () => {
  test("has the documented shape, in its order", async () => {
    const got = await answer();
    expect(JSON.parse(JSON.stringify(got))).toEqual(got);
    expect(Object.keys(got)).toEqual(
      `sweep_id status symbol strategy created_at trials skipped objective best top overfitting kernel runtime_seconds trials_per_second
      conventions data engine result_hash`.split(/\s+/),
    );
    expect(got).toMatchObject({
      ...{ sweep_id: "s", status: "completed", symbol: "TEST", strategy: "momentum", created_at: "2025-01-02T03:04:05.000Z" },
      ...{ trials: 4, skipped: 0, objective: "sharpe", overfitting: null, kernel: "plain" },
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

  test("has no speed where no time was measured", async () => {
    expect((await answer({}, { runtimeSeconds: 0 })).trials_per_second).toBeNull();
  });
});
