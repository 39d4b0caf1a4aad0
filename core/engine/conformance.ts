import { describe, expect, test } from "bun:test";
import { type Bars, emptyBars } from "../bars.ts";
import * as abi from "./abi.ts";
import type { Engine, Execution, Simulation } from "./contract.ts";
import vectors from "./vectors/execution.json";

type Case = (typeof vectors.cases)[number];

const REASONS = ["signal", "stop", "stopGap", "takeProfit", "takeProfitGap", "end", "ruin", "split"];
const SIGNALS: Record<string, number> = { long: abi.SIGNAL_LONG, short: abi.SIGNAL_SHORT, exit: abi.SIGNAL_EXIT };
const SIZINGS = { percentEquity: "percent_equity", shares: "shares", cash: "cash" } as const;

/** All equity, next open, no costs: what a test changes one setting of. */
export const PLAIN: Execution = {
  initialCash: 10000,
  fill: "next_open",
  commission: 0,
  commissionFixed: 0,
  slippage: 0,
  sizing: { type: "percent_equity", value: 1 },
  fractional: true,
  onInsufficientCash: "reject",
  closeAtEnd: false,
  requireVolume: false,
  stopLoss: null,
  takeProfit: null,
  trailingStop: null,
  splits: [],
};

/** Bars whose open, high, low and close are all the given price; null is a missing bar. */
export function flatBars(prices: readonly (number | null)[]): Bars {
  const bars = emptyBars(prices.length);
  prices.forEach((price, i) => {
    bars.timeMs[i] = i * 86_400_000;
    bars.volume[i] = 1000;
    for (const name of ["open", "high", "low", "close"] as const) bars[name][i] = price ?? Number.NaN;
  });
  return bars;
}

/** The signals of a sparse script, such as { 0: "long", 4: "exit" }. */
export function signalsAt(n: number, script: Readonly<Record<number, "long" | "short" | "exit">>): Int8Array {
  const signals = new Int8Array(n);
  for (const [bar, word] of Object.entries(script)) signals[Number(bar)] = SIGNALS[word]!;
  return signals;
}

function barsOf(item: Case): Bars {
  const bars = emptyBars(item.bars.length);
  item.bars.forEach((bar, i) => {
    bars.timeMs[i] = i * 86_400_000;
    for (const name of ["open", "high", "low", "close"] as const) bars[name][i] = bar === null ? Number.NaN : bar[name];
    bars.volume[i] = bar === null ? 0 : bar.volume;
  });
  return bars;
}

function executionOf({ settings }: Case): Execution {
  return {
    initialCash: settings.initialCash,
    fill: settings.fill === "close" ? "close" : "next_open",
    commission: settings.commissionPct,
    commissionFixed: settings.commissionFixed,
    slippage: settings.slippageBps / 1e4,
    sizing: { type: SIZINGS[settings.sizing.type as keyof typeof SIZINGS], value: settings.sizing.value },
    fractional: settings.fractional,
    onInsufficientCash: settings.insufficientCash === "reduce" ? "reduce" : "reject",
    closeAtEnd: settings.closeAtEnd,
    requireVolume: settings.requireVolume,
    stopLoss: settings.stopLossPct,
    takeProfit: settings.takeProfitPct,
    trailingStop: settings.trailingPct,
    splits: settings.splits,
  };
}

