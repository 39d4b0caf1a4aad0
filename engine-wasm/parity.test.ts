import { beforeAll, describe, expect, test } from "bun:test";
import type { Engine, Rates } from "../core/engine/contract.ts";
import { randomRun } from "../core/engine/random-run.ts";
import { uniforms } from "../core/random.ts";
import { engineTs } from "../engine-ts/engine.ts";
import { loadEngineWasm } from "./load.ts";

const RATES: Rates = { riskFreePerPeriod: 0.0001, marPerPeriod: 0.00005, periodsPerYear: 252 };

let engineWasm: Engine;
beforeAll(async () => {
  engineWasm = await loadEngineWasm();
});

/** Throws at the first number that differs by Object.is; structures must have the same shape. */
function expectSame(a: unknown, b: unknown, path: string): void {
  if (typeof a === "object" && a !== null && typeof b === "object" && b !== null) {
    const names = Object.keys(a);
    if (names.join() !== Object.keys(b).join())
      throw new Error(`${path}: ${names.length} against ${Object.keys(b).length} entries`);
    for (const name of names) expectSame(Reflect.get(a, name), Reflect.get(b, name), `${path}.${name}`);
  } else if (!Object.is(a, b)) throw new Error(`${path}: ts ${String(a)}, wasm ${String(b)}`);
}

describe("engine-wasm agrees with engine-ts bit for bit", () => {
  test("in 700 random runs over more than a million bars, every setting varied", () => {
    const seen = { bars: 0, fills: 0, events: 0, ruins: 0, kinds: new Set<number>(), reasons: new Set<number>() };
    for (let seed = 1; seed <= 700; seed++) {
      const n = seed <= 150 ? seed % 40 : 1500 + (seed % 1700);
      const { bars, signals, execution } = randomRun(seed, n);
      using plain = engineTs.prepare(bars);
      using fast = engineWasm.prepare(bars);
      const want = plain.simulate(signals, execution);
      expectSame(want, fast.simulate(signals, execution), `seed ${seed}`);
      expectSame(plain.evaluate(signals, execution, RATES), fast.evaluate(signals, execution, RATES), `seed ${seed} trial`);
      seen.bars += n;
      seen.fills += want.fills.bar.length;
      for (const kind of want.events.kind) seen.kinds.add(kind);
      for (const reason of want.trades.reason) seen.reasons.add(reason);
    }
    expect(seen.bars).toBeGreaterThan(1_000_000);
    expect(seen.fills).toBeGreaterThan(50_000);
    expect([...seen.kinds].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...seen.reasons].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test("in the statistics of random series, with missing returns and with equity that falls through zero", () => {
    const next = uniforms(7);
    for (let n = 0; n < 200; n++) {
      const returns = Float64Array.from({ length: n }, () => (next() < 0.1 ? Number.NaN : (next() - 0.5) * 0.1));
      expectSame(engineTs.returnStatistics(returns, RATES), engineWasm.returnStatistics(returns, RATES), `returns ${n}`);
      const curve = Float64Array.from({ length: n + 1 }, () => next() - (n % 2) * 0.05);
      expectSame(engineTs.equityStatistics(curve, RATES), engineWasm.equityStatistics(curve, RATES), `equity ${n}`);
    }
  });
});

describe("engine-wasm memory", () => {
  test("does not grow over 10,000 runs", async () => {
    const engine = await loadEngineWasm();
    const { bars, signals, execution } = randomRun(3, 500);
    using simulator = engine.prepare(bars);
    simulator.simulate(signals, execution);
    const before = engine.memoryBytes();
    for (let k = 0; k < 10_000; k++) simulator.evaluate(signals, execution, RATES);
    for (let k = 0; k < 1000; k++) engine.prepare(bars)[Symbol.dispose]();
    expect(engine.memoryBytes()).toBe(before);
  });

  test("two simulators of one engine can be used in turn", () => {
    const [first, second] = [randomRun(11, 300), randomRun(12, 400)];
    using a = engineWasm.prepare(first.bars);
    using b = engineWasm.prepare(second.bars);
    const [wantA, wantB] = [engineTs.prepare(first.bars), engineTs.prepare(second.bars)];
    for (let turn = 0; turn < 3; turn++) {
      expectSame(wantA.simulate(first.signals, first.execution), a.simulate(first.signals, first.execution), "first");
      expectSame(wantB.simulate(second.signals, second.execution), b.simulate(second.signals, second.execution), "second");
    }
  });
});
