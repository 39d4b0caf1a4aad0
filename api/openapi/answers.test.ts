import { describe, expect, test } from "bun:test";
import { parseBacktest } from "../../core/requests/backtest.ts";
import { answerOf } from "../../core/run/answer.ts";
import { runBacktest } from "../../core/run/backtest.ts";
import { inlineProvider } from "../../data/inline.ts";
import { sampleProvider } from "../../data/sample.ts";
import { engineTs } from "../../engine-ts/engine.ts";
import { openApiDocument } from "./document.ts";
import { complaints, object, resolved } from "./schema-check.ts";

const document = openApiDocument("0.1.0");
const completed = resolved("#/components/schemas/CompletedJob", document);
const RECEIPT = {
  jobId: "01890a5d-ac96-774b-bcce-b302099a8057",
  createdAtMs: Date.UTC(2026, 0, 31),
  runtimeSeconds: 0.1,
  fallbackReason: null,
};

async function answer(fields: object, bars: object | null = null): Promise<Readonly<Record<string, unknown>>> {
  const request = parseBacktest({ symbol: "SAMPLE-TREND", ...fields });
  if (!request.ok) throw new Error(request.error.detail);
  const provider = bars === null ? sampleProvider : inlineProvider(bars);
  const run = await runBacktest(request.value, { provider, engine: engineTs, nowMs: Date.UTC(2026, 0, 31) });
  if (!run.ok) throw new Error(run.error.detail);
  return object(JSON.parse(JSON.stringify(answerOf(run.value, RECEIPT))));
}

const times = ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"];
const flat = (price: number) => times.map(() => price);
const BARS = { time: times, open: flat(10), high: flat(10), low: flat(10), close: flat(10) };

describe("the answer of a run holds what the document says, and nothing else", () => {
  test.each<[string, object, object | null]>([
    ["a crossover", { strategy: "ma_crossover", start: "2020-01-01" }, null],
    [
      "both sides with stops until ruin",
      { strategy: "rsi_reversion", direction: "both", equity_points: 50, stop_loss: 0.9 },
      null,
    ],
    ["minutes", { symbol: "SAMPLE-MIN", strategy: "momentum", start: "2024-12-31", equity_points: "none" }, null],
    ["an open position", { strategy: "buy_and_hold", start: "2024-12-01", stop_loss: 0.5, take_profit: 5 }, null],
    ["one bar", { strategy: "buy_and_hold", start: "2024-12-31", fill: "close" }, null],
    [
      "an order that is rejected",
      { strategy: "buy_and_hold", sizing: { type: "shares", value: 1e9 }, start: "2024-12-01" },
      null,
    ],
    [
      "splits and money in lieu",
      { strategy: "buy_and_hold", adjusted: false, fractional: false, splits: [{ time: "2024-01-04", ratio: 0.3 }] },
      BARS,
    ],
    ["a signal without a next bar", { strategy: "signals", signals: [null, null, null, "long"] }, BARS],
  ])("%s", async (_, fields, bars) => {
    const given = await answer(fields, bars);
    expect(complaints(completed, given, { document, closed: true })).toEqual([]);
  });

  test("a field that is missing, new or of another kind is noticed", async () => {
    const given = await answer({ strategy: "buy_and_hold", start: "2024-12-01" });
    const { metrics: _metrics, ...without } = given;
    expect(complaints(completed, without, { document })).toEqual([".metrics is missing"]);
    expect(complaints(completed, { ...given, extra: 1 }, { document, closed: true })).toEqual([".extra is not in the document"]);
    expect(complaints(completed, { ...given, trades: null }, { document })).toHaveLength(1);
  });
});
