import { describe, expect, test } from "bun:test";
import { engineTs } from "../../engine-ts/engine.ts";
import { BAR_COLUMNS, type Bars, emptyBars } from "../bars.ts";
import { answerTo, failureOf, pricedAt, weekdayBars } from "./test-run.ts";

const SIGNALS = { strategy: "signals", signals: ["long", null, "exit", "short", null] };
const bars = weekdayBars(pricedAt([100, 100, 125, 125, 100]));

/** The rows of bars in another order; a row may come twice. */
function reordered(source: Bars, rows: readonly number[]): Bars {
  const copy = emptyBars(rows.length);
  for (const column of BAR_COLUMNS) copy[column].set(rows.map((row) => source[column][row]!));
  return copy;
}

describe("signals of the caller", () => {
  test("are taken as they stand: each fills at the next open", async () => {
    const got = await answerTo(bars, SIGNALS, engineTs);
    // Long 100 at 100 until 125, then short 125 at 100.
    expect(got.trades.map(({ entry_bar, exit_bar, side, pnl }) => [entry_bar, exit_bar, side, pnl])).toEqual([
      [1, 3, "long", 2500],
    ]);
    expect(got.open_position).toMatchObject({ entry_bar: 4, side: "short", quantity: 125 });
    expect(got.conventions.direction).toBe("both");
    expect(got).toMatchObject({ strategy: "signals", params: {} });
  });

  test("belong to the rows as they were given, whatever the gate puts in order or leaves out", async () => {
    const usual = await answerTo(bars, SIGNALS, engineTs);
    const newestFirst = await answerTo(
      reordered(bars, [4, 3, 2, 1, 0]),
      { ...SIGNALS, signals: SIGNALS.signals.toReversed() },
      engineTs,
    );
    expect(newestFirst.result_hash).toBe(usual.result_hash);
    const repeated = { ...SIGNALS, signals: ["long", null, null, "exit", "short", null] };
    expect((await answerTo(reordered(bars, [0, 1, 1, 2, 3, 4]), repeated, engineTs)).result_hash).toBe(usual.result_hash);
  });

  test("before start are not seen, those of warm-up neither", async () => {
    for (const warmup of [0, 2]) {
      const got = await answerTo(bars, { ...SIGNALS, start: "2020-01-06", warmup }, engineTs);
      expect(got.trades).toEqual([]);
      expect(got.open_position).toMatchObject({ entry_bar: 2, side: "short" });
    }
  });

  test("must be as many as the rows", async () => {
    const { code, findings } = await failureOf(bars, { ...SIGNALS, signals: ["long"] }, engineTs);
    expect(code).toBe("invalid_request");
    expect(findings).toEqual([
      { path: "signals", message: "signals must hold one entry for each row of the data: got 1 for 5 rows" },
    ]);
  });

  test("may fall on the only bar there is", async () => {
    const got = await answerTo(weekdayBars(pricedAt([100])), { ...SIGNALS, signals: ["short"] }, engineTs);
    expect(got.events).toEqual([{ bar: 0, time: "2020-01-02", event: "expired", reason: "no_next_bar", signal: "short" }]);
  });
});
