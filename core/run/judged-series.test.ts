import { describe, expect, test } from "bun:test";
import { engineTs } from "../../engine-ts/engine.ts";
import { WHOLE_RANGE } from "../gate/range.ts";
import type { RawBars } from "../gate/raw-bars.ts";
import type { GateSettings } from "../gate/rule.ts";
import { someBars } from "../indicators/generated-bars.ts";
import { parseBacktest } from "../requests/backtest.ts";
import { ok } from "../result.ts";
import { answerOf } from "./answer.ts";
import { runBacktest } from "./backtest.ts";
import { type Judge, judge, rememberingJudge } from "./judged-series.ts";

const DAY_MS = 86_400_000;
const NOW_MS = 1000 * DAY_MS;
const RECEIPT = { jobId: null, createdAtMs: 0, runtimeSeconds: 0, fallbackReason: null };

function rows(n = 200): RawBars {
  return { ...someBars(5, n), interval: null, offsetMinutes: null, oddCells: [], rows: { word: "row", first: 0 }, notes: [] };
}

function settings(changes: Partial<GateSettings> = {}): GateSettings {
  const fixed = { nowMs: NOW_MS, dataQuality: "fail", adjusted: true, splits: [], range: WHOLE_RANGE } as const;
  return { ...fixed, warmupBars: 0, interval: null, ...changes };
}

function seriesOf(judged: ReturnType<Judge>) {
  if (!judged.ok) throw new Error(judged.error.detail);
  return judged.value;
}

describe("a judge that remembers", () => {
  test("judges the same rows under the same settings once, also later", () => {
    const [raw, remembering] = [rows(), rememberingJudge()];
    const first = seriesOf(remembering(raw, settings()));
    expect(seriesOf(remembering(raw, settings({ nowMs: NOW_MS + 1 })))).toBe(first);
    expect(seriesOf(remembering(rows(), settings()))).not.toBe(first);
  });

  test.each<[string, Partial<GateSettings>]>([
    ["data quality", { dataQuality: "warn" }],
    ["adjustment", { adjusted: false }],
    ["splits", { adjusted: false, splits: [{ timeMs: 5 * DAY_MS, ratio: 2 }] }],
    ["start", { range: { startMs: DAY_MS, endMs: Infinity } }],
    ["end", { range: { startMs: -Infinity, endMs: DAY_MS } }],
    ["warm-up", { warmupBars: 1 }],
    ["interval", { interval: "1d" }],
  ])("judges anew under another %s", (_, changes) => {
    const [raw, remembering] = [rows(), rememberingJudge()];
    const first = seriesOf(remembering(raw, settings()));
    expect(seriesOf(remembering(raw, settings(changes)))).not.toBe(first);
    expect(seriesOf(remembering(raw, settings()))).toBe(first);
  });

  test("looks again when the present is earlier: bars may lie in its future", () => {
    const [raw, remembering] = [rows(), rememberingJudge()];
    expect(remembering(raw, settings()).ok).toBeTrue();
    expect(remembering(raw, settings({ nowMs: 10 * DAY_MS }))).toMatchObject({ ok: false, error: { code: "bad_data" } });
  });

  test("forgets what was judged longest ago", () => {
    const [raw, remembering] = [rows(), rememberingJudge()];
    const first = seriesOf(remembering(raw, settings()));
    for (let warmupBars = 1; warmupBars <= 4; warmupBars++) remembering(raw, settings({ warmupBars }));
    expect(seriesOf(remembering(raw, settings()))).not.toBe(first);
  });

  test("changes no answer, whatever was asked before", async () => {
    const [raw, remembering] = [rows(), rememberingJudge()];
    const origin = { source: "inline", symbol: "TEST", adjusted: true, synthetic: false, note: null };
    const provider = { bars: async () => ok({ raw, origin }) };
    const answer = async (fields: object, by: Judge) => {
      const request = parseBacktest({ symbol: "TEST", strategy: "ma_crossover", params: { fast: 3, slow: 8 }, ...fields });
      if (!request.ok) throw new Error(request.error.detail);
      const run = await runBacktest(request.value, { provider, engine: engineTs, nowMs: NOW_MS, judge: by });
      if (!run.ok) throw new Error(run.error.detail);
      return answerOf(run.value, RECEIPT);
    };
    const requests = [
      {},
      { commission: 0.01 },
      { initial_cash: 500, fractional: false },
      { fill: "close" },
      { risk_free: 0.05, periods_per_year: 100 },
      { start: "1970-02-01", warmup: 5 },
      { stop_loss: 0.01, sizing: { type: "shares", value: 1 } },
      {},
    ];
    for (const fields of requests) expect(await answer(fields, remembering)).toEqual(await answer(fields, judge));
  });
});