/** The run in the words of the reference vectors. */
function retell(run: Simulation, item: Case) {
  const { fills, trades, events, openPosition: left } = run;
  const fillRows = Array.from(fills.bar, (bar, k) => ({
    bar,
    side: fills.side[k] === 1 ? "buy" : "sell",
    qty: fills.quantity[k]!,
    basePrice: fills.basePrice[k]!,
    price: fills.price[k]!,
    fee: fills.fee[k]!,
    reason: REASONS[fills.reason[k]!]!,
  }));
  const ledger = replay(fillRows, run, item);
  const meanEquity = run.equity.reduce((sum, value) => sum + value, 0) / run.equity.length;
  return {
    fills: fillRows,
    trades: Array.from(trades.pnl, (pnl, k) => ({
      entryBar: trades.entryBar[k]!,
      exitBar: trades.exitBar[k]!,
      side: trades.side[k] === 1 ? "long" : "short",
      qty: trades.quantity[k]!,
      entryPrice: trades.entryPrice[k]!,
      exitPrice: trades.exitPrice[k]!,
      fees: trades.fees[k]!,
      pnl,
      returnPct: trades.return[k]!,
      exitReason: REASONS[trades.reason[k]!]!,
    })),
    openPosition: left && {
      entryBar: left.entryBar,
      side: left.side === 1 ? "long" : "short",
      qty: left.quantity,
      entryPrice: left.entryPrice,
      entryFee: left.entryFee,
      unrealizedPnl: left.unrealizedPnl,
      stop: Number.isNaN(left.stop) ? null : left.stop,
      takeProfit: Number.isNaN(left.takeProfit) ? null : left.takeProfit,
    },
    events: Array.from(events.kind, (kind, k) =>
      retellEvent(kind, events.bar[k]!, events.signal[k]!, events.amount[k]!, events.quantity[k]!),
    ),
    ...ledger,
    equity: Array.from(run.equity),
    exposure: run.heldBars / run.equity.length,
    turnover: fillRows.reduce((sum, fill) => sum + fill.price * fill.qty, 0) / meanEquity,
    totalFees: fillRows.reduce((sum, fill) => sum + fill.fee, 0),
    finalEquity: run.equity[run.equity.length - 1]!,
  };
}

function retellEvent(kind: number, bar: number, signal: number, amount: number, quantity: number) {
  const word = signal === abi.SIGNAL_LONG ? "long" : signal === abi.SIGNAL_SHORT ? "short" : "exit";
  switch (kind) {
    case abi.EVENT_REJECTED_CASH:
      return { bar, event: "rejected", reason: "insufficientCash", side: word };
    case abi.EVENT_REJECTED_SIZE:
      return { bar, event: "rejected", reason: "sizeZero", side: word };
    case abi.EVENT_EXPIRED:
      return { bar, event: "expired", reason: "noNextBar", signal: word };
    case abi.EVENT_SPLIT:
      return { bar, event: "split", ratio: amount, qty: quantity };
    case abi.EVENT_CASH_IN_LIEU:
      return { bar, event: "cashInLieu", amount };
    default:
      return { bar, event: "ruin" };
  }
}

/** Cash, position and held bars, rebuilt from fills and events alone: a second way to the same equity. */
function replay(
  fills: readonly { bar: number; side: string; qty: number; price: number; fee: number; reason: string }[],
  run: Simulation,
  item: Case,
) {
  let cash = item.settings.initialCash;
  let position = 0;
  const out = { cash: [] as number[], position: [] as number[], heldBars: [] as number[] };
  item.bars.forEach((_, bar) => {
    run.events.bar.forEach((at, k) => {
      if (at !== bar) return;
      if (run.events.kind[k] === abi.EVENT_CASH_IN_LIEU) cash += run.events.amount[k]!;
      if (run.events.kind[k] === abi.EVENT_SPLIT) position = Math.sign(position) * run.events.quantity[k]!;
    });
    let held = position !== 0;
    for (const fill of fills) {
      if (fill.bar !== bar) continue;
      const buy = fill.side === "buy" ? 1 : -1;
      position += buy * fill.qty;
      cash -= buy * fill.price * fill.qty + fill.fee;
      const atOpen = (fill.reason === "signal" && item.settings.fill === "nextOpen") || fill.reason.endsWith("Gap");
      if (atOpen) held = position !== 0;
    }
    out.cash.push(cash);
    out.position.push(position);
    if (held) out.heldBars.push(bar);
  });
  expect(run.heldBars).toBe(out.heldBars.length);
  return out;
}

