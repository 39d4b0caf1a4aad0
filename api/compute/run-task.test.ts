import { describe, expect, test } from "bun:test";
import { parseBacktest } from "../../core/requests/backtest.ts";
import type { Result } from "../../core/result.ts";
import { answerOf } from "../../core/run/answer.ts";
import { runBacktest } from "../../core/run/backtest.ts";
import { rememberingJudge } from "../../core/run/judged-series.ts";
import { sampleProvider } from "../../data/sample.ts";
import { engineTs } from "../../engine-ts/engine.ts";
import { decodeCurve } from "../store/curve-blob.ts";
import { BarCache } from "./bar-cache.ts";
import { runBacktestTask, runTask, type TaskParts } from "./run-task.ts";
import { NOW_MS, someStoredBars, taskFor } from "./test-tasks.ts";

const STORED = someStoredBars();

function partsWith(bytes: Uint8Array | undefined = STORED.bytes): TaskParts & { readonly asked: string[] } {
  const asked: string[] = [];
  const vault = {
    async get(hash: string) {
      asked.push(hash);
      return hash === STORED.hash ? bytes : undefined;
    },
  };
  return {
    engine: engineTs,
    fallbackReason: "told so",
    vault,
    cache: new BarCache(2 ** 24),
    judge: rememberingJudge(),

    asked,
  };
}

function valueIn<T>(result: Result<T, { readonly detail: string }>): T {
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

/** The whole answer that an output makes up. */
function assembled({ head, trades, curveText }: { head: string; trades: string; curveText: string | null }) {
  return { ...JSON.parse(head), trades: JSON.parse(trades), ...JSON.parse(`{${curveText}}`) };
}

describe("a backtest task", () => {
  test.each([{}, { equity_points: 50 }, { equity_points: "none" }, { strategy: "rsi_reversion", commission: 0.001 }])(
    "gives the answer of the use case in pieces: %j",
    async (fields) => {
      const body = { symbol: "SAMPLE-TREND", strategy: "ma_crossover", start: "2015-01-01", ...fields };
      const output = valueIn(await runBacktestTask(taskFor({ ...body, source: "sample" }), partsWith()));

      const request = valueIn(parseBacktest(body));
      const run = valueIn(await runBacktest(request, { provider: sampleProvider, engine: engineTs, nowMs: NOW_MS }));
      const { runtime_seconds } = JSON.parse(output.head);
      const receipt = { jobId: "job", createdAtMs: NOW_MS - 1000, runtimeSeconds: runtime_seconds, fallbackReason: "told so" };
      const answer = answerOf(run, receipt);
      expect(assembled(output)).toEqual(JSON.parse(JSON.stringify(answer)));
      expect(runtime_seconds).toBeGreaterThan(0);
      expect(output.resultHash).toBe(run.resultHash);
      const { sharpe, total_return: totalReturn, max_drawdown: maxDrawdown } = answer;
      expect(output.headline).toEqual({ sharpe, totalReturn, maxDrawdown });
      expect(decodeCurve(output.curve)).toEqual({
        initialCash: 10_000,
        daily: true,
        timeMs: run.bars.timeMs,
        equity: run.simulation.equity,
      });
    },
  );

  test("leaves the text of the curve out where nobody wants it", async () => {
    const output = valueIn(await runBacktestTask({ ...taskFor({ symbol: "SAMPLE-TREND" }), curveText: false }, partsWith()));
    expect(output.curveText).toBeNull();
    expect(output.curve.points).toBeGreaterThan(2_000);
  });

  test("runs on stored bars, under the name and origin that it was given, and reads them once", async () => {
    const parts = partsWith();
    const task = taskFor({ start: null, source: "inline" }, STORED.task);
    const [first, second] = [valueIn(await runBacktestTask(task, parts)), valueIn(await runBacktestTask(task, parts))];
    expect(parts.asked).toEqual([STORED.hash]);
    const answer = assembled(first);
    expect(answer).toMatchObject({ symbol: "WALK", data: { source: "dataset", bars: 300, from: "1970-01-01" } });
    expect({ ...assembled(second), runtime_seconds: 0 }).toEqual({ ...answer, runtime_seconds: 0 });
  });

  test("says which bars are not there, and which cannot be read", async () => {
    const elsewhere = { kind: "stored", hash: "sha256:0", origin: { ...originOf(STORED.task) } } as const;
    expect(await runBacktestTask(taskFor({}, elsewhere), partsWith())).toMatchObject({
      ok: false,
      error: { code: "not_found", detail: expect.stringContaining("sha256:0") },
    });
    const torn = STORED.bytes.slice(0, -100);
    expect(await runBacktestTask(taskFor({}, STORED.task), partsWith(torn))).toMatchObject({
      ok: false,
      error: { code: "bad_data" },
    });
  });

  test("refuses a request that is wrong, and passes on what the run fails with", async () => {
    expect(await runBacktestTask(taskFor({ strategy: "smaa" }), partsWith())).toMatchObject({
      error: { code: "invalid_request" },
    });
    expect(await runBacktestTask(taskFor({ start: "2090-01-01" }), partsWith())).toMatchObject({ error: { code: "no_data" } });
    const missing = taskFor({}, { kind: "sample", symbol: "SAMPLE-X" });
    expect(await runBacktestTask(missing, partsWith())).toMatchObject({ error: { code: "not_found" } });
  });

  test("that is to fail on purpose is unknown outside of a child that was told of such", async () => {
    const task = taskFor({ strategy: "fault_throw" });
    expect(await runBacktestTask(task, partsWith())).toMatchObject({ error: { code: "invalid_request" } });
  });
});

test("a task is done by its kind", async () => {
  expect(await runTask(taskFor({}), partsWith())).toMatchObject({ ok: true, value: { kind: "backtest" } });
  const missing = { kind: "import", path: "/nowhere/at/all.csv", symbol: "X", adjusted: true, nowMs: NOW_MS } as const;
  expect(await runTask(missing, partsWith())).toMatchObject({ ok: false, error: { code: "not_found" } });
});

function originOf(bars: (typeof STORED)["task"]) {
  if (bars.kind !== "stored") throw new Error("stored bars are needed here");
  return bars.origin;
}
