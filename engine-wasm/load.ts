import { readFile } from "node:fs/promises";
import { instantiate } from "@assemblyscript/loader";
import type { Bars } from "../core/bars.ts";
import { checkBars, checkRun } from "../core/engine/check.ts";
import { capacity, EVENT_COLUMNS, FILL_COLUMNS, makeColumns, TRADE_COLUMNS } from "../core/engine/columns.ts";
import type {
  Engine,
  Execution,
  OpenPosition,
  Rates,
  SeriesStatistics,
  Simulation,
  Simulator,
  Trial,
} from "../core/engine/contract.ts";
import { VERSION } from "../core/version.ts";
import { settingsOf } from "./settings.ts";

// The one file that knows the loader, WebAssembly memory and pointers. Views are made anew for each access: growing the
// memory empties older ones.

interface Kernels extends Record<string, unknown> {
  readonly memory: WebAssembly.Memory;
  reserve(bytes: number): number;
  level(): number;
  rewind(to: number): void;
  configure(...settings: number[]): void;
  bindBars(n: number, open: number, high: number, low: number, close: number, volume: number, marks: number): void;
  bindBook(fills: number, fillRows: number, trades: number, tradeRows: number, events: number, eventRows: number): void;
  bindRun(signals: number, curve: number, splits: number, splitCount: number): void;
  countSignals(signals: number, n: number): number;
  simulate(): void;
  describeRun(out: number): void;
  describeTrial(curve: number, n: number, riskFree: number, mar: number, periodsPerYear: number, out: number): void;
  equityStatistics(curve: number, n: number, riskFree: number, mar: number, periodsPerYear: number, out: number): void;
  returnStatistics(returns: number, n: number, riskFree: number, mar: number, periodsPerYear: number, out: number): void;
}

const OUT_FIELDS = 12;
/** Kernels read whole vectors: up to this many bytes behind a series. */
const PADDING = 64;

/**
 * Compiles and starts the WebAssembly engine.
 * @param source the module's bytes, or where they lie; by default what `bun run build:wasm` made
 * @throws when the file is missing or the runtime refuses the module
 */
export async function loadEngineWasm(
  source: URL | Uint8Array<ArrayBuffer> = new URL("./build/engine.wasm", import.meta.url),
): Promise<WasmEngine> {
  const bytes = source instanceof URL ? await readFile(source) : source;
  const { exports } = await instantiate<Kernels>(bytes, { env: { abort: () => undefined } });
  return new WasmEngine(new Arena(exports));
}

/** WebAssembly memory as a stack of reserved pieces. */
class Arena {
  /** Where the kernels write scalar results. */
  readonly out: number;
  /** Whose bars lie in memory now. */
  resident: WasmSimulator | null = null;
  private readonly ground: number;

  constructor(readonly kernels: Kernels) {
    this.out = this.reserve(OUT_FIELDS * 8);
    this.ground = kernels.level();
  }

  /** @throws {RangeError} when the 4 GiB that WebAssembly can address do not suffice */
  reserve(bytes: number): number {
    const at = this.kernels.reserve(bytes + PADDING) >>> 0;
    if (at === 0) throw new RangeError(`WebAssembly memory is full: ${bytes} more bytes asked for, 4 GiB is the limit in all`);
    return at;
  }

  /** Frees everything but the scalar results. */
  clear(): void {
    this.resident = null;
    this.kernels.rewind(this.ground);
  }

  put(values: Float64Array): number {
    const at = this.reserve(values.length * 8);
    this.doubles(at, values.length).set(values);
    return at;
  }

  doubles(at: number, length: number): Float64Array {
    return new Float64Array(this.kernels.memory.buffer, at, length);
  }

  /** The scalar results, as a copy. */
  results(): Float64Array {
    return this.doubles(this.out, OUT_FIELDS).slice();
  }
}

export class WasmEngine implements Engine {
  readonly name = "wasm";
  readonly version = VERSION;

  constructor(private readonly arena: Arena) {}

  prepare(bars: Bars): WasmSimulator {
    return new WasmSimulator(this.arena, bars);
  }

  equityStatistics(equity: Float64Array, rates: Rates): SeriesStatistics {
    return this.statistics("equityStatistics", equity, Math.max(equity.length - 1, 0), rates);
  }

  returnStatistics(returns: Float64Array, rates: Rates): SeriesStatistics {
    return this.statistics("returnStatistics", returns, returns.length, rates);
  }

  /** Size of the WebAssembly memory; it never shrinks. */
  memoryBytes(): number {
    return this.arena.kernels.memory.buffer.byteLength;
  }

  private statistics(
    kernel: "equityStatistics" | "returnStatistics",
    series: Float64Array,
    n: number,
    rates: Rates,
  ): SeriesStatistics {
    const { arena } = this;
    const before = arena.kernels.level();
    const at = arena.put(series);
    arena.kernels[kernel](at, n, rates.riskFreePerPeriod, rates.marPerPeriod, rates.periodsPerYear, arena.out);
    arena.kernels.rewind(before);
    return readStatistics(arena.results());
  }
}

/** Bars in WebAssembly memory. The last simulator used is the one whose bars lie there; another brings its own back when used. */
export class WasmSimulator implements Simulator {
  private bars: Bars | null;
  private floor = 0;
  private record = { curve: 0, fills: 0, trades: 0, events: 0, rows: { fills: 0, trades: 0, events: 0 } };

  constructor(
    private readonly arena: Arena,
    bars: Bars,
  ) {
    checkBars(bars);
    this.bars = bars;
    this.takeIn(bars);
  }

