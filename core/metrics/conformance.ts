import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Engine } from "../engine/contract.ts";
import type { MetricRegistry, Unit } from "./metric.ts";
import { randomWalk } from "./random-walk.ts";
import {
  benchmarkMetrics,
  benchmarkRegistry,
  exposureMetrics,
  exposureRegistry,
  seriesMetrics,
  seriesRegistry,
  tradeMetrics,
  tradeRegistry,
} from "./registry.ts";
import { equitySeries, returnSeries, type SeriesSettings } from "./series.ts";
import { type Expected, vectorFiles as files, type SettingsInVector, type Tolerance } from "./vector-files.ts";

const WHOLE: readonly Unit[] = ["count", "index"];

/** maxDrawdownBars -> max_drawdown_bars, sqnCapped100 -> sqn_capped100. */
function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Every expected value is there, null exactly where expected, whole numbers exact, the rest within the tolerance. */
function expectMetrics(
  registry: MetricRegistry<never>,
  got: Readonly<Record<string, number>>,
  want: Expected,
  within: Tolerance,
): void {
  const misses: string[] = [];
  for (const [reference, value] of Object.entries(want)) {
    const name = snakeCase(reference);
    const found = got[name] ?? Number.POSITIVE_INFINITY;
    const unit = registry[name]?.unit ?? "count";
    const allowed = value === null || WHOLE.includes(unit) ? 0 : Math.max(within.abs, within.rel * Math.abs(value));
    const hit = value === null ? Number.isNaN(found) : Math.abs(found - value) <= allowed;
    if (!hit) misses.push(`${name}: got ${found}, expected ${value}`);
  }
  expect(misses).toEqual([]);
}

function settingsOf(given: SettingsInVector): SeriesSettings {
  const { periodsPerYear, yearBasis, riskFreeAnnual, marAnnual, varAlpha } = given;
  return { periodsPerYear, yearBasis, riskFree: riskFreeAnnual, mar: marAnnual, varAlpha };
}

function column(values: readonly (number | null)[]): Float64Array {
  return Float64Array.from(values, (value) => value ?? Number.NaN);
}

const DAILY: SeriesSettings = { periodsPerYear: 252, yearBasis: "bars", riskFree: 0.02, mar: 0.01, varAlpha: 0.05 };

/** Equity curves of every kind, from one point on: ordinary, constant, ruined, below zero, near both ends of a double. */
const anyEquity = fc
  .record({
    start: fc.constantFrom(1e-300, 1e-9, 1, 10_000, 1e12, 1e300),
    steps: fc.array(
      fc.oneof(
        { weight: 8, arbitrary: fc.double({ min: -0.2, max: 0.2, noNaN: true }) },
        { weight: 3, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.constantFrom(-1, -1.5, -0.999999, 1e-16, -1e-16, 1e6) },
      ),
      { maxLength: 40 },
    ),
  })
  .map(({ start, steps }) => {
    const equity: number[] = [start];
    for (const step of steps) equity.push(Math.max(-1e305, Math.min(1e305, (equity.at(-1) ?? start) * (1 + step))));
    return Float64Array.from(equity);
  });

/**
 * Every metric's vectors, run on the statistics of an engine, and what holds for all of them.
 *
 * @param load opens the engine once
 */
