import { type Bars, emptyBars } from "../bars.ts";
import { uniforms } from "../random.ts";
import { SIGNAL_EXIT, SIGNAL_LONG, SIGNAL_NONE, SIGNAL_SHORT } from "./abi.ts";
import type { Execution, Split } from "./contract.ts";

export interface RandomRun {
  readonly bars: Bars;
  readonly signals: Int8Array;
  readonly execution: Execution;
}

/**
 * Bars, signals and settings drawn from a seed, for tests that compare two engines. Every setting varies; missing bars, bars
 * without volume, violent moves (ruin, gaps through stops), repeated prices, splits and signals on every kind of bar occur.
 */
export function randomRun(seed: number, n: number): RandomRun {
  const next = uniforms(seed);
  const chance = (p: number) => next() < p;
  const pick = <T>(...choices: readonly T[]): T => choices[Math.floor(next() * choices.length)]!;
  const between = (low: number, high: number) => low + (high - low) * next();

  const bars = emptyBars(n);
  const violence = pick(0, 0.002, 0.01, 0.05, 0.3);
  const missing = pick(0, 0, 0.01, 0.3);
  const silent = pick(0, 0, 0.05);
  const decimals = pick(100, 100, 1e15);
  let price = pick(1, 37.5, 100, 25_000);
  const move = () => {
    price = Math.max(Math.round(price * (1 + between(-violence, violence * 1.02)) * decimals) / decimals, 0.01);
    return price;
  };
  for (let i = 0; i < n; i++) {
    bars.timeMs[i] = i * 60_000;
    const path = [move(), move(), move(), move()];
    const absent = chance(missing);
    bars.open[i] = absent ? Number.NaN : path[0]!;
    bars.close[i] = absent ? Number.NaN : path[3]!;
    bars.high[i] = absent ? Number.NaN : Math.max(...path);
    bars.low[i] = absent ? Number.NaN : Math.min(...path);
    bars.volume[i] = chance(silent) ? 0 : Math.floor(between(1, 1e6));
  }

  const density = pick(0, 0.002, 0.04, 0.04, 0.5, 1);
  const words = pick([SIGNAL_LONG, SIGNAL_EXIT], [SIGNAL_SHORT, SIGNAL_EXIT], [SIGNAL_LONG, SIGNAL_SHORT, SIGNAL_EXIT]);
  const signals = Int8Array.from({ length: n }, () => (chance(density) ? pick(...words) : SIGNAL_NONE));

  const splits: Split[] = [];
  for (
    let bar = Math.floor(between(0, n));
    bar < n && splits.length < 3 && chance(0.4);
    bar += 1 + Math.floor(between(0, n / 2))
  ) {
    splits.push({ bar, ratio: pick(2, 3, 1.5, 0.25, 0.1, 7) });
  }
  const initialCash = pick(100, 10_000, 1e6);
  const level = () => (chance(0.5) ? null : pick(0.001, 0.01, 0.05, 0.2, 1.5));
  const execution: Execution = {
    initialCash,
    fill: pick("next_open", "close"),
    commission: pick(0, 0.001, 0.02),
    commissionFixed: pick(0, 0, 1, 50),
    slippage: pick(0, 0.0005, 0.03),
    sizing: pick(
      { type: "percent_equity", value: pick(1, 0.5, 0.013, 1.5) },
      { type: "shares", value: pick(1, 10, 3.7) },
      { type: "cash", value: between(0.01, 1.2) * initialCash },
    ),
    fractional: chance(0.5),
    onInsufficientCash: pick("reject", "reduce"),
    closeAtEnd: chance(0.5),
    requireVolume: chance(0.3),
    stopLoss: level(),
    takeProfit: level(),
    trailingStop: level(),
    splits,
  };
  return { bars, signals, execution };
}
