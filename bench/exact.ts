import { measure } from "mitata";
import { emptyBars } from "../core/bars.ts";
import { uniforms } from "../core/random.ts";
import { strategies } from "../core/strategies/registry.ts";
import { signalsOf } from "../core/strategies/signals.ts";
import { median, ms, writeReceipt } from "./receipt.ts";

const N = 1_000_000;
const PAIRS = [
  [2, 4],
  [5, 8],
  [10, 22],
  [11, 12],
  [10, 30],
  [30, 150],
] as const;

/** Trades that rounding makes when rolling sums are compared as they are, and what it costs to compare exactly. */
export async function benchExact(): Promise<void> {
  const results = [];
  for (const [name, close] of Object.entries(prices())) {
    const bars = { ...emptyBars(N), close };
    const wrong = { rolling: 0, prefix: 0 };
    let signals = 0;
    for (const [fast, slow] of PAIRS) {
      const exact = strategies.ma_crossover.wanted(bars, { fast, slow, average: "sma" }, 0);
      signals += signalsOf(exact, "long").reduce((sum, signal) => sum + (signal === 0 ? 0 : 1), 0);
      wrong.rolling += differing(exact, rollingStates(close, fast, slow));
      wrong.prefix += differing(exact, prefixStates(close, fast, slow));
    }
    const [naiveMs, exactMs] = [
      await time(() => rollingStates(close, 10, 30)),
      await time(() => strategies.ma_crossover.wanted(bars, { fast: 10, slow: 30, average: "sma" }, 0)),
    ];
    results.push({
      name,
      exact_signals: signals,
      wrong_rolling: wrong.rolling,
      wrong_prefix: wrong.prefix,
      naive_ms: naiveMs,
      exact_ms: exactMs,
    });
  }
  const count = (value: number) => value.toLocaleString("en");
  writeReceipt("DL-004", "exact", "bun run bench exact", results, {
    title: "States that rounding gets wrong, and the price of getting them right",
    notes: [
      `${count(N)} closes, the SMA pairs ${PAIRS.map((pair) => pair.join("/")).join(", ")} together; time of 10/30 from closes to wanted states, median of at least 15.`,
      "Rolling and prefix: sums in doubles, divided by the window, compared with > and <. Exact: ma_crossover as released. Wrong: bars whose state differs from the exact one.",
    ],
    columns: ["closes", "signals, exact", "wrong bars, rolling", "wrong bars, prefix", "rolling ms", "exact ms"],
    rows: results.map((row) => [
      row.name,
      count(row.exact_signals),
      count(row.wrong_rolling),
      count(row.wrong_prefix),
      ms(row.naive_ms),
      ms(row.exact_ms),
    ]),
  });
}

function prices(): Record<string, Float64Array> {
  const next = uniforms(4);
  let cents = 10_000;
  const walk = (least: number, step: number) => {
    cents = Math.max(least, cents + Math.floor(next() * (2 * step + 1)) - step);
    return cents / 100;
  };
  return {
    "constant 100.10": new Float64Array(N).fill(100.1),
    "100.10 and 100.30 in turn": Float64Array.from({ length: N }, (_, i) => (i % 2 === 0 ? 100.1 : 100.3)),
    "whole cents, steps of at most 1": Float64Array.from({ length: N }, () => walk(9_000, 1)),
    "whole cents, steps of at most 150": Float64Array.from({ length: N }, () => walk(1_000, 150)),
    "any double, steps of at most 1 %": Float64Array.from({ length: N }, () => walk(1_000, 150) * (1 + next() * 1e-6)),
  };
}

function rollingStates(close: Float64Array, fast: number, slow: number): Int8Array {
  const states = new Int8Array(close.length);
  let fastSum = 0;
  let slowSum = 0;
  for (let i = 0; i < close.length; i++) {
    fastSum += close[i]! - (i >= fast ? close[i - fast]! : 0);
    slowSum += close[i]! - (i >= slow ? close[i - slow]! : 0);
    if (i >= slow - 1) states[i] = fastSum / fast > slowSum / slow ? 1 : fastSum / fast < slowSum / slow ? -1 : 0;
  }
  return states;
}

function prefixStates(close: Float64Array, fast: number, slow: number): Int8Array {
  const states = new Int8Array(close.length);
  const sums = new Float64Array(close.length + 1);
  for (let i = 0; i < close.length; i++) {
    sums[i + 1] = sums[i]! + close[i]!;
    if (i < slow - 1) continue;
    const [a, b] = [(sums[i + 1]! - sums[i + 1 - fast]!) / fast, (sums[i + 1]! - sums[i + 1 - slow]!) / slow];
    states[i] = a > b ? 1 : a < b ? -1 : 0;
  }
  return states;
}

function differing(a: Int8Array, b: Int8Array): number {
  return a.reduce((sum, state, i) => sum + (state === b[i] ? 0 : 1), 0);
}

async function time(run: () => unknown): Promise<number> {
  for (let k = 0; k < 20; k++) run();
  const { samples } = await measure(run, { min_samples: 15 });
  return median(samples) / 1e6;
}
