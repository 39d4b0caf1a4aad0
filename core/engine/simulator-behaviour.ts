import { describe, expect, test } from "bun:test";
import { BAR_COLUMNS } from "../bars.ts";
import { flatBars, PLAIN, signalsAt } from "./conformance.ts";
import type { Engine } from "./contract.ts";
import { randomRun } from "./random-run.ts";

const RATES = { riskFreePerPeriod: 0, marPerPeriod: 0, periodsPerYear: 252 };

/** What a simulator promises besides its numbers, for any engine: its life, its neighbours, and who owns which memory. */
export function describeSimulator(name: string, load: () => Promise<Engine>): void {
  describe(`a simulator: ${name}`, () => {
    test("throws when used after it was disposed of", async () => {
      const simulator = (await load()).prepare(flatBars([100, 110]));
      simulator[Symbol.dispose]();
      const signals = signalsAt(2, { 0: "long" });
      expect(() => simulator.simulate(signals, PLAIN)).toThrow("disposed");
      expect(() => simulator.evaluate(signals, PLAIN, RATES)).toThrow("disposed");
    });

    test("is not disturbed by another one, nor by the other's end", async () => {
      const engine = await load();
      using first = engine.prepare(flatBars([100, 100, 125]));
      const second = engine.prepare(flatBars([100, 100, 50, 25]));
      const signals = [signalsAt(3, { 0: "long" }), signalsAt(4, { 0: "long" })] as const;
      expect(first.simulate(signals[0], PLAIN).equity).toEqual(Float64Array.of(10_000, 10_000, 12_500));
      expect(second.simulate(signals[1], PLAIN).equity).toEqual(Float64Array.of(10_000, 10_000, 5000, 2500));
      expect(first.evaluate(signals[0], PLAIN, RATES).finalEquity).toBe(12_500);
      second[Symbol.dispose]();
      expect(first.simulate(signals[0], PLAIN).equity).toEqual(Float64Array.of(10_000, 10_000, 12_500));
    });

    test("leaves its inputs as they are and hands out records that later runs do not touch", async () => {
      const { bars, signals, execution } = randomRun(9, 250);
      const [barsBefore, signalsBefore] = [structuredClone(bars), signals.slice()];
      using simulator = (await load()).prepare(bars);
      const record = simulator.simulate(signals, execution);
      const copy = structuredClone(record);
      simulator.simulate(signals, { ...execution, initialCash: 1, commission: 0.5 });
      simulator.evaluate(
        signals.map((_, i) => (i % 2 === 0 ? 1 : 2)),
        PLAIN,
        RATES,
      );
      expect(record).toEqual(copy);
      expect(signals).toEqual(signalsBefore);
      for (const column of BAR_COLUMNS) expect([...bars[column]]).toEqual([...barsBefore[column]]);
    });

    test("refuses signals of another length and a setting out of range with a RangeError that names it", async () => {
      const engine = await load();
      using simulator = engine.prepare(flatBars([100, 110]));
      expect(() => simulator.simulate(new Int8Array(3), PLAIN)).toThrow(
        new RangeError("signals has length 3, bars 2: they must be equal"),
      );
      const wrong = { ...PLAIN, slippage: Number.NaN };
      expect(() => simulator.evaluate(new Int8Array(2), wrong, RATES)).toThrow("slippage is NaN");
      expect(() => engine.prepare({ ...flatBars([100, 110]), low: new Float64Array(1) })).toThrow("bars.low has length 1");
    });
  });
}
