import { describe, expect, test } from "bun:test";
import { engineTs } from "../../engine-ts/engine.ts";
import benchmarkVectors from "../metrics/vectors/benchmark.json" with { type: "json" };
import coreVectors from "../metrics/vectors/core.json" with { type: "json" };
import exposureVectors from "../metrics/vectors/exposure-turnover.json" with { type: "json" };
import tradeVectors from "../metrics/vectors/trades.json" with { type: "json" };
import { answerTo, type PriceRow, pricedAt, weekdayBars } from "./test-run.ts";

/** Follows the last price: long after a rise, short after a fall where shorts are allowed. */
const FOLLOW = { strategy: "momentum", params: { lookback: 1 } };

const answer = (rows: readonly PriceRow[], fields: object = {}) => answerTo(weekdayBars(rows), fields, engineTs);

function snakeCased(...files: { readonly cases: readonly { readonly expected: object }[] }[]): string[] {
  const names = files.flatMap(({ cases }) => Object.keys(cases[0]?.expected ?? {}));
  return names.map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

/** Paths of numbers that JSON cannot hold, and of undefined. */
function unspeakable(value: unknown, path = "answer"): string[] {
  if (value === undefined || (typeof value === "number" && !Number.isFinite(value))) return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => unspeakable(part, `${path}.${key}`));
}

