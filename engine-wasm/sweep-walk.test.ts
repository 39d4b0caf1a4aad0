import { beforeAll, describe, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { instantiate } from "@assemblyscript/loader";
import asc from "assemblyscript/asc";
import type { Bars } from "../core/bars.ts";
import { FILL_CLOSE, FILL_NEXT_OPEN, SIZING_CASH, SIZING_PERCENT_EQUITY, SIZING_SHARES } from "../core/engine/abi.ts";
import type { Execution, Rates } from "../core/engine/contract.ts";
import { randomRun } from "../core/engine/random-run.ts";
import { uniforms } from "../core/random.ts";
import { type Direction, signalsOf } from "../core/strategies/signals.ts";
import { BLOCKS, blocksOf, LEDGER_START, ledgerOf, TRIAL_FIGURES, type TrialFigure } from "../core/sweep/trials.ts";
import { engineTs } from "../engine-ts/engine.ts";

const SIZINGS = { percent_equity: SIZING_PERCENT_EQUITY, shares: SIZING_SHARES, cash: SIZING_CASH } as const;
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
  walkTrial(orders: number, count: number, blockSums: number, out: number): void;
}

const memory = new WebAssembly.Memory({ initial: 256, maximum: 65536, shared: true });
let kernels: Kernels;

beforeAll(async () => {
  let wasm = new Uint8Array();
  const sources = ["sweep/walk.ts", "sweep/walk-parts.ts", "settings.ts"];
  const options =
    "--outFile walk.wasm -O3 --noAssert --converge --runtime stub --enable simd --enable threads " +
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
});

interface Walked {
  readonly figures: Readonly<Record<TrialFigure, number>>;
  readonly doubtful: boolean;
  readonly blockSums: Float64Array;
}

/** Walks trials over the same bars, each given by the states it wants. */
function walkTrials(bars: Bars, trials: readonly Int8Array[], execution: Execution, rates: Rates): Walked[] {
  let top = 65536;
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
  const out = reserve(13 * 8);
  const blockSums = reserve(BLOCKS * 16);
  const ordersAt = reserve(n * 4);
  const { length, first } = blocksOf(n);
  kernels.configure(
    execution.initialCash,
    execution.fill === "close" ? FILL_CLOSE : FILL_NEXT_OPEN,
    execution.commission,
    execution.commissionFixed,
    execution.slippage,
    SIZINGS[execution.sizing.type],
    execution.sizing.value,
    Number(execution.fractional),
    Number(execution.onInsufficientCash === "reduce"),
    Number(execution.closeAtEnd),
    Number(execution.requireVolume),
    execution.stopLoss ?? Number.NaN,
    execution.takeProfit ?? Number.NaN,
    execution.trailingStop ?? Number.NaN,
  );
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
    kernels.walkTrial(ordersAt, orders.length, blockSums, out);
    const results = new Float64Array(memory.buffer, out, 13);
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
function single(bars: Bars, wanted: Int8Array, execution: Execution, rates: Rates): Walked {
  using simulator = engineTs.prepare(bars);
  const signals = signalsOf(wanted, "both");
  const { equity, fills } = simulator.simulate(signals, execution);
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
  return { figures: { ...trial, ledger }, doubtful: false, blockSums };
}

/** Throws where a trial differs from its single run. */
function expectAgreement(got: Walked, want: Walked, path: string): void {
  for (const name of TRIAL_FIGURES) {
    const [a, b] = [got.figures[name], want.figures[name]];
    const exact = EXACT.some((other) => other === name);
    if (!Object.is(a, b) && (exact || !(Math.abs(a - b) <= 1e-9 * Math.abs(b)))) throw new Error(`${path}: ${name} ${a}, want ${b}`);
  }
  for (let k = 0; k < 2 * BLOCKS; k++) {
    const [a, b] = [got.blockSums[k]!, want.blockSums[k]!];
    const spread = Math.sqrt(want.blockSums[k | 1]!);
    if (!(Math.abs(a - b) <= 1e-9 * Math.abs(b) + 1e-13 + 1e-13 * spread)) throw new Error(`${path}: block sum ${k} ${a}, want ${b}`);
  }
}

function heldStates(signals: Int8Array): Int8Array {
  let state = 0;
  return signals.map((signal) => {
    if (signal !== 0) state = signal === 2 ? 0 : signal;
    return state;
  });
}

/** States that last some bars each, of one side or of both. */
function randomStates(n: number, seed: number, direction: Direction, barsEach: number): Int8Array {
  const next = uniforms(seed);
  const sides = direction === "both" ? [-1, 0, 1] : direction === "long" ? [0, 1] : [-1, 0];
  let state = 0;
  return Int8Array.from({ length: n }, () => {
    if (next() * barsEach < 1) state = sides[Math.floor(next() * sides.length)]!;
    return state;
  });
}

describe("a walked trial agrees with its single run", () => {
  test("in random runs of every setting, with any length of bars", () => {
    const seen = { doubtful: 0, sure: 0, fills: 0 };
    for (let seed = 1; seed <= 900; seed++) {
      const n = seed <= 300 ? seed % 50 : 100 + ((seed * 37) % 1500);
      const { bars, signals, execution } = randomRun(seed, n);
      const rates = RATES[seed % 3]!;
      const wanted = heldStates(signals);
      const [got] = walkTrials(bars, [wanted], execution, rates);
      const want = single(bars, wanted, execution, rates);
      if (got!.doubtful) seen.doubtful++;
      else {
        seen.sure++;
        seen.fills += want.figures.fills;
        expectAgreement(got!, want, `seed ${seed}`);
      }
    }
    console.log(seen);
  });
});
