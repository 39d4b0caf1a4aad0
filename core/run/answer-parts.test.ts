import { expect, test } from "bun:test";
import { engineTs } from "../../engine-ts/engine.ts";
import { answerHead, answerOf, curveOf, tradesOf } from "./answer.ts";
import { curveText } from "./curve-text.ts";
import { pricedAt, runOf, weekdayBars } from "./test-run.ts";

const RECEIPT = { jobId: "j", createdAtMs: 0, runtimeSeconds: 0.5, fallbackReason: "none needed" };

test.each<[string, object]>([
  ["every bar", {}],
  ["a thinned curve", { equity_points: 7 }],
  ["no curve", { equity_points: "none" }],
])("head, trades and curve make up the answer: %s", async (_, fields) => {
  const rows = pricedAt([100, 104, 96, 110, null, 90, 95, 120, 80, 101, 102, 103, 99, 97]);
  const run = await runOf(
    weekdayBars(rows),
    { strategy: "momentum", params: { lookback: 1 }, commission: 0.001, ...fields },
    engineTs,
  );
  const whole = answerOf(run, RECEIPT);
  expect(whole.trades.length).toBeGreaterThan(2);
  const curve = JSON.parse(`{${curveText(curveOf(run), run.request.equityPoints)}}`);
  expect<object>({ ...answerHead(run, RECEIPT), trades: tradesOf(run), ...curve }).toEqual(whole);
  for (const name of ["trades", "equity_curve", "equity_curve_sampled"])
    expect(answerHead(run, RECEIPT)).not.toHaveProperty(name);
});

test("a curve holds no memory but its own", async () => {
  const bars = weekdayBars(pricedAt([100, 101, 102, 103]));
  const run = await runOf(bars, { start: "2020-01-03" }, engineTs);
  const { timeMs, equity } = curveOf(run);
  expect(timeMs.length).toBe(3);
  expect([timeMs.buffer.byteLength, equity.buffer.byteLength]).toEqual([24, 24]);
});