describe("an answer", () => {
  test("has the documented shape, in its order", async () => {
    const got = await answer(pricedAt([100, 101, 99, 102, 98, 103]), FOLLOW);
    expect(Object.keys(got)).toEqual(
      `job_id status symbol strategy params created_at sharpe max_drawdown total_return cagr metrics benchmark trades open_position events
      equity_curve conventions data engine result_hash runtime_seconds`.split(/\s+/),
    );
    expect(got).toMatchObject({
      job_id: null,
      status: "completed",
      symbol: "TEST",
      strategy: "momentum",
      params: { lookback: 1 },
      created_at: "2025-01-02T03:04:05.000Z",
      runtime_seconds: 0.25,
      engine: { name: "ts", version: expect.stringMatching(/^\d+\.\d+\.\d+$/), fallback_reason: null },
      result_hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
    expect(got.equity_curve?.[0]).toEqual({ time: "2020-01-02", equity: 10_000, drawdown: 0 });
    expect(Object.keys(got.trades[0] ?? {}).sort()).toEqual(
      `bars_held entry_bar entry_price entry_time exit_bar exit_price exit_reason exit_time fees pnl quantity return side`.split(
        " ",
      ),
    );
  });

  test("says under which conventions it came about, those that were asked for and those that were defaults", async () => {
    const fields = {
      commission: 0.001,
      stop_loss: 0.5,
      sizing: { type: "cash", value: 500 },
      risk_free: 0.02,
      direction: "both",
    };
    const got = await answer(pricedAt([100, 101, 102]), { ...FOLLOW, ...fields });
    expect(got.conventions).toEqual({
      fill: "next_open",
      periods_per_year: 252,
      year_basis: "calendar",
      risk_free: 0.02,
      mar: 0,
      var_alpha: 0.05,
      warmup: 0,
      direction: "both",
      initial_cash: 10_000,
      commission: 0.001,
      commission_fixed: 0,
      slippage: 0,
      sizing: { type: "cash", value: 500 },
      fractional: true,
      on_insufficient_cash: "reject",
      close_at_end: false,
      require_volume: false,
      stop_loss: 0.5,
      take_profit: null,
      trailing_stop: null,
      data_quality: "fail",
      definitions: "1",
    });
  });

  test("says what data it rests on", async () => {
    const { data } = await answer([[100, 100, 100, 100, 0], ...pricedAt([101, 102])]);
    expect(data).toEqual({
      source: "inline",
      synthetic: false,
      interval: "1d",
      bars: 3,
      from: "2020-01-02",
      to: "2020-01-06",
      adjusted: true,
      hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      note: null,
      warnings: [expect.objectContaining({ code: "zero_volume", count: 1, rows: [0] })],
    });
  });

  test("has exactly the metrics of the reference, and final_equity", async () => {
    const { metrics, benchmark } = await answer(pricedAt([100, 101, 102]));
    const names = [...snakeCased(coreVectors, tradeVectors, exposureVectors), "final_equity"];
    expect(Object.keys(metrics).sort()).toEqual(names.sort());
    const held = ["total_return", "cagr", "sharpe", "max_drawdown", "volatility_ann"];
    expect(Object.keys(benchmark).sort()).toEqual([...snakeCased(benchmarkVectors), ...held].sort());
  });

  test("on one bar has null where a figure is undefined", async () => {
    const got = await answer(pricedAt([100]));
    expect(got).toMatchObject({ sharpe: null, cagr: null, total_return: 0, max_drawdown: 0, trades: [], open_position: null });
    expect(got.metrics).toMatchObject({ volatility: null, win_rate: null, skewness: null, final_equity: 10_000, trades: 0 });
    expect(got.events).toEqual([{ bar: 0, time: "2020-01-02", event: "expired", reason: "no_next_bar", signal: "long" }]);
  });

  test.each<[string, readonly PriceRow[], object]>([
    ["one bar", pricedAt([100]), {}],
    ["equal prices", pricedAt([100, 100, 100, 100]), {}],
    ["a total loss", pricedAt([100, 90, 90, 400, 500, 600]), { ...FOLLOW, direction: "short" }],
    ["missing bars", pricedAt([100, null, 101, null, null, 99]), { ...FOLLOW, direction: "both" }],
    ["tiny prices", pricedAt([1e-300, 2e-300, 1e-300]), {}],
    [
      "a fee that eats everything",
      pricedAt([100, 101, 100, 101, 102]),
      { ...FOLLOW, commission_fixed: 9_999, fractional: false },
    ],
  ])("holds no number that JSON cannot: %s", async (_, rows, fields) => {
    const got = await answer(rows, fields);
    expect(unspeakable(got)).toEqual([]);
    expect(JSON.parse(JSON.stringify(got))).toEqual(got);
  });
});

describe("the position left open", () => {
  test("is told with its levels, null for those it does not have", async () => {
    const { open_position } = await answer(pricedAt([100, 128, 160]), { take_profit: 0.5, commission_fixed: 16 });
    // (10,000 - 16) / 128 = 78 units; 78 * 32 - 16 = 2,480.
    expect(open_position).toEqual({
      entry_bar: 1,
      entry_time: "2020-01-03",
      side: "long",
      quantity: 78,
      entry_price: 128,
      entry_fee: 16,
      unrealized_pnl: 2480,
      stop: null,
      take_profit: 192,
    });
  });
});

describe("exits and events", () => {
  test.each<[string, readonly PriceRow[], object]>([
    ["signal", pricedAt([100, 101, 101, 99, 99]), FOLLOW],
    ["stop", [...pricedAt([100, 100]), [100, 100, 80, 100]], { stop_loss: 0.125 }],
    ["stop_gap", pricedAt([100, 100, 80]), { stop_loss: 0.125 }],
    ["take_profit", [...pricedAt([100, 100]), [100, 120, 100, 100]], { take_profit: 0.125 }],
    ["take_profit_gap", pricedAt([100, 100, 120]), { take_profit: 0.125 }],
    ["end", pricedAt([100, 100, 120]), { close_at_end: true }],
    ["ruin", pricedAt([100, 99, 98, 250]), { ...FOLLOW, direction: "short" }],
    ["split", pricedAt([100, 100, 500]), { fractional: false, sizing: { type: "shares", value: 1 }, ...reverseSplit(0.2) }],
  ])("a trade may end by %s", async (reason, rows, fields) => {
    const { trades } = await answer(rows, fields);
    expect(trades.map(({ exit_reason }): string => exit_reason)).toEqual([reason]);
  });

  test.each<[object, readonly PriceRow[], object]>([
    [
      { bar: 1, time: "2020-01-03", event: "rejected", reason: "insufficient_cash", side: "long" },
      pricedAt([100, 100]),
      { sizing: { type: "shares", value: 101 } },
    ],
    [
      { bar: 2, time: "2020-01-06", event: "rejected", reason: "size_zero", side: "short" },
      pricedAt([100, 99, 99]),
      { ...FOLLOW, direction: "both", fractional: false, initial_cash: 98 },
    ],
    [{ bar: 2, time: "2020-01-06", event: "expired", reason: "no_next_bar", signal: "exit" }, pricedAt([100, 101, 100]), FOLLOW],
    [{ bar: 3, time: "2020-01-07", event: "ruin" }, pricedAt([100, 99, 99, 250]), { ...FOLLOW, direction: "short" }],
  ])("%j", async (event, rows, fields) => {
    const { events } = await answer(rows, fields);
    expect<readonly object[]>(events).toEqual([event]);
  });

  test("a split of whole shares is told with what it paid out", async () => {
    const fields = { fractional: false, sizing: { type: "shares", value: 3 }, ...reverseSplit(0.5) };
    // 3 shares become 1.5: one is kept, half a share is paid out at the open of 200.
    expect((await answer(pricedAt([100, 100, 200]), fields)).events).toEqual([
      { bar: 2, time: "2020-01-06", event: "cash_in_lieu", amount: 100 },
      { bar: 2, time: "2020-01-06", event: "split", ratio: 0.5, quantity: 1 },
    ]);
  });
});

function reverseSplit(ratio: number) {
  return { adjusted: false, data_quality: "warn", splits: [{ time: "2020-01-06", ratio }] };
}

describe("equity_points", () => {
  const rows = pricedAt(Array.from({ length: 50 }, (_, i) => 100 + ((i * 17) % 23)));

  test("full gives one point a bar", async () => {
    const got = await answer(rows);
    expect(got.equity_curve).toHaveLength(50);
    expect(got).not.toHaveProperty("equity_curve_sampled");
  });

  test("none gives null", async () => {
    const got = await answer(rows, { equity_points: "none" });
    expect(got.equity_curve).toBeNull();
    expect(got).not.toHaveProperty("equity_curve_sampled");
  });

  test.each([2, 3, 10, 49])("%d gives that many points of the full curve and says so", async (equity_points) => {
    const [full, got] = [await answer(rows), await answer(rows, { equity_points })];
    expect(got).toHaveProperty("equity_curve_sampled", true);
    expect(got.equity_curve).toHaveLength(equity_points);
    for (const point of got.equity_curve ?? []) expect(full.equity_curve).toContainEqual(point);
    expect(got.equity_curve?.[0]).toEqual(full.equity_curve![0]!);
    expect(got.equity_curve?.at(-1)).toEqual(full.equity_curve!.at(-1)!);
    expect(got.metrics).toEqual(full.metrics);
  });

  test.each([50, 1000])("%d is the whole curve when there are no more bars", async (equity_points) => {
    const got = await answer(rows, { equity_points });
    expect(got.equity_curve).toHaveLength(50);
    expect(got).not.toHaveProperty("equity_curve_sampled");
  });
});

describe("the benchmark", () => {
  test("holds from the second open on with the run's cash, costs and fill, all equity and no stops", async () => {
    const rows = pricedAt([100, 100, 40, 50]);
    const fields = { initial_cash: 1000, sizing: { type: "shares", value: 1 }, stop_loss: 0.1, commission_fixed: 100 };
    const { benchmark, metrics } = await answer(rows, fields);
    // (1000 - 100) / 100 = 9 units, at the end 9 * 50; the run has one share, stopped at the open of 40.
    expect(benchmark.total_return).toBe(450 / 1000 - 1);
    expect(metrics.final_equity).toBe(1000 - 100 - 100 + 40 - 100);
    expect(benchmark.max_drawdown).toBe(360 / 1000 - 1);
    const sold = await answer(rows, { ...fields, close_at_end: true });
    expect(sold.benchmark.total_return).toBe(benchmark.total_return!);
    const closing = await answer(rows, { ...fields, fill: "close", fractional: false, commission_fixed: 0, initial_cash: 1050 });
    expect(closing.benchmark.total_return).toBe((50 + 10 * 50) / 1050 - 1);
  });

  test("of a run that is buy_and_hold has beta 1 and alpha 0", async () => {
    const { benchmark, metrics } = await answer(pricedAt([100, 100, 110, 105, 120]));
    expect(benchmark).toMatchObject({ tracking_error_ann: 0, information_ratio: null });
    expect(benchmark.beta).toBeCloseTo(1, 12);
    expect(benchmark.alpha).toBeCloseTo(0, 12);
    for (const name of ["total_return", "cagr", "sharpe", "max_drawdown", "volatility_ann"])
      expect(benchmark[name]).toBe(metrics[name]!);
  });
});