/** Equal up to the vectors' tolerance in numbers, exactly in everything else. */
export function expectClose(got: unknown, want: unknown, path = ""): void {
  if (typeof want === "number" && typeof got === "number") {
    const allowed = Math.max(vectors.tolerance.abs, vectors.tolerance.rel * Math.abs(want));
    if (!(Math.abs(got - want) <= allowed)) throw new Error(`${path}: got ${got}, want ${want}`);
  } else if (want !== null && typeof want === "object" && got !== null && typeof got === "object") {
    expect(`${path}: ${Object.keys(got).sort()}`).toBe(`${path}: ${Object.keys(want).sort()}`);
    for (const [key, value] of Object.entries(want)) expectClose(Reflect.get(got, key), value, `${path}.${key}`);
  } else expect({ path, value: got }).toEqual({ path, value: want });
}

/** The promise of core/engine/contract.ts as tests, run against every engine. */
export function describeEngine(name: string, load: () => Promise<Engine>): void {
  describe(`engine contract: ${name}`, () => {
    test.each(vectors.cases.map((item) => [item.name, item] as const))("reference case %s", async (_, item) => {
      using simulator = (await load()).prepare(barsOf(item));
      const run = simulator.simulate(
        Int8Array.from(item.signals, (word) => (word === null ? abi.SIGNAL_NONE : SIGNALS[word]!)),
        executionOf(item),
      );
      expectClose(retell(run, item), item.expected);
    });

    test.each([0.07, 0.29, 0.58, 1.1, 0.57])(
      "100 whole shares split by %p stay whole: no cash in lieu of rounding",
      async (ratio) => {
        using simulator = (await load()).prepare(flatBars([10, 10, 10, 10]));
        const { events, openPosition } = simulator.simulate(signalsAt(4, { 0: "long" }), {
          ...PLAIN,
          sizing: { type: "shares", value: 100 },
          fractional: false,
          splits: [{ bar: 2, ratio }],
        });
        expect(Array.from(events.kind)).toEqual([abi.EVENT_SPLIT]);
        expect(openPosition?.quantity).toBe(Math.round(100 * ratio));
      },
    );

    test("a level touched exactly is hit and one missed by a cent is not, known from whole cents", async () => {
      const engine = await load();
      let levels = 0;
      for (let cents = 10_000; cents < 20_000; cents += 20) {
        for (const percent of [1, 2, 3, 5, 7, 10, 15]) {
          if ((cents * percent) % 100 !== 0) continue;
          levels++;
          const distance = (cents * percent) / 100;
          expect(exitAt(engine, cents, cents - distance, { stopLoss: percent / 100 })).toBe(abi.REASON_STOP);
          expect(exitAt(engine, cents, cents - distance + 1, { stopLoss: percent / 100 })).toBeNull();
          expect(exitAt(engine, cents, cents + distance, { takeProfit: percent / 100 })).toBe(abi.REASON_TAKE_PROFIT);
          expect(exitAt(engine, cents, cents + distance - 1, { takeProfit: percent / 100 })).toBeNull();
          expect(exitAt(engine, cents, cents - distance, { trailingStop: percent / 100 })).toBe(abi.REASON_STOP);
        }
      }
      expect(levels).toBeGreaterThan(1000);
    });
  });
}

/** Enters at a price in cents; the next bar opens there and reaches to the extreme. The reason of the exit, or null. */
function exitAt(engine: Engine, cents: number, extreme: number, levels: Partial<Execution>): number | null {
  const bars = flatBars([cents / 100, cents / 100, cents / 100]);
  bars.high[2] = Math.max(cents, extreme) / 100;
  bars.low[2] = Math.min(cents, extreme) / 100;
  using simulator = engine.prepare(bars);
  const { trades } = simulator.simulate(signalsAt(3, { 0: "long" }), { ...PLAIN, ...levels });
  return trades.reason[0] ?? null;
}
