import { beforeAll, describe, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { instantiate } from "@assemblyscript/loader";
import asc from "assemblyscript/asc";
import { type Bars, emptyBars } from "../core/bars.ts";
import { SIGNAL_EXIT, SIGNAL_NONE } from "../core/engine/abi.ts";
import type { Execution, Rates } from "../core/engine/contract.ts";
import { PLAIN_EXECUTION } from "../core/engine/plain-execution.ts";
import { randomRun } from "../core/engine/random-run.ts";
import { normals, uniforms } from "../core/random.ts";
import { DIRECTIONS, type Direction, signalsOf } from "../core/strategies/signals.ts";
import { BLOCKS, blocksOf, LEDGER_START, ledgerOf, TRIAL_FIGURES, type TrialFigure } from "../core/sweep/trials.ts";
import { engineTs } from "../engine-ts/engine.ts";
import { settingsOf } from "./settings.ts";

const NO_RATES: Rates = { riskFreePerPeriod: 0, marPerPeriod: 0, periodsPerYear: 365.25 };
const RATES: readonly Rates[] = [
  NO_RATES,
  { riskFreePerPeriod: 0.0001, marPerPeriod: 0.00005, periodsPerYear: 252 },
  { riskFreePerPeriod: 0, marPerPeriod: -0.001, periodsPerYear: 252 },
];
const EXACT = ["totalReturn", "fills", "trades", "winners", "grossProfit", "grossLoss", "heldBars", "ledger"] as const;

interface Kernels extends Record<string, unknown> {
  configure(...settings: number[]): void;
  partsBytes(n: number): number;
  buildWalk(): void;
  bindWalk(...at: number[]): void;
  writeFigures(...values: number[]): void;
  walkTrial(orders: number, count: number, blockSums: number, out: number): void;
}

const memory = new WebAssembly.Memory({ initial: 256, maximum: 65536, shared: true });
/** Where the kernels write figures; the rest of the memory lies behind. */
const OUT = 65536;
let kernels: Kernels;

beforeAll(async () => {
  let wasm = new Uint8Array();
  const sources = ["sweep/walk.ts", "sweep/walk-parts.ts", "sweep/figures.ts", "settings.ts"];
  const options =
    "--outFile walk.wasm -O2 --noAssert --runtime stub --enable simd --enable threads " +
    "--sharedMemory --importMemory --maximumMemory 65536 --initialMemory 1";
  const { error, stderr } = await asc.main(
    [...sources.map((name) => fileURLToPath(new URL(`assembly/${name}`, import.meta.url))), ...options.split(" ")],
    {
      writeFile: (_, contents) => {
        if (typeof contents !== "string") wasm = Uint8Array.from(contents);
      },
    },
  );
  if (error !== null) throw new Error(stderr.toString());
  kernels = (await instantiate<Kernels>(wasm, { env: { memory, abort: () => undefined } })).exports;
}, 60_000);

interface Walked {
  readonly figures: Readonly<Record<TrialFigure, number>>;
  readonly doubtful: boolean;
  readonly blockSums: Float64Array;
}

/** Walks trials over the same bars, each given by the states it wants. */
function walkTrials(bars: Bars, trials: readonly Int8Array[], execution: Execution, rates: Rates): Walked[] {
  let top = OUT + 128;
  const reserve = (bytes: number) => {
    const at = top;
    top += Math.ceil(bytes / 64) * 64 + 64;
    const missing = Math.ceil((top - memory.buffer.byteLength) / 65536);
    if (missing > 0) memory.grow(missing);
    return at;
  };
  const put = (values: Float64Array) => {
    const at = reserve(values.byteLength);
    new Float64Array(memory.buffer, at, values.length).set(values);
    return at;
  };
  const n = bars.close.length;
  const columns = [bars.open, bars.high, bars.low, bars.close, bars.volume].map(put);
  const shared = [n, ...columns, reserve(n * 8), reserve(kernels.partsBytes(n))];
  const own = reserve(128);
  const splits = put(Float64Array.from(execution.splits.flatMap(({ bar, ratio }) => [bar, ratio])));
  const blockSums = reserve(BLOCKS * 16);
  const ordersAt = reserve(n * 4);
  const { length, first } = blocksOf(n);
  kernels.configure(...settingsOf(execution));
  const { riskFreePerPeriod, marPerPeriod, periodsPerYear } = rates;
  kernels.bindWalk(
    ...shared,
    own,
    splits,
    execution.splits.length,
    length,
    first,
    riskFreePerPeriod,
    marPerPeriod,
    periodsPerYear,
  );
  kernels.buildWalk();
  return trials.map((wanted) => {
    const orders = ordersOf(wanted);
    new Int32Array(memory.buffer, ordersAt, n).set(orders);
    kernels.walkTrial(ordersAt, orders.length, blockSums, OUT);
    const results = new Float64Array(memory.buffer, OUT, 13);
    const figures = { ...NO_FIGURES };
    for (const [k, name] of TRIAL_FIGURES.entries()) figures[name] = results[k]!;
    return {
      figures,
      doubtful: results[TRIAL_FIGURES.length] === 1,
      blockSums: new Float64Array(memory.buffer, blockSums, 2 * BLOCKS).slice(),
    };
  });
}

const NO_FIGURES: Record<TrialFigure, number> = {
  totalReturn: Number.NaN,
  sharpe: Number.NaN,
  sortino: Number.NaN,
  volatility: Number.NaN,
  maxDrawdown: Number.NaN,
  fills: Number.NaN,
  trades: Number.NaN,
  winners: Number.NaN,
  grossProfit: Number.NaN,
  grossLoss: Number.NaN,
  heldBars: Number.NaN,
  ledger: Number.NaN,
};

function ordersOf(wanted: Int8Array): number[] {
  const orders: number[] = [];
  for (let bar = 0; bar < wanted.length; bar++) {
    if (wanted[bar] !== (bar === 0 ? 0 : wanted[bar - 1])) orders.push(bar * 4 + wanted[bar]! + 1);
  }
  return orders;
}

/** The figures of the single run, and its sums by block. */
function single(bars: Bars, wanted: Int8Array, execution: Execution, rates: Rates) {
  using simulator = engineTs.prepare(bars);
  const signals = signalsOf(wanted, "both");
  const { equity, fills, trades, events } = simulator.simulate(signals, execution);
  const trial = simulator.evaluate(signals, execution, rates);
  let ledger = LEDGER_START;
  for (const [k, bar] of fills.bar.entries()) ledger = ledgerOf(ledger, bar, fills.side[k]! > 0);
  const { length, first } = blocksOf(equity.length);
  const blockSums = new Float64Array(2 * BLOCKS);
  for (let bar = first; length > 0 && bar < equity.length; bar++) {
    const r = equity[bar]! / (bar === 0 ? execution.initialCash : equity[bar - 1]!) - 1;
    const block = Math.floor((bar - first) / length);
    blockSums[2 * block]! += r;
    blockSums[2 * block + 1]! += r * r;
  }
  return { figures: { ...trial, ledger }, blockSums, reasons: trades.reason, kinds: events.kind };
}

/** Throws where a trial differs from its single run. */
function expectAgreement(got: Walked, want: Omit<Walked, "doubtful">, path: string): void {
  for (const name of TRIAL_FIGURES) {
    const [a, b] = [got.figures[name], want.figures[name]];
    const exact = EXACT.some((other) => other === name);
    if (!Object.is(a, b) && (exact || !(Math.abs(a - b) <= 1e-9 * Math.abs(b))))
      throw new Error(`${path}: ${name} ${a}, want ${b}`);
  }
  for (let k = 0; k < 2 * BLOCKS; k++) {
    const [a, b] = [got.blockSums[k]!, want.blockSums[k]!];
    const spread = Math.sqrt(want.blockSums[k | 1]!);
    if (!(Math.abs(a - b) <= 1e-9 * Math.abs(b) + 1e-13 + 1e-13 * spread))
      throw new Error(`${path}: block sum ${k} ${a}, want ${b}`);
  }
}

/** The states that signals ask for. */
function statesOf(signals: Int8Array): Int8Array {
  let state = 0;
  return signals.map((signal) => {
    if (signal !== SIGNAL_NONE) state = signal === SIGNAL_EXIT ? 0 : signal;
    return state;
  });
}

/** States that last some bars each, under a direction. */
function randomStates(n: number, seed: number, direction: Direction, barsEach: number): Int8Array {
  const next = uniforms(seed);
  const sides = direction === "both" ? [-1, 0, 1] : direction === "long" ? [0, 1] : [-1, 0];
  let state = 0;
  return Int8Array.from({ length: n }, () => {
    if (next() * barsEach < 1) state = sides[Math.floor(next() * sides.length)]!;
    return state;
  });
}

/** Bars like those of a market: four steps each of this deviation, and a slight rise. */
function marketBars(n: number, seed: number, step = 0.006): Bars {
  const next = normals(seed);
  const bars = emptyBars(n);
  let price = 100;
  for (let i = 0; i < n; i++) {
    const path = Array.from({ length: 4 }, () => {
      price *= 1 + step * (next() + 0.005);
      return price;
    });
    bars.timeMs[i] = i * 86_400_000;
    bars.open[i] = path[0]!;
    bars.high[i] = Math.max(...path);
    bars.low[i] = Math.min(...path);
    bars.close[i] = path[3]!;
    bars.volume[i] = 1000;
  }
  return bars;
}

function setPrice(bars: Bars, i: number, price: number): void {
  for (const column of [bars.open, bars.high, bars.low, bars.close]) column[i] = price;
}

describe("a walked trial agrees with its single run", () => {
  test("in random runs of every setting, over any number of bars", () => {
    const seen = { doubtful: 0, sure: 0, fills: 0, kinds: new Set<number>(), reasons: new Set<number>() };
    for (let seed = 1; seed <= 700; seed++) {
      const n = seed <= 300 ? seed % 50 : 100 + ((seed * 37) % 1500);
      const { bars, signals, execution } = randomRun(seed, n);
      const wanted = statesOf(signals);
      const rates = RATES[seed % RATES.length]!;
      const [got] = walkTrials(bars, [wanted], execution, rates);
      const want = single(bars, wanted, execution, rates);
      if (got!.doubtful) {
        seen.doubtful++;
        continue;
      }
      expectAgreement(got!, want, `seed ${seed}`);
      seen.sure++;
      seen.fills += want.figures.fills;
      for (const kind of want.kinds) seen.kinds.add(kind);
      for (const reason of want.reasons) seen.reasons.add(reason);
    }
    expect(seen.fills).toBeGreaterThan(20_000);
    expect(seen.doubtful).toBeLessThan(0.08 * seen.sure);
    // All but ruin.
    expect([...seen.kinds].sort()).toEqual([0, 1, 2, 3, 4]);
    expect([...seen.reasons].sort()).toEqual([0, 1, 2, 3, 4, 5, 7]);
  });

  test("in one trial after another over the bars of a market, with and without levels, of which hardly any is doubtful", () => {
    const bars = marketBars(3000, 5);
    const settings: readonly Partial<Execution>[] = [
      {},
      { fill: "close", closeAtEnd: true },
      { sizing: { type: "percent_equity", value: 0.4 }, commissionFixed: 2 },
      { sizing: { type: "shares", value: 20 }, fractional: false },
      { stopLoss: 0.05, takeProfit: 0.1 },
      { trailingStop: 0.04 },
      { stopLoss: 0.03, trailingStop: 0.2, fill: "close" },
    ];
    let [doubtful, all] = [0, 0];
    for (const direction of DIRECTIONS) {
      for (const [k, setting] of settings.entries()) {
        const execution = { ...PLAIN_EXECUTION, ...setting };
        const trials = [1, 4, 15, 60, 250].map((barsEach) => randomStates(3000, 10 * k + barsEach, direction, barsEach));
        for (const [t, got] of walkTrials(bars, trials, execution, RATES[k % 3]!).entries()) {
          all++;
          if (got.doubtful) doubtful++;
          else expectAgreement(got, single(bars, trials[t]!, execution, RATES[k % 3]!), `${direction}, setting ${k}, trial ${t}`);
        }
      }
    }
    expect(doubtful).toBeLessThan(0.03 * all);
  });

  test("over many bars with long trades", () => {
    const bars = marketBars(60_000, 6, 0.001);
    const trials = [300, 5000].flatMap((barsEach) =>
      DIRECTIONS.map((direction) => randomStates(60_000, barsEach, direction, barsEach)),
    );
    for (const setting of [{}, { stopLoss: 0.3, takeProfit: 1, trailingStop: 0.5 }]) {
      const execution = { ...PLAIN_EXECUTION, ...setting, sizing: { type: "percent_equity", value: 0.3 } } as const;
      for (const [t, got] of walkTrials(bars, trials, execution, RATES[1]!).entries()) {
        expect(got.doubtful).toBe(false);
        expectAgreement(got, single(bars, trials[t]!, execution, RATES[1]!), `trial ${t}`);
      }
    }
  });
});

describe("a walked trial is doubtful", () => {
  test("never without fills, whatever the number of bars", () => {
    for (const n of [0, 1, 2, 15, 16, 17, 50]) {
      for (const rates of RATES) {
        const bars = marketBars(n, 7);
        const idle = new Int8Array(n);
        const [got] = walkTrials(bars, [idle], PLAIN_EXECUTION, rates);
        expect(got!.doubtful).toBe(false);
        expectAgreement(got!, single(bars, idle, PLAIN_EXECUTION, rates), `${n} bars`);
      }
    }
  });

  test("where prices do not move, or by no more than rounding", () => {
    for (const step of [0, 1e-13]) {
      const bars = marketBars(100, 8);
      for (let i = 0; i < 100; i++) setPrice(bars, i, 100 * (1 + step * i));
      const execution: Execution = { ...PLAIN_EXECUTION, commission: 0, slippage: 0 };
      expect(walkTrials(bars, [new Int8Array(100).fill(1)], execution, NO_RATES)[0]!.doubtful).toBe(true);
    }
  });

  test("after ruin, and only then", () => {
    const bars = marketBars(300, 9);
    for (let i = 0; i < 300; i++) setPrice(bars, i, 100 + i);
    const short = new Int8Array(300).fill(-1);
    const brief = short.map((side, i) => (i < 60 ? side : 0));
    expect(walkTrials(bars, [short, brief], PLAIN_EXECUTION, NO_RATES).map(({ doubtful }) => doubtful)).toEqual([true, false]);
  });
});

describe("figures from sums", () => {
  // Returns 0.1, -0.1, 0.2 and 0 on 1000.
  const SOUND = {
    ...{ count: 4, s1: 0.2, s2: 0.06, shortfall: 0.01, least: 0.9, initial: 1000, final: 1188, fills: 4, trades: 2, winners: 1 },
    ...{ profit: 200, loss: 12, held: 3, ledger: 0xffffffff, doubtful: 0, riskFree: 0.01, mar: 0, periodsPerYear: 4 },
  };
  const figuresOf = (changes: Partial<typeof SOUND>) => {
    kernels.writeFigures(OUT, ...Object.values({ ...SOUND, ...changes }));
    return [...new Float64Array(memory.buffer, OUT, 13)];
  };

  test("are those of the definitions", () => {
    const figures = figuresOf({});
    const volatility = Math.sqrt(0.05 / 3);
    const want = [0.188, (0.04 / volatility) * 2, 2, volatility, -0.1, 4, 2, 1, 200, 12, 3, 0xffffffff, 0];
    for (const [k, value] of want.entries()) expect(figures[k]).toBeCloseTo(value, 12);
  });

  test("are undefined where the definitions say so", () => {
    const none = {
      s1: 0,
      s2: 0,
      shortfall: 0,
      least: 1,
      final: 1000,
      fills: 0,
      trades: 0,
      winners: 0,
      profit: 0,
      loss: 0,
      held: 0,
    };
    expect(figuresOf({ ...none, count: 0 }).slice(0, 5)).toEqual([NaN, NaN, NaN, NaN, NaN]);
    expect(figuresOf({ ...none, count: 1 }).slice(0, 5)).toEqual([0, NaN, NaN, NaN, 0]);
    expect(figuresOf({ ...none, count: 2 }).slice(0, 5)).toEqual([0, NaN, NaN, 0, 0]);
  });

  test.each<[string, Partial<typeof SOUND>]>([
    ["the caller says so", { doubtful: 1 }],
    ["the returns are nearly constant", { s1: 0.4, s2: 0.04 + 1e-8, shortfall: 0 }],
    ["the returns are as small as rounding", { s1: 2e-7, s2: 6e-14, shortfall: 0 }],
    ["what falls short is as small as rounding", { shortfall: 1e-13 }],
    ["the mean is near the risk-free rate", { riskFree: 0.05 + 1e-8 }],
    ["the mean is near the least acceptable return", { mar: 0.05 - 1e-8 }],
    ["next to nothing was gained", { final: 1000.0005 }],
    ["equity hardly fell", { least: 1 - 1e-9 }],
    ["a sum overflowed", { s2: Number.POSITIVE_INFINITY }],
  ])("are doubtful where %s", (_, changes) => {
    expect(figuresOf(changes)[12]).toBe(1);
    expect(figuresOf({})[12]).toBe(0);
  });
});
