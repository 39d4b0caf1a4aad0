import { describe, expect, test } from "bun:test";
import { type Bars, emptyBars } from "../bars.ts";
import { uniforms } from "../random.ts";
import * as abi from "./abi.ts";
import { flatBars, PLAIN, signalsAt } from "./conformance.ts";
import type { Engine, Execution, Simulation } from "./contract.ts";
import { randomRun } from "./random-run.ts";

type Script = Parameters<typeof signalsAt>[1];
/** Open, high, low, close. */
type Row = readonly [number, number, number, number];

const NO_SIGNALS: Script = {};

function barsOf(rows: readonly Row[]): Bars {
  const bars = flatBars(rows.map(([open]) => open));
  rows.forEach(([, high, low, close], i) => {
    bars.high[i] = high;
    bars.low[i] = low;
    bars.close[i] = close;
  });
  return bars;
}

/** The fills as rows of bar, signed quantity, price and fee. */
function fillsOf({ fills }: Simulation): number[][] {
  return Array.from(fills.bar, (bar, k) => [bar, fills.side[k]! * fills.quantity[k]!, fills.price[k]!, fills.fee[k]!]);
}

/** The events as rows of bar, kind and amount. */
function eventsOf({ events }: Simulation): number[][] {
  return Array.from(events.bar, (bar, k) => [bar, events.kind[k]!, events.amount[k]!]);
}

/**
 * The execution model at its edges, for any engine: expected values by hand arithmetic on prices and fractions that doubles
 * hold exactly. Long because one model has many edges; each test stands alone.
 */
