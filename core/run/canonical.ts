import type { Bars } from "../bars.ts";
import type { Execution, Fills } from "../engine/contract.ts";
import type { StrategyChoice } from "../requests/strategy-choice.ts";

/** A value that JSON can hold, for canonical text. */
type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

/** JSON with the keys of every object sorted and no white space; numbers in the shortest form that reads back as the same double. */
export function canonicalJson(value: Plain): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`).join(",")}}`;
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

/**
 * Columns of doubles as bytes: for each the length as a double, then the values, all little-endian IEEE 754. Every NaN is
 * 0x7ff8000000000000 and -0 is 0, so that equal numbers are equal bytes on every runtime.
 */
export function canonicalColumns(columns: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(columns.reduce((sum, column) => sum + 8 + column.length * 8, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const column of columns) {
    view.setFloat64(at, column.length, true);
    at += 8;
    for (let i = 0; i < column.length; i++, at += 8) {
      const value = column[i]!;
      if (Number.isNaN(value)) view.setBigUint64(at, 0x7ff8000000000000n, true);
      else view.setFloat64(at, value + 0, true);
    }
  }
  return bytes;
}

/** `sha256:` and the digest in hex. */
export async function sha256(parts: readonly Uint8Array<ArrayBuffer>[]): Promise<string> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  const digest = await crypto.subtle.digest("SHA-256", whole);
  return `sha256:${Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** The bars' own hash: six columns, time first. */
export function hashBars(bars: Bars): Promise<string> {
  return sha256([canonicalColumns(barColumns(bars))]);
}

/** Everything that a result follows from and what it came to; see docs/result-hash.md for the byte form. */
export interface HashedRun {
  /** All bars the run saw, those of the warm-up included. */
  readonly bars: Bars;
  readonly warmupBars: number;
  readonly strategy: StrategyChoice;
  readonly execution: Execution;
  readonly fills: Fills;
  readonly equity: Float64Array;
  /** Signals that the caller gave, one a bar of the range; null where the strategy made them. */
  readonly givenSignals: Int8Array | null;
}

/** The same for the same backtest on every engine and runtime, and different when a bar, a setting, a fill or the equity differs. */
export function hashRun(run: HashedRun): Promise<string> {
  const { execution, strategy, fills } = run;
  const inputs = canonicalJson({
    close_at_end: execution.closeAtEnd,
    commission: execution.commission,
    commission_fixed: execution.commissionFixed,
    direction: strategy.direction,
    fill: execution.fill,
    fractional: execution.fractional,
    initial_cash: execution.initialCash,
    on_insufficient_cash: execution.onInsufficientCash,
    params: strategy.params,
    require_volume: execution.requireVolume,
    sizing: { type: execution.sizing.type, value: execution.sizing.value },
    slippage: execution.slippage,
    splits: execution.splits.map(({ bar, ratio }) => ({ bar, ratio })),
    stop_loss: execution.stopLoss,
    strategy: strategy.name,
    take_profit: execution.takeProfit,
    trailing_stop: execution.trailingStop,
    version: 1,
    warmup: run.warmupBars,
  });
  const columns = [
    ...barColumns(run.bars),
    fills.bar,
    fills.side,
    fills.reason,
    fills.quantity,
    fills.basePrice,
    fills.price,
    fills.fee,
    run.equity,
    ...(run.givenSignals === null ? [] : [run.givenSignals]),
  ];
  return sha256([new TextEncoder().encode(`${inputs}\n`), canonicalColumns(columns)]);
}

function barColumns({ timeMs, open, high, low, close, volume }: Bars): Float64Array[] {
  return [timeMs, open, high, low, close, volume];
}