  simulate(signals: Int8Array, execution: Execution): Simulation {
    const n = this.run(signals, execution);
    const { arena, record } = this;
    const buffer = arena.kernels.memory.buffer;
    const [fillCount, tradeCount, eventCount, heldBars, finalCash] = arena.results();
    const read = (base: number, rows: number, count: number) => {
      let at = base;
      return (kind: typeof Float64Array | typeof Int32Array | typeof Int8Array | typeof Uint8Array) => {
        const column = new kind(buffer, at, count).slice();
        at += rows * kind.BYTES_PER_ELEMENT;
        return column;
      };
    };
    return {
      equity: arena.doubles(record.curve + 8, n).slice(),
      fills: makeColumns(FILL_COLUMNS, read(record.fills, record.rows.fills, fillCount!)),
      trades: makeColumns(TRADE_COLUMNS, read(record.trades, record.rows.trades, tradeCount!)),
      events: makeColumns(EVENT_COLUMNS, read(record.events, record.rows.events, eventCount!)),
      openPosition: readPosition(arena.results()),
      heldBars: heldBars!,
      finalCash: finalCash!,
    };
  }

  evaluate(signals: Int8Array, execution: Execution, rates: Rates): Trial {
    const n = this.run(signals, execution);
    const { arena, record } = this;
    const [fills, trades, , heldBars] = arena.results();
    arena.kernels.describeTrial(record.curve, n, rates.riskFreePerPeriod, rates.marPerPeriod, rates.periodsPerYear, arena.out);
    const results = arena.results();
    const [winners, grossProfit, grossLoss, finalEquity] = results.subarray(7);
    return {
      ...readStatistics(results),
      finalEquity: finalEquity!,
      totalReturn: n === 0 ? Number.NaN : finalEquity! / execution.initialCash - 1,
      fills: fills!,
      trades: trades!,
      winners: winners!,
      grossProfit: grossProfit!,
      grossLoss: grossLoss!,
      heldBars: heldBars!,
    };
  }

  /** The run alone: its record stays in WebAssembly memory until the next call. Returns the number of bars. */
  run(signals: Int8Array, execution: Execution): number {
    const { arena } = this;
    if (this.bars === null) throw new Error("this simulator was disposed of: prepare the bars again");
    const n = this.bars.close.length;
    checkRun(n, signals, execution);
    if (arena.resident !== this) this.takeIn(this.bars);
    arena.kernels.rewind(this.floor);

    const { kernels } = arena;
    const signalsAt = arena.reserve(n);
    new Int8Array(kernels.memory.buffer, signalsAt, n).set(signals);
    const rows = capacity(kernels.countSignals(signalsAt, n), execution.splits.length);
    const splits = arena.put(Float64Array.from(execution.splits.flatMap(({ bar, ratio }) => [bar, ratio])));
    const curve = arena.reserve((n + 1) * 8);
    const fills = arena.reserve(rowBytes(FILL_COLUMNS) * rows.fills);
    const trades = arena.reserve(rowBytes(TRADE_COLUMNS) * rows.trades);
    const events = arena.reserve(rowBytes(EVENT_COLUMNS) * rows.events);
    this.record = { curve, fills, trades, events, rows };

    kernels.configure(...settingsOf(execution));
    kernels.bindBook(fills, rows.fills, trades, rows.trades, events, rows.events);
    kernels.bindRun(signalsAt, curve, splits, execution.splits.length);
    kernels.simulate();
    kernels.describeRun(arena.out);
    return n;
  }

  [Symbol.dispose](): void {
    this.bars = null;
    if (this.arena.resident === this) this.arena.clear();
  }

  private takeIn(bars: Bars): void {
    const { arena } = this;
    arena.clear();
    const { open, high, low, close, volume } = bars;
    const at = [open, high, low, close, volume].map((column) => arena.put(column));
    const marks = arena.reserve(close.some((price) => Number.isNaN(price)) ? close.length * 8 : 0);
    arena.kernels.bindBars(close.length, at[0]!, at[1]!, at[2]!, at[3]!, at[4]!, marks);
    this.floor = arena.kernels.level();
    arena.resident = this;
  }
}

function rowBytes(schema: Readonly<Record<string, { readonly BYTES_PER_ELEMENT: number }>>): number {
  return Object.values(schema).reduce((sum, kind) => sum + kind.BYTES_PER_ELEMENT, 0);
}

function readStatistics(out: Float64Array): SeriesStatistics {
  const [observations, meanReturn, volatility, downsideDeviation, sharpe, sortino, maxDrawdown] = out;
  return {
    observations: observations!,
    meanReturn: meanReturn!,
    volatility: volatility!,
    downsideDeviation: downsideDeviation!,
    sharpe: sharpe!,
    sortino: sortino!,
    maxDrawdown: maxDrawdown!,
  };
}

function readPosition(out: Float64Array): OpenPosition | null {
  const [position, entryBar, entryPrice, entryFee, unrealizedPnl, stop, takeProfit] = out.subarray(5);
  if (position === 0) return null;
  return {
    entryBar: entryBar!,
    side: position! > 0 ? 1 : -1,
    quantity: Math.abs(position!),
    entryPrice: entryPrice!,
    entryFee: entryFee!,
    unrealizedPnl: unrealizedPnl!,
    stop: Number.isFinite(stop) ? stop! : Number.NaN,
    takeProfit: Number.isFinite(takeProfit) ? takeProfit! : Number.NaN,
  };
}