export function describeBehaviour(name: string, load: () => Promise<Engine>): void {
  async function run(bars: Bars, script: Script, change: Partial<Execution> = {}): Promise<Simulation> {
    using simulator = (await load()).prepare(bars);
    return simulator.simulate(signalsAt(bars.close.length, script), { ...PLAIN, ...change });
  }

  describe(`execution at the edges: ${name}`, () => {
    test("without signals equity stays the starting capital, whatever the costs and levels", async () => {
      const { bars } = randomRun(5, 300);
      const costs = {
        commission: 0.01,
        commissionFixed: 7,
        slippage: 0.02,
        stopLoss: 0.01,
        trailingStop: 0.01,
        closeAtEnd: true,
      };
      const { equity, fills, trades, events, heldBars, openPosition, finalCash } = await run(bars, NO_SIGNALS, costs);
      expect(equity).toEqual(new Float64Array(300).fill(10_000));
      expect([fills.bar.length, trades.pnl.length, events.bar.length, heldBars]).toEqual([0, 0, 0, 0]);
      expect(openPosition).toBeNull();
      expect(finalCash).toBe(10_000);
    });

    test("no bars give an empty record", async () => {
      const { equity, fills, heldBars, finalCash } = await run(emptyBars(0), NO_SIGNALS, { closeAtEnd: true });
      expect([equity.length, fills.bar.length, heldBars, finalCash]).toEqual([0, 0, 0, 10_000]);
    });

    test("prices twice as high halve the quantities and leave the equity as it is", async () => {
      const engine = await load();
      let fills = 0;
      for (let seed = 1; seed <= 60; seed++) {
        const { bars, signals, execution } = randomRun(seed, 200);
        const sizing = { type: "percent_equity", value: 0.75 } as const;
        const settings = { ...execution, sizing, fractional: true };
        const doubled = { ...bars };
        for (const column of ["open", "high", "low", "close"] as const) doubled[column] = bars[column].map((price) => price * 2);
        using once = engine.prepare(bars);
        using twice = engine.prepare(doubled);
        const [want, got] = [once.simulate(signals, settings), twice.simulate(signals, settings)];
        expect(got.equity).toEqual(want.equity);
        expect(got.fills.quantity).toEqual(want.fills.quantity.map((quantity) => quantity / 2));
        fills += want.fills.bar.length;
      }
      expect(fills).toBeGreaterThan(500);
    });

    test("costs never raise the final equity of the same fills", async () => {
      const engine = await load();
      const next = uniforms(11);
      let lower = 0;
      for (let seed = 1; seed <= 60; seed++) {
        const { bars, signals, execution } = randomRun(seed, 200);
        const noLevels = { stopLoss: null, takeProfit: null, trailingStop: null };
        const free: Execution = {
          ...PLAIN,
          ...noLevels,
          initialCash: 1e9,
          sizing: { type: "shares", value: 1 },
          fill: execution.fill,
        };
        const costs = { commission: next() * 0.02, commissionFixed: next() * 5, slippage: next() * 0.02 };
        using simulator = engine.prepare(bars);
        const [without, paid] = [simulator.simulate(signals, free), simulator.simulate(signals, { ...free, ...costs })];
        expect(paid.fills.bar).toEqual(without.fills.bar);
        expect(paid.fills.quantity).toEqual(without.fills.quantity);
        const [most, least] = [without.equity[199]!, paid.equity[199]!];
        expect(least).toBeLessThanOrEqual(most);
        if (least < most) lower++;
      }
      expect(lower).toBeGreaterThan(30);
    });

    test("an order that waits over a missing bar is replaced by the signal of that bar", async () => {
      const got = await run(flatBars([100, null, 100, 110]), { 0: "long", 1: "short" });
      expect(fillsOf(got)).toEqual([[2, -100, 100, 0]]);
      expect([...got.equity]).toEqual([10_000, 10_000, 10_000, 9000]);
      expect(eventsOf(got)).toEqual([]);
    });

    test("an exit cancels an entry that still waits", async () => {
      const got = await run(flatBars([100, null, 100, 110]), { 0: "long", 1: "exit" });
      expect(fillsOf(got)).toEqual([]);
      expect(eventsOf(got)).toEqual([]);
    });

    test("a renewed entry cancels an exit that still waits", async () => {
      const got = await run(flatBars([100, 100, null, 125]), { 0: "long", 1: "exit", 2: "long" });
      expect(fillsOf(got)).toEqual([[1, 100, 100, 0]]);
      expect(got.openPosition?.unrealizedPnl).toBe(2500);
    });

    test("fill close waits over a missing bar for the next close, and does not hold the bar it enters at", async () => {
      const got = await run(flatBars([100, null, 125, 150]), { 1: "long" }, { fill: "close" });
      expect(fillsOf(got)).toEqual([[2, 80, 125, 0]]);
      expect([...got.equity]).toEqual([10_000, 10_000, 10_000, 12_000]);
      expect(got.heldBars).toBe(1);
    });

    test("missing bars carry the last close, also before the first price", async () => {
      const got = await run(flatBars([null, 100, 100, null, 150]), { 1: "long" });
      expect([...got.equity]).toEqual([10_000, 10_000, 10_000, 10_000, 15_000]);
      expect(got.heldBars).toBe(3);
    });

    test("of a fixed and a trailing stop the tighter one is in force, and a high tightens from the next bar on", async () => {
      const levels = { stopLoss: 0.0625, trailingStop: 0.125 };
      const rows: Row[] = [
        [128, 128, 128, 128],
        [128, 130, 121, 128],
        [130, 160, 125, 150],
        [150, 151, 139, 145],
      ];
      const held = await run(barsOf(rows.slice(0, 2)), { 0: "long" }, levels);
      expect(held.openPosition?.stop).toBe(120);
      const left = await run(barsOf(rows), { 0: "long" }, levels);
      expect(fillsOf(left).at(-1)).toEqual([3, -78.125, 140, 0]);
      expect([...left.trades.reason]).toEqual([abi.REASON_STOP]);
      expect([...left.trades.pnl]).toEqual([937.5]);
    });

    test("an open beyond the fixed and the trailing stop fills at the open, with slippage", async () => {
      const rows: Row[] = [
        [128, 128, 128, 128],
        [128, 128, 128, 128],
        [64, 70, 60, 64],
      ];
      const shares = { sizing: { type: "shares", value: 10 }, slippage: 0.25 } as const;
      const got = await run(barsOf(rows), { 0: "long" }, { ...shares, stopLoss: 0.25, trailingStop: 0.375 });
      expect(fillsOf(got)).toEqual([
        [1, 10, 160, 0],
        [2, -10, 48, 0],
      ]);
      expect([...got.trades.reason]).toEqual([abi.REASON_STOP_GAP]);
    });

    test("an open beyond the target takes the profit at the open, without slippage, though the bar falls through the stop later", async () => {
      const rows: Row[] = [
        [128, 128, 128, 128],
        [128, 128, 128, 128],
        [224, 230, 100, 110],
      ];
      const got = await run(barsOf(rows), { 0: "long" }, { stopLoss: 0.25, takeProfit: 0.25, slippage: 0.25 });
      expect(fillsOf(got)).toEqual([
        [1, 62.5, 160, 0],
        [2, -62.5, 224, 0],
      ]);
      expect([...got.trades.reason]).toEqual([abi.REASON_TAKE_PROFIT_GAP]);
    });

    test("a stop that slippage puts above the open of the entry bar fills at that open, not at its better level", async () => {
      const got = await run(flatBars([128, 128]), { 0: "long" }, { stopLoss: 0.125, slippage: 0.25 });
      expect(fillsOf(got)).toEqual([
        [1, 62.5, 160, 0],
        [1, -62.5, 96, 0],
      ]);
      expect([...got.trades.reason]).toEqual([abi.REASON_STOP]);
    });

    test("fill close waits over a bar without volume where volume is required, and that bar's close still marks", async () => {
      const bars = flatBars([100, 100, 125, 100]);
      bars.volume[2] = 0;
      const got = await run(bars, { 0: "long", 2: "exit" }, { fill: "close", requireVolume: true });
      expect(fillsOf(got)).toEqual([
        [0, 100, 100, 0],
        [3, -100, 100, 0],
      ]);
      expect([...got.equity]).toEqual([10_000, 10_000, 12_500, 10_000]);
    });

    test("a fee that eats the last money is ruin: later signals do nothing", async () => {
      const fee = { initialCash: 100, sizing: { type: "shares", value: 1 }, commissionFixed: 50 } as const;
      const got = await run(flatBars([10, 10, 10, 10, 10]), { 0: "long", 1: "exit", 2: "long", 3: "short" }, fee);
      expect([...got.equity]).toEqual([100, 50, 0, 0, 0]);
      expect(fillsOf(got)).toEqual([
        [1, 1, 10, 50],
        [2, -1, 10, 50],
      ]);
      expect(eventsOf(got)).toEqual([[2, abi.EVENT_RUIN, 0]]);
      expect([...got.trades.reason]).toEqual([abi.REASON_SIGNAL]);
    });

    test("a short that the price doubles against is closed at that close, and what is owed stays", async () => {
      const got = await run(flatBars([100, 100, 250, 50]), { 0: "short", 2: "long" });
      expect([...got.equity]).toEqual([10_000, 10_000, -5000, -5000]);
      expect([...got.trades.reason]).toEqual([abi.REASON_RUIN]);
      expect(eventsOf(got)).toEqual([[2, abi.EVENT_RUIN, 0]]);
    });

    test("a reverse split that leaves less than one whole share pays it out and ends the trade", async () => {
      const settings = {
        initialCash: 1000,
        fractional: false,
        sizing: { type: "shares", value: 3 },
        splits: [{ bar: 2, ratio: 0.25 }],
      } as const;
      const got = await run(
        flatBars([100, 100, 480, 480, 500]),
        { 0: "long", 2: "long" },
        { ...settings, onInsufficientCash: "reduce" },
      );
      expect(eventsOf(got)).toEqual([
        [2, abi.EVENT_CASH_IN_LIEU, 360],
        [2, abi.EVENT_SPLIT, 0.25],
      ]);
      expect([...got.trades.reason]).toEqual([abi.REASON_SPLIT]);
      expect([...got.trades.pnl]).toEqual([60]);
      expect([...got.trades.return]).toEqual([0.2]);
      expect([...got.equity]).toEqual([1000, 1000, 1060, 1060, 1100]);
      expect(fillsOf(got)).toEqual([
        [1, 3, 100, 0],
        [3, 2, 480, 0],
      ]);
      expect(got.openPosition?.unrealizedPnl).toBe(40);
    });

    test("close_at_end sells at the last close although the exit of that bar has expired", async () => {
      const got = await run(flatBars([100, 100, 125]), { 0: "long", 2: "exit" }, { closeAtEnd: true, commissionFixed: 100 });
      expect(eventsOf(got)).toEqual([[2, abi.EVENT_EXPIRED, 0]]);
      expect(got.events.signal[0]).toBe(abi.SIGNAL_EXIT);
      expect([...got.trades.reason]).toEqual([abi.REASON_END]);
      expect(fillsOf(got)).toEqual([
        [1, 99, 100, 100],
        [2, -99, 125, 100],
      ]);
      expect(got.equity[2]).toBe(12_275);
      expect(got.openPosition).toBeNull();
    });

    test("reduce takes the largest number of whole shares that the cash pays with the fee", async () => {
      const settings = {
        initialCash: 1000,
        sizing: { type: "shares", value: 5 },
        fractional: false,
        commissionFixed: 50,
      } as const;
      const got = await run(flatBars([300, 300]), { 0: "long" }, { ...settings, onInsufficientCash: "reduce" });
      expect(fillsOf(got)).toEqual([[1, 3, 300, 50]]);
      expect(got.finalCash).toBe(50);
      const none = await run(
        flatBars([300, 300]),
        { 0: "long" },
        { ...settings, initialCash: 349, onInsufficientCash: "reduce" },
      );
      expect(eventsOf(none)).toEqual([[1, abi.EVENT_REJECTED_SIZE, 0]]);
    });

    test("a flip that cannot be afforded closes the position, then is rejected", async () => {
      const settings = { initialCash: 1000, sizing: { type: "shares", value: 8 } } as const;
      const got = await run(flatBars([100, 100, 150, 100]), { 0: "short", 1: "long" }, settings);
      expect(fillsOf(got)).toEqual([
        [1, -8, 100, 0],
        [2, 8, 150, 0],
      ]);
      expect(eventsOf(got)).toEqual([[2, abi.EVENT_REJECTED_CASH, 0]]);
      expect(got.events.signal[0]).toBe(abi.SIGNAL_LONG);
      expect([...got.equity]).toEqual([1000, 1000, 600, 600]);
    });
  });
}
