import type { Events, Fills, Trades } from "./contract.ts";

type Column = Int32Array | Int8Array | Uint8Array | Float64Array;
type Kind = typeof Int32Array | typeof Int8Array | typeof Uint8Array | typeof Float64Array;
type Schema<T> = { readonly [K in keyof T]: T[K] extends Int32Array ? typeof Int32Array : Kind };

/** The columns of each record and their element types, in the order in which engine-wasm lays them out. */
export const FILL_COLUMNS = {
  quantity: Float64Array,
  basePrice: Float64Array,
  price: Float64Array,
  fee: Float64Array,
  bar: Int32Array,
  side: Int8Array,
  reason: Uint8Array,
} as const satisfies Schema<Fills>;

export const TRADE_COLUMNS = {
  quantity: Float64Array,
  entryPrice: Float64Array,
  exitPrice: Float64Array,
  fees: Float64Array,
  pnl: Float64Array,
  return: Float64Array,
  entryBar: Int32Array,
  exitBar: Int32Array,
  side: Int8Array,
  reason: Uint8Array,
} as const satisfies Schema<Trades>;

export const EVENT_COLUMNS = {
  amount: Float64Array,
  quantity: Float64Array,
  bar: Int32Array,
  kind: Uint8Array,
  signal: Int8Array,
} as const satisfies Schema<Events>;

type ColumnsOf<S extends Record<string, Kind>> = { -readonly [K in keyof S]: InstanceType<S[K]> };

/** One column per entry of the schema, each made by `make` from the column's element type. */
export function makeColumns<S extends Record<string, Kind>>(schema: S, make: (kind: Kind, name: string) => Column): ColumnsOf<S> {
  return Object.fromEntries(Object.entries(schema).map(([name, kind]) => [name, make(kind, name)])) as ColumnsOf<S>;
}

/** Columns of n zeros. */
export function zeroColumns<S extends Record<string, Kind>>(schema: S, n: number): ColumnsOf<S> {
  return makeColumns(schema, (kind) => new kind(n));
}

/** Copies of the first n rows. */
export function copyRows<S extends Record<string, Kind>>(schema: S, columns: ColumnsOf<S>, n: number): ColumnsOf<S> {
  return makeColumns(schema, (_, name) => columns[name]!.slice(0, n));
}

export interface Capacity {
  readonly fills: number;
  readonly trades: number;
  readonly events: number;
}

/** How many rows a run can write at the most: an entry needs a signal and has one exit; a split makes two events, ruin and expiry one each. */
export function capacity(signalCount: number, splitCount: number): Capacity {
  return { fills: 2 * signalCount, trades: signalCount, events: signalCount + 2 * splitCount + 2 };
}