export function describeMetrics(name: string, load: () => Promise<Engine>): void {
  describe(`metrics on the statistics of ${name}`, () => {
    test.each(files.core.cases.map((one) => [one.id, one.description, one] as const))(
      "%s: %s",
      async (_id, _description, one) => {
        const { equity, timestamps, returns } = one.input;
        const engine = await load();
        const times = timestamps === undefined ? null : column(timestamps);
        const make = equity === undefined ? returnSeries : equitySeries;
        const series = make(engine, column(equity ?? returns ?? []), times, settingsOf(one.settings));
        expectMetrics(seriesRegistry, seriesMetrics(series), one.expected, one.tolerance ?? files.core.tolerance);
      },
    );

    test.each(files.large.cases.map((one) => [one.id, one.description, one] as const))(
      "%s: %s",
      async (_id, _description, one) => {
        const equity = randomWalk(one.generator);
        expect([...equity.subarray(0, 5)]).toEqual(one.checks.equityFirst5);
        expect([equity[500_000], equity.at(-1)]).toEqual([one.checks.equityAt500000, one.checks.equityLast]);
        const series = equitySeries(await load(), equity, null, settingsOf(one.settings));
        expectMetrics(seriesRegistry, seriesMetrics(series), one.expected, one.tolerance ?? files.large.tolerance);
      },
    );

    test("a return series has the Sharpe ratio and the tail of the equity it was taken from", async () => {
      const engine = await load();
      for (const one of files.core.cases) {
        if (one.input.equity === undefined || one.input.equity.some((value) => value <= 0)) continue;
        const series = equitySeries(engine, column(one.input.equity), null, DAILY);
        const again = seriesMetrics(returnSeries(engine, series.returns, null, DAILY));
        expect(again.sharpe).toBe(series.statistics.sharpe);
        expect(again.value_at_risk).toBe(seriesMetrics(series).value_at_risk);
      }
    });

    test("twice the money leaves every metric as it is, except the final equity, which doubles", async () => {
      const engine = await load();
      for (let seed = 1; seed <= 20; seed++) {
        const equity = randomWalk({ seed, n: 17 * seed, mu: 0.0005, sigma: 0.02, start: 10_000 });
        const once = seriesMetrics(equitySeries(engine, equity, null, DAILY));
        const twice = seriesMetrics(
          equitySeries(
            engine,
            equity.map((value) => value * 2),
            null,
            DAILY,
          ),
        );
        expect(twice).toEqual({ ...once, final_equity: once.final_equity * 2 });
      }
    });

    test("no metric is ever infinite or -0, on curves of every kind", async () => {
      const engine = await load();
      fc.assert(
        fc.property(anyEquity, (equity) => {
          const values = Object.entries(seriesMetrics(equitySeries(engine, equity, null, DAILY)));
          for (const [metric, value] of values) {
            if (Math.abs(value) === Number.POSITIVE_INFINITY || Object.is(value, -0)) throw new Error(`${metric} is ${value}`);
          }
        }),
        { seed: 7, numRuns: 2000 },
      );
    });

    test("the indices of the deepest drawdown lead to its depth", async () => {
      const engine = await load();
      fc.assert(
        fc.property(anyEquity, (equity) => {
          const found = seriesMetrics(equitySeries(engine, equity, null, DAILY));
          if (Number.isNaN(found.max_drawdown_peak_index)) return found.drawdown_count === 0;
          const peak = equity[found.max_drawdown_peak_index] ?? Number.NaN;
          const trough = equity[found.max_drawdown_trough_index] ?? Number.NaN;
          return trough / peak - 1 === found.max_drawdown && found.max_drawdown_bars <= found.longest_drawdown_bars;
        }),
        { seed: 11, numRuns: 1000 },
      );
    });
  });

  describe("metrics without an engine", () => {
    test.each(files.trades.cases.map((one) => [one.id, one.description, one] as const))(
      "trades, %s: %s",
      (_id, _description, one) => {
        const rows = one.input.trades;
        const got = tradeMetrics({
          pnl: Float64Array.from(rows, (row) => row.pnl),
          return: Float64Array.from(rows, (row) => row.returnPct),
          entryBar: Int32Array.from(rows, (row) => row.entryBar),
          exitBar: Int32Array.from(rows, (row) => row.exitBar),
          fees: Float64Array.from(rows, (row) => row.fees),
        });
        expectMetrics(tradeRegistry, got, one.expected, one.tolerance ?? files.trades.tolerance);
      },
    );

    test.each(files.exposure.cases.map((one) => [one.id, one.description, one] as const))(
      "exposure, %s: %s",
      (_id, _description, one) => {
        const { equityClose, fills, heldBars, bars } = one.input;
        expect(equityClose.length).toBe(bars);
        const price = Float64Array.from(fills, (fill) => fill.notional);
        const got = exposureMetrics({
          equity: column(equityClose),
          heldBars: heldBars.length,
          fills: { price, quantity: new Float64Array(price.length).fill(1) },
          periodsPerYear: one.settings.periodsPerYear,
        });
        expectMetrics(exposureRegistry, got, one.expected, one.tolerance ?? files.exposure.tolerance);
      },
    );

    test.each(files.benchmark.cases.map((one) => [one.id, one.description, one] as const))(
      "benchmark, %s: %s",
      (_id, _description, one) => {
        const { periodsPerYear, riskFreeAnnual } = one.settings;
        const got = benchmarkMetrics(column(one.input.returns), column(one.input.benchmark), {
          periodsPerYear,
          riskFree: riskFreeAnnual,
        });
        expectMetrics(benchmarkRegistry, got, one.expected, one.tolerance ?? files.benchmark.tolerance);
      },
    );
  });
}
